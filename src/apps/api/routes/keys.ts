import type { FastifyInstance } from "fastify";
import {
  changeKey,
  createProjectKey,
  getProjectKey,
  grantsOf,
  type KeyChange,
  listProjectKeys,
  type ProjectKey,
} from "../../../control/rotation/index.ts";
import {
  createKeyRequestSchema,
  idParamsSchema,
  keyDetailSchema,
  keyEventsQuerySchema,
  keyEventsSchema,
  keyGrantRequestSchema,
  keyListSchema,
  keyLogQuerySchema,
  keyLogVerdictSchema,
  type KeyView,
  keyVersionRequestSchema,
  keyViewSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { addRead, addWrite, type WriteCall } from "../route.ts";

const view = ({ versions, ...key }: ProjectKey): KeyView => ({ ...key, versions: [...versions] });

export function addKeyRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { key_admin } = deps;
  const base = { tag: "keys", url: "/v1/keys" };
  addRead(app, deps, {
    ...base,
    operation_id: "get_keys",
    organisation: true, // every tenant's keys
    summary: "Master keys with their versions",
    scope: "keys:read",
    response: keyListSchema,
    run: async ({ db }) => ({ items: (await listProjectKeys(db, key_admin)).map(view) }),
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/keys/:id",
    operation_id: "get_key",
    summary: "One master key, by its id or by id or name of its project, and who may use it",
    scope: "keys:read",
    params: idParamsSchema,
    response: keyDetailSchema,
    run: async ({ db, params }) => {
      const key = await getProjectKey(db, key_admin, params.id);
      return { ...view(key), grants: await grantsOf(key_admin, key.key_id) };
    },
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_key",
    summary: "Make a project's master key before its first backup would",
    scope: "keys:write",
    status: 201,
    body: createKeyRequestSchema,
    response: keyViewSchema.nullable(),
    run: async ({ db, body, dry_run }) => (dry_run ? null : view(await createProjectKey(db, key_admin, body.project))),
  });
  addChanges(app, deps);
  addLogRoutes(app, deps);
}

function addChanges(app: FastifyInstance, deps: ApiDeps): void {
  const change = (what: KeyChange["what"], path: string, summary: string) => ({
    tag: "keys",
    url: `/v1/keys/:id/${path}`,
    method: "POST" as const,
    operation_id: `${what}_key`,
    summary,
    scope: "keys:write",
    status: 200 as const,
    params: idParamsSchema,
    response: keyDetailSchema,
  });
  const perform = async (call: Call, what: KeyChange) => {
    const key = await getProjectKey(call.db, deps.key_admin, call.params.id);
    const changed = call.dry_run ? key : await changeKey(call.db, key, what, call.principal.name, deps);
    return { ...view(changed), grants: await grantsOf(deps.key_admin, key.key_id) };
  };
  for (const what of ["disable", "enable"] as const) {
    const does = what === "disable" ? "Take a key, or one version of it, out of use" : "Use it again";
    addWrite(app, deps, {
      ...change(what, what, does),
      body: keyVersionRequestSchema,
      run: (call) => {
        const { version } = call.body;
        return perform(call, version === undefined ? { what } : { what, version });
      },
    });
  }
  for (const what of ["grant", "revoke"] as const) {
    const does = what === "grant" ? "Let a principal use a key" : "Deny a principal the use of a key";
    addWrite(app, deps, {
      ...change(what, what, does),
      body: keyGrantRequestSchema,
      run: (call) => perform(call, { what, ...call.body }),
    });
  }
}

type Call = Omit<WriteCall<{ readonly id: string }, unknown>, "body">;

function addLogRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { key_admin } = deps;
  addRead(app, deps, {
    tag: "keys",
    url: "/v1/key-events",
    operation_id: "get_key_events",
    organisation: true,
    summary: "The key manager's own log of every use and change, oldest first",
    scope: "keys:read",
    query: keyEventsQuerySchema,
    response: keyEventsSchema,
    run: async ({ db, query }) => {
      const { key, ...filter } = query;
      const key_id = key === undefined ? undefined : (await getProjectKey(db, key_admin, key)).key_id;
      const { entries, next_after_seq } = await key_admin.auditLog({ ...filter, key_id });
      const items = entries.map(({ seq, at, principal, action, outcome, hash, ...rest }) => ({
        seq,
        at,
        principal,
        action,
        outcome,
        hash,
        key_id: rest.key_id ?? null,
        key_version: rest.key_version ?? null,
        context: rest.context ?? null,
        detail: rest.detail ?? null,
      }));
      return { items, next_after_seq };
    },
  });
  addRead(app, deps, {
    tag: "keys",
    url: "/v1/key-events/verification",
    operation_id: "verify_key_events",
    organisation: true,
    summary: "Recompute the hash chain of the key manager's log, and compare it with an entry somebody remembers",
    scope: "keys:read",
    query: keyLogQuerySchema,
    response: keyLogVerdictSchema,
    run: ({ query: { seq, hash } }) =>
      key_admin.verifyAuditLog(seq === undefined || hash === undefined ? undefined : { seq, hash }),
  });
}
