import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import {
  endSession,
  type NewSession,
  openSession,
  SESSION_LIMITS,
  signInWithPassword,
  signInWithTotp,
  verifyToken,
} from "../../../control/access/index.ts";
import {
  meSchema,
  problemSchema,
  type SessionView,
  sessionSchema,
  signInAnswerSchema,
  signInMethodsSchema,
  signInRequestSchema,
  totpRequestSchema,
} from "../../../protocol/index.ts";
import { clearSessionCookie, principalOf, sessionOf, setSessionCookie } from "../auth.ts";
import type { ApiDeps } from "../deps.ts";
import { describeMe } from "../me.ts";
import { addOidcRoutes } from "./oidc.ts";
import { addPasskeySignIn } from "./passkeys.ts";

/** Guesses that one address may make in a minute; an account's own lock comes on top. */
const SIGN_INS_PER_MINUTE = 20;

const problems = { "4xx": problemSchema, "5xx": problemSchema };
const docs = { tags: ["session"], security: [] };

/** Signing in and out by cookie, for the console. These routes are open: they are how one becomes a caller. */
export function addSessionRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const rateLimit = {
    max: deps.limits?.sign_ins_per_minute ?? SIGN_INS_PER_MINUTE,
    timeWindow: "1 minute",
    keyGenerator: (request: FastifyRequest) => `sign-in ${request.ip ?? "socket"}`,
  };

  app.route({
    method: "GET",
    url: "/v1/session/methods",
    schema: {
      ...docs,
      operationId: "list_sign_in_methods",
      summary: "How one may sign in here",
      response: { 200: signInMethodsSchema, ...problems },
    },
    handler: async () => ({
      password: true,
      passkey: true,
      token: true,
      oidc: deps.oidc === undefined ? [] : [{ name: deps.oidc.name, start_url: "/v1/session/oidc" }],
    }),
  });

  app.route({
    method: "GET",
    url: "/v1/session",
    schema: {
      ...docs,
      operationId: "get_session",
      summary: "The session of this browser, with the token its changes need; 401 without one",
      response: { 200: sessionSchema, ...problems },
    },
    handler: async (request): Promise<SessionView> => {
      const session = await sessionOf(request, deps);
      return {
        status: "signed_in",
        csrf_token: session.csrf_token,
        method: session.method,
        expires_at: session.expires_at.toISOString(),
        idle_expires_at: session.idle_expires_at.toISOString(),
        me: await describeMe(deps.db, session.principal, app.scopes),
      };
    },
  });

  app.route({
    method: "POST",
    url: "/v1/session",
    config: { rateLimit },
    schema: {
      ...docs,
      operationId: "sign_in",
      summary: "Sign in with name and password, or with an API token; sets the session's cookie",
      body: signInRequestSchema,
      response: { 200: signInAnswerSchema, ...problems },
    },
    handler: async (request, reply) => {
      const body = request.body as z.output<typeof signInRequestSchema>;
      if ("token" in body) {
        const { token_id } = await verifyToken(deps.db, body.token, deps.clock);
        return start(request, reply, { token_id }, "token");
      }
      const result = await signInWithPassword(deps.db, body, deps);
      if (result.state === "signed_in") return start(request, reply, { user_id: result.user.id }, "password");
      return { status: "second_factor" as const, challenge: result.challenge, methods: [...result.methods] };
    },
  });

  app.route({
    method: "POST",
    url: "/v1/session/totp",
    config: { rateLimit },
    schema: {
      ...docs,
      operationId: "sign_in_totp",
      summary: "The second factor: the code of an authenticator app",
      body: totpRequestSchema,
      response: { 200: sessionSchema, ...problems },
    },
    handler: async (request, reply) => {
      const user = await signInWithTotp(deps.db, request.body as z.output<typeof totpRequestSchema>, deps);
      return start(request, reply, { user_id: user.id }, "password+totp");
    },
  });

  app.route({
    method: "DELETE",
    url: "/v1/session",
    schema: {
      ...docs,
      operationId: "sign_out",
      summary: "Sign out: the session ends on the server, and its cookie goes",
      response: { 200: z.object({ status: z.literal("signed_out") }), ...problems },
    },
    handler: async (request, reply) => {
      await endSession(deps.db, (await sessionOf(request, deps)).id, deps.clock);
      clearSessionCookie(reply);
      return { status: "signed_out" as const };
    },
  });

  const start = async (
    request: FastifyRequest,
    reply: FastifyReply,
    owner: NewSession["owner"],
    method: string,
  ): Promise<SessionView> => {
    const { address, user_agent } = clientOf(request);
    const limits = deps.session_limits ?? SESSION_LIMITS;
    const opened = await openSession(deps.db, { owner, method, address, user_agent }, deps, limits);
    setSessionCookie(request, reply, opened);
    request.cookies["baas_session"] = opened.secret;
    request.headers["x-csrf-token"] = opened.csrf_token;
    const session = await sessionOf(request, deps);
    request.principal = session.principal; // whom the audit log names
    return {
      status: "signed_in",
      csrf_token: session.csrf_token,
      method,
      expires_at: session.expires_at.toISOString(),
      idle_expires_at: session.idle_expires_at.toISOString(),
      me: await describeMe(deps.db, session.principal, app.scopes),
    };
  };
  addPasskeySignIn(app, deps, rateLimit, start);
  addOidcRoutes(app, deps, rateLimit, (request, reply, user_id) => start(request, reply, { user_id }, "oidc"));
}

/** Where a request comes from, as it is written down. */
export function clientOf(request: FastifyRequest): { readonly address: string; readonly user_agent: string } {
  return { address: request.ip ?? "socket", user_agent: String(request.headers["user-agent"] ?? "") };
}

/** What needs a caller, but no permission. */
export function addMeRoute(app: FastifyInstance, deps: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/v1/me",
    schema: {
      tags: ["session"],
      security: [{ token: [] }, { session: [] }],
      operationId: "get_me",
      summary: "Who the caller is, and what it may do where",
      querystring: z.strictObject({}),
      response: { 200: meSchema, ...problems },
    },
    handler: async (request) => describeMe(deps.db, principalOf(request), app.scopes),
  });
}
