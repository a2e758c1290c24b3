import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import { OIDC_CALLBACK } from "../../../control/access/index.ts";
import { problemSchema } from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { apiError } from "../errors.ts";

/** Ties the answer to the browser that asked: another's answer opens nothing here. */
const STATE_COOKIE = "baas_oidc";
const START = "/v1/session/oidc";
const STATE_SECONDS = 300;

/** Signing in with an identity provider: out to it and back, and into the console. */
export function addOidcRoutes(
  app: FastifyInstance,
  deps: ApiDeps,
  rateLimit: object,
  start: (request: FastifyRequest, reply: FastifyReply, user_id: string) => Promise<unknown>,
): void {
  const docs = { tags: ["session"], security: [] };
  const found = { 302: z.any().describe("to the provider, or into the console"), "4xx": problemSchema };
  const provider = () => {
    if (deps.oidc === undefined) throw apiError("API_ROUTE_NOT_FOUND", "no identity provider is set up here");
    return deps.oidc;
  };

  app.route({
    method: "GET",
    url: START,
    config: { rateLimit },
    schema: { ...docs, operationId: "start_oidc", summary: "To the identity provider", response: found },
    handler: async (request, reply) => {
      const { url, state } = await provider().start(deps.db, deps);
      reply.setCookie(STATE_COOKIE, state, {
        path: START,
        httpOnly: true,
        // Sent along when the provider sends the browser back, which `strict` would not be.
        sameSite: "lax",
        secure: request.protocol === "https",
        maxAge: STATE_SECONDS,
      });
      return reply.redirect(url);
    },
  });

  app.route({
    method: "GET",
    url: OIDC_CALLBACK,
    config: { rateLimit },
    schema: { ...docs, operationId: "finish_oidc", summary: "Back from the identity provider", response: found },
    handler: async (request, reply) => {
      const answer = new URL(request.url, "http://localhost");
      const state = request.cookies[STATE_COOKIE];
      reply.clearCookie(STATE_COOKIE, { path: START });
      if (state === undefined || answer.searchParams.get("state") !== state) {
        throw apiError("API_SIGN_IN_ELSEWHERE", "this browser did not begin this sign-in, or did so too long ago");
      }
      const user = await provider().finish(deps.db, answer, state, deps);
      await start(request, reply, user.id);
      return reply.redirect("/");
    },
  });
}
