import type { FastifyInstance } from "fastify";
import * as z from "zod";
import {
  bindingRows,
  createRole,
  deleteRole,
  getRole,
  grantRole,
  grantsOf,
  listRoles,
  permits,
  refuseEscalation,
  resolveSubject,
  revokeBinding,
} from "../../../control/access/index.ts";
import { getProject } from "../../../control/inventory/index.ts";
import {
  accessCheckQuerySchema,
  accessCheckSchema,
  bindingSchema,
  createBindingRequestSchema,
  createRoleRequestSchema,
  idParamsSchema,
  pageSchema,
  roleSchema,
  rolesSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const BINDINGS: ListShape = {
  id: "bindings.id",
  order_by: "id asc",
  fields: {
    id: { column: "bindings.id", type: "text", sortable: true },
    subject_type: { column: "bindings.subject_type", type: "text" },
    subject_id: { column: "bindings.subject_id", type: "text" },
    role: { column: "bindings.role", type: "text", sortable: true },
    project_id: { column: "bindings.project_id", type: "text" },
    project: { column: "projects.name", type: "text" },
    created_at: { column: "bindings.created_at", type: "instant", sortable: true },
  },
};

export function addAccessRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addRoleRoutes(app, deps);
  const base = { tag: "access", url: "/v1/bindings", organisation: true } as const;
  addList(app, deps, {
    ...base,
    operation_id: "list_bindings",
    summary: "Who was granted which role where",
    scope: "access:read",
    response: pageSchema(bindingSchema),
    run: async ({ db, query }) => toWire(await listPage(bindingRows(db), BINDINGS, query)),
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_binding",
    summary:
      "Grant a role to a user, group, service account or token: everywhere, in a project, or to tagged workloads",
    scope: "access:write",
    status: 201,
    body: createBindingRequestSchema,
    response: bindingSchema,
    run: async ({ db, body, principal }) => {
      const { project, expires_at, ...wanted } = body;
      const project_id = project === undefined ? undefined : (await getProject(db, project)).id;
      const until = expires_at === undefined ? undefined : new Date(expires_at);
      const id = await grantRole(db, { ...wanted, project_id, expires_at: until }, principal, deps);
      return toWire(await bindingRows(db).where("bindings.id", "=", id).executeTakeFirstOrThrow());
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/bindings/:id",
    method: "DELETE",
    operation_id: "delete_binding",
    summary: "Take a role back",
    scope: "access:write",
    status: 200,
    params: idParamsSchema,
    response: z.object({ id: z.string() }),
    run: async ({ db, params }) => {
      await revokeBinding(db, params.id);
      return { id: params.id };
    },
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/access/check",
    operation_id: "check_access",
    summary: "May someone do something, and why",
    scope: "access:read",
    query: accessCheckQuerySchema,
    response: accessCheckSchema,
    run: async ({ db, query }) => {
      const project_id = query.project === undefined ? null : (await getProject(db, query.project)).id;
      const { subject, scopes } = await resolveSubject(db, query.subject_type, query.subject);
      const all = [...scopes.own, ...(await grantsOf(db, subject, deps.clock.now_ms()))];
      const grants = all.filter(({ permissions }) => permits(permissions, query.permission));
      const here = grants.some((it) => it.project_id === null || (it.project_id === project_id && it.tags === null));
      return {
        allowed: here && permits(scopes.limit, query.permission),
        grants: grants.map(({ role, project_id: place, tags }) => ({ role, project_id: place, tags: toWire(tags) })),
      };
    },
  });
}

function addRoleRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "access", url: "/v1/roles" } as const;
  const one = { ...base, url: "/v1/roles/:id", params: idParamsSchema } as const;
  addRead(app, deps, {
    ...base,
    operation_id: "get_roles",
    summary: "All roles: names for permissions",
    scope: "access:read",
    response: rolesSchema,
    run: async ({ db }) => ({ items: toWire(await listRoles(db)), next_page_token: null }),
  });
  addRead(app, deps, {
    ...one,
    operation_id: "get_role",
    summary: "One role, by name",
    scope: "access:read",
    response: roleSchema,
    run: async ({ db, params }) => toWire(await getRole(db, params.id)),
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_role",
    organisation: true,
    summary: "Make a role of permissions that one has oneself",
    scope: "access:write",
    status: 201,
    body: createRoleRequestSchema,
    response: roleSchema,
    run: async ({ db, body, principal }) => {
      refuseEscalation(principal, body.permissions, null);
      return toWire(await createRole(db, body, deps));
    },
  });
  addWrite(app, deps, {
    ...one,
    method: "DELETE",
    operation_id: "delete_role",
    organisation: true,
    summary: "Delete a role that is granted to nobody",
    scope: "access:write",
    status: 200,
    response: z.object({ name: z.string() }),
    run: async ({ db, params }) => {
      await deleteRole(db, params.id);
      return { name: params.id };
    },
  });
}
