import type { FastifyInstance } from "fastify";
import * as z from "zod";
import {
  changePassword,
  confirmTotp,
  createUser,
  enrolTotp,
  getUser,
  getUserRow,
  type Principal,
  removeTotp,
  toUser,
  updateUser,
} from "../../../control/access/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  changePasswordRequestSchema,
  confirmTotpRequestSchema,
  createUserRequestSchema,
  enrolledTotpSchema,
  idParamsSchema,
  pageSchema,
  totpPasswordRequestSchema,
  updateUserRequestSchema,
  userSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";
import { addPasskeyRoutes } from "./passkeys.ts";

const SHAPE: ListShape = {
  id: "users.id",
  order_by: "name asc",
  fields: {
    id: { column: "users.id", type: "text", sortable: true },
    name: { column: "users.name", type: "text", sortable: true },
    kind: { column: "users.kind", type: "text" },
    created_at: { column: "users.created_at", type: "instant", sortable: true },
    last_login_at: { column: "users.last_login_at", type: "instant" },
  },
};

export function addUserRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "access", url: "/v1/users", organisation: true } as const;
  const one = { ...base, url: "/v1/users/:id", params: idParamsSchema } as const;
  addList(app, deps, {
    ...base,
    operation_id: "list_users",
    summary: "People and service accounts",
    scope: "access:read",
    response: pageSchema(userSchema),
    run: async ({ db, query }) => {
      const page = await listPage(db.selectFrom("users").selectAll(), SHAPE, query);
      return { ...page, items: toWire(page.items.map(toUser)) };
    },
  });
  addRead(app, deps, {
    ...one,
    operation_id: "get_user",
    summary: "One user, by id or name",
    scope: "access:read",
    response: userSchema,
    run: async ({ db, params }) => toWire(await getUser(db, params.id)),
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_user",
    summary: "Add a local user, or a service account",
    scope: "access:write",
    status: 201,
    body: createUserRequestSchema,
    response: userSchema,
    run: async ({ db, body }) => toWire(await createUser(db, body, deps)),
  });
  addWrite(app, deps, {
    ...one,
    method: "PATCH",
    operation_id: "update_user",
    summary: "Change a user: groups, password, disabled; a new password ends all its sessions",
    scope: "access:write",
    status: 200,
    body: updateUserRequestSchema,
    response: userSchema,
    run: async ({ db, params, body }) => toWire(await updateUser(db, params.id, body, deps)),
  });
  addSelfRoutes(app, deps);
}

/** What everyone does with their own account, whatever their role. */
function addSelfRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "session", scope: "self:write", method: "POST", status: 200 } as const;
  addPasskeyRoutes(app, deps);
  const self = (db: Db, { user_id }: Principal) => getUserRow(db, user_id ?? "");
  addWrite(app, deps, {
    ...base,
    url: "/v1/me/totp",
    operation_id: "enrol_totp",
    summary: "Begin with a second factor: a secret for an authenticator app; it counts once a code confirms it",
    body: totpPasswordRequestSchema,
    response: enrolledTotpSchema,
    secret_fields: ["secret", "uri"],
    run: async ({ db, body: { password }, principal }) => {
      const { session_id } = principal;
      return enrolTotp(db, await self(db, principal), { password, session_id }, { ...deps, outside: deps.db });
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/me/totp/confirm",
    operation_id: "confirm_totp",
    summary: "Confirm the second factor with a code; from the next sign-in on it is asked for",
    body: confirmTotpRequestSchema,
    response: z.object({ totp: z.literal(true) }),
    run: async ({ db, body, principal }) => {
      await confirmTotp(db, await self(db, principal), body.code, deps);
      return { totp: true as const };
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/me/totp/remove",
    operation_id: "remove_totp",
    summary: "Take one's own authenticator app away; the last second factor only in a session that was opened with one",
    body: totpPasswordRequestSchema,
    response: z.object({ totp: z.literal(false) }),
    run: async ({ db, body: { password }, principal }) => {
      const { session_id } = principal;
      await removeTotp(db, await self(db, principal), { password, session_id }, { ...deps, outside: deps.db });
      return { totp: false as const };
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/me/password",
    operation_id: "change_password",
    summary: "Change one's own password; ends all other sessions",
    body: changePasswordRequestSchema,
    response: userSchema,
    run: async ({ db, body, principal }) =>
      toWire(
        await changePassword(db, await self(db, principal), body, principal.session_id, { ...deps, outside: deps.db }),
      ),
  });
}
