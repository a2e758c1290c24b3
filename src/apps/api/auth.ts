import cookie from "@fastify/cookie";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  type ActiveSession,
  type Callers,
  checkCsrf,
  createCallers,
  type OpenedSession,
  type Principal,
  type Reach,
  reachOf,
  verifySession,
} from "../../control/access/index.ts";
import type { ApiDeps } from "./deps.ts";
import { apiError } from "./errors.ts";

declare module "fastify" {
  interface FastifyRequest {
    principal: Principal | null;
    /** Where the caller has the route's permission; null for a route that needs none. */
    reach: Reach | null;
  }
  interface FastifyInstance {
    /** Every scope that a route declares. */
    scopes: Set<string>;
  }
  interface FastifyContextConfig {
    /** What a caller must be allowed, e.g. `backups:read`. */
    scope?: string;
    /** A lesser permission that suffices; the route then checks what it lacks. */
    lesser_scope?: string;
    /** About the installation as a whole: a permission in some project is not enough. */
    organisation?: boolean;
    /** Reads data out of a backup: the audit log tells of it. */
    audited?: boolean;
  }
}

export const SESSION_COOKIE = "baas_session";
const CSRF_HEADER = "x-csrf-token";
const SAFE_METHODS = new Set(["GET", "HEAD"]);

/** Cookies, and the list of scopes that fills as routes are added. */
export async function prepareAuth(app: FastifyInstance): Promise<void> {
  await app.register(cookie);
  app.decorateRequest("principal", null);
  app.decorateRequest("reach", null);
  app.decorate("scopes", new Set<string>());
  app.addHook("onRoute", (route) => {
    const { scope, lesser_scope, organisation } = route.config ?? {};
    for (const each of [scope, lesser_scope]) if (each !== undefined) app.scopes.add(each);
    // The document says it, too: docs/permissions.md is made from there.
    if (scope !== undefined && route.schema !== undefined) {
      Object.assign(route.schema, {
        "x-permission": scope,
        ...(lesser_scope === undefined ? {} : { "x-lesser-permission": lesser_scope }),
        ...(organisation === true ? { "x-organisation": true } : {}),
      });
    }
  });
}

/** Every route below `app` needs a valid bearer token, or a session's cookie, that allows the route's scope. */
export function requireCaller(app: FastifyInstance, deps: ApiDeps): void {
  const callers = createCallers(deps.db, deps.clock);
  // Before the answer goes out, and whoever gets it asks again.
  app.addHook("onSend", async (request) => {
    if (!SAFE_METHODS.has(request.method)) callers.forget();
  });
  app.addHook("onRequest", async (request) => {
    const principal = await callerOf(request, deps, callers);
    const { scope, lesser_scope, organisation } = request.routeOptions.config;
    request.principal = principal;
    if (scope === undefined) return;
    const reach = reachOf(principal, scope, lesser_scope);
    if (reach === undefined) {
      throw apiError("API_FORBIDDEN", `${principal.name} lacks the permission ${scope}`, { scope });
    }
    if (organisation === true && !reach.everywhere) {
      throw apiError("API_FORBIDDEN", `${principal.name} lacks ${scope} for the whole organisation`, { scope });
    }
    request.reach = reach;
  });
}

async function callerOf(request: FastifyRequest, deps: ApiDeps, callers: Callers): Promise<Principal> {
  const { authorization } = request.headers;
  const match = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(authorization ?? "");
  if (match?.[1] !== undefined) return callers.verify(match[1]);
  if (authorization === undefined && request.cookies[SESSION_COOKIE] !== undefined) {
    return (await sessionOf(request, deps)).principal;
  }
  throw apiError("API_TOKEN_MISSING", "the request carries neither a bearer token nor a session");
}

/** The session of the request's cookie. @throws SESSION_INVALID, API_CSRF */
export async function sessionOf(request: FastifyRequest, deps: ApiDeps): Promise<ActiveSession> {
  const secret = request.cookies[SESSION_COOKIE];
  if (secret === undefined || secret.length > 128) throw apiError("API_TOKEN_MISSING", "there is no session");
  const session = await verifySession(deps.db, secret, deps.clock, deps.session_limits);
  if (!SAFE_METHODS.has(request.method)) {
    const given = request.headers[CSRF_HEADER];
    if (typeof given !== "string" || !checkCsrf(session, given)) {
      throw apiError("API_CSRF", `a session's ${request.method} needs its token in the header ${CSRF_HEADER}`);
    }
  }
  return session;
}

/** Out of reach of scripts, and sent to us alone by our own pages alone. */
export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, session: OpenedSession): void {
  reply.setCookie(SESSION_COOKIE, session.secret, {
    path: "/",
    httpOnly: true,
    sameSite: "strict",
    secure: request.protocol === "https",
    expires: session.expires_at,
  });
}

export function clearSessionCookie(reply: FastifyReply): void {
  reply.clearCookie(SESSION_COOKIE, { path: "/", httpOnly: true, sameSite: "strict" });
}

/** Who makes this request. Behind {@link requireCaller} there always is someone. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error(`${request.url} is not behind the token check`);
  return request.principal;
}
