import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Principal, verifyToken } from "../../control/access/index.ts";
import type { ApiDeps } from "./deps.ts";
import { apiError } from "./errors.ts";

declare module "fastify" {
  interface FastifyRequest {
    principal: Principal | null;
  }
  interface FastifyContextConfig {
    /** What a caller's token must allow, e.g. `backups:read`. */
    scope?: string;
  }
}

const EVERYTHING = "*";

/** Every route below `app` needs a valid bearer token whose scopes allow the route's. */
export function requireToken(app: FastifyInstance, deps: ApiDeps): void {
  app.decorateRequest("principal", null);
  app.addHook("onRequest", async (request) => {
    const match = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(request.headers.authorization ?? "");
    if (match?.[1] === undefined) throw apiError("API_TOKEN_MISSING", "the request carries no bearer token");
    const principal = await verifyToken(deps.db, match[1], deps.clock);
    const scope = request.routeOptions.config.scope;
    if (scope !== undefined && !allows(principal.scopes, scope)) {
      throw apiError("API_FORBIDDEN", `token ${principal.name} lacks the scope ${scope}`, { scope });
    }
    request.principal = principal;
  });
}

/** `*` allows everything, `backups:*` everything about backups. */
export function allows(scopes: readonly string[], wanted: string): boolean {
  const noun = wanted.slice(0, wanted.indexOf(":"));
  return scopes.some((scope) => scope === EVERYTHING || scope === wanted || scope === `${noun}:${EVERYTHING}`);
}

/** Who makes this request. Behind {@link requireToken} there always is someone. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error(`${request.url} is not behind the token check`);
  return request.principal;
}
