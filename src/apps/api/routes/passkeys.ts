import { isIP } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from "fastify";
import * as z from "zod";
import {
  addPasskey,
  beginPasskey,
  beginPasskeySignIn,
  getUserRow,
  listPasskeys,
  type NewSession,
  type Principal,
  removePasskey,
  signInWithPasskey,
  type Site,
} from "../../../control/access/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  addPasskeyRequestSchema,
  passkeyPasswordRequestSchema,
  beginPasskeySignInRequestSchema,
  idParamsSchema,
  passkeyBegunSchema,
  passkeySchema,
  passkeysSchema,
  passkeySignInRequestSchema,
  problemSchema,
  sessionSchema,
  type SessionView,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { apiError } from "../errors.ts";
import { addRead, addWrite, baseUrlOf } from "../route.ts";

type Start = (
  request: FastifyRequest,
  reply: FastifyReply,
  owner: NewSession["owner"],
  method: string,
) => Promise<SessionView>;

const problems = { "4xx": problemSchema, "5xx": problemSchema };

/** Open, like all of signing in: with a passkey alone, or with one after the password. */
export function addPasskeySignIn(
  app: FastifyInstance,
  deps: ApiDeps,
  rateLimit: NonNullable<NonNullable<RouteShorthandOptions["config"]>["rateLimit"]>,
  start: Start,
): void {
  const docs = { tags: ["session"], security: [] };
  app.route({
    method: "POST",
    url: "/v1/session/passkey/options",
    config: { rateLimit },
    schema: {
      ...docs,
      operationId: "begin_sign_in_passkey",
      summary:
        "What `navigator.credentials.get` needs: any passkey of this site, or after a password one of the account",
      body: beginPasskeySignInRequestSchema,
      response: { 200: passkeyBegunSchema, ...problems },
    },
    handler: async (request) => {
      const { challenge } = request.body as z.output<typeof beginPasskeySignInRequestSchema>;
      return beginPasskeySignIn(deps.db, challenge, siteOf(baseUrlOf(request, deps)), deps);
    },
  });
  app.route({
    method: "POST",
    url: "/v1/session/passkey",
    config: { rateLimit },
    schema: {
      ...docs,
      operationId: "sign_in_passkey",
      summary: "Sign in with what `navigator.credentials.get` gave; sets the session's cookie",
      body: passkeySignInRequestSchema,
      response: { 200: sessionSchema, ...problems },
    },
    handler: async (request, reply) => {
      const body = request.body as z.output<typeof passkeySignInRequestSchema>;
      const { user, method } = await signInWithPasskey(deps.db, body, siteOf(baseUrlOf(request, deps)), deps);
      return start(request, reply, { user_id: user.id }, method);
    },
  });
}

/** One's own passkeys, of a local user in a session. */
export function addPasskeyRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "session", scope: "self:write", method: "POST", status: 200, url: "/v1/me/passkeys" } as const;
  const ports = { clock: deps.clock, random: deps.random, outside: deps.db };
  const self = (db: Db, { user_id }: Principal) => getUserRow(db, user_id ?? "");
  addRead(app, deps, {
    url: base.url,
    operation_id: "own_passkeys",
    tag: base.tag,
    scope: "self:read",
    summary: "One's own passkeys",
    response: passkeysSchema,
    run: async ({ db, principal }) => ({ items: await listPasskeys(db, principal.user_id ?? "") }),
  });
  addWrite(app, deps, {
    ...base,
    url: `${base.url}/options`,
    operation_id: "begin_passkey",
    summary: "What `navigator.credentials.create` needs; takes the password once more",
    body: passkeyPasswordRequestSchema,
    response: passkeyBegunSchema,
    secret_fields: ["challenge"],
    run: async ({ db, body, principal, base_url }) => {
      const begun = await beginPasskey(db, await self(db, principal), body.password, siteOf(base_url), ports);
      return { challenge: begun.challenge, options: { ...begun.options } };
    },
  });
  addWrite(app, deps, {
    ...base,
    status: 201,
    operation_id: "add_passkey",
    summary: "Keep what `navigator.credentials.create` gave: from now on one may sign in with it",
    body: addPasskeyRequestSchema,
    response: passkeySchema,
    run: async ({ db, body, principal, base_url }) =>
      addPasskey(db, await self(db, principal), body, siteOf(base_url), ports),
  });
  addWrite(app, deps, {
    ...base,
    url: `${base.url}/:id/remove`,
    params: idParamsSchema,
    operation_id: "remove_passkey",
    summary: "Take one's own passkey away; the last second factor only in a session that was opened with one",
    body: passkeyPasswordRequestSchema,
    response: z.object({ id: z.string() }),
    run: async ({ db, params: { id }, body: { password }, principal }) => {
      const { session_id } = principal;
      await removePasskey(db, await self(db, principal), { id, password, session_id }, ports);
      return { id };
    },
  });
}

/**
 * The site that a browser believes it is at: what the configuration says, else the name it asked for. The browser
 * signs the origin itself, so a wrong name here lets nobody in; it only makes keys that are good nowhere else.
 */
function siteOf(base_url: string): Site {
  const url = new URL(base_url);
  if (isIP(url.hostname.replace(/^\[|\]$/g, "")) !== 0) {
    throw apiError("API_NO_PASSKEYS", `an address such as ${url.hostname} has no passkeys, only a host name has`);
  }
  return { origin: url.origin, host: url.hostname };
}
