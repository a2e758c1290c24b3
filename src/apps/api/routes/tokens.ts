import type { FastifyInstance } from "fastify";
import { createToken, getUser, refuseEscalation, revokeToken } from "../../../control/access/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  createdTokenSchema,
  createTokenRequestSchema,
  idParamsSchema,
  pageSchema,
  tokenSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "tokens.id",
  order_by: "id asc",
  fields: {
    id: { column: "tokens.id", type: "text", sortable: true },
    name: { column: "tokens.name", type: "text", sortable: true },
    user_id: { column: "tokens.user_id", type: "text" },
    created_at: { column: "tokens.created_at", type: "instant", sortable: true },
    expires_at: { column: "tokens.expires_at", type: "instant" },
    revoked_at: { column: "tokens.revoked_at", type: "instant" },
    last_used_at: { column: "tokens.last_used_at", type: "instant" },
  },
};

function rows(db: Db) {
  return db
    .selectFrom("tokens")
    .leftJoin("users", "users.id", "tokens.user_id")
    .selectAll("tokens")
    .select("users.name as user_name");
}

export function addTokenRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "access", url: "/v1/tokens", organisation: true } as const;
  addList(app, deps, {
    ...base,
    operation_id: "list_tokens",
    summary: "API tokens, with their last use; never their secrets",
    scope: "access:read",
    response: pageSchema(tokenSchema),
    run: async ({ db, query }) => toWire(await listPage(rows(db), SHAPE, query)),
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_token",
    summary: "Make an API token; its secret is shown this once",
    scope: "access:write",
    status: 201,
    body: createTokenRequestSchema,
    response: createdTokenSchema,
    secret_fields: ["secret"],
    run: async ({ db, body, principal }) => {
      const owner = body.owner === undefined ? undefined : await getUser(db, body.owner);
      if (owner === undefined) refuseEscalation(principal, body.scopes, null);
      const { id, secret } = await createToken(
        db,
        {
          name: body.name,
          scopes: owner !== undefined && body.scopes.length === 0 ? ["*"] : body.scopes,
          expires_at: body.expires_at === undefined ? undefined : new Date(body.expires_at),
          user_id: owner?.id,
          created_by: principal.name,
        },
        deps,
      );
      return { ...toWire(await rows(db).where("tokens.id", "=", id).executeTakeFirstOrThrow()), secret };
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/tokens/:id",
    method: "DELETE",
    operation_id: "revoke_token",
    summary: "Revoke a token: from now on it is refused",
    scope: "access:write",
    status: 200,
    params: idParamsSchema,
    response: tokenSchema,
    run: async ({ db, params }) => {
      await revokeToken(db, params.id, deps.clock);
      return toWire(await rows(db).where("tokens.id", "=", params.id).executeTakeFirstOrThrow());
    },
  });
}
