import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { type Principal, reachOf } from "../../../control/access/index.ts";
import {
  type CountedPolicy,
  createPolicy,
  deletePolicy,
  getCountedPolicy,
  getPolicy,
  listCountedPolicies,
  listPolicyVersions,
  parsePolicy,
  parsePolicyYaml,
  replacePolicy,
  rpo_ms,
  setPolicy,
} from "../../../control/policy/index.ts";
import { simulatePolicy } from "../../../control/forecast/index.ts";
import { preview } from "../../../control/retention/index.ts";
import { reattach } from "../../../control/schedule/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  createPolicyRequestSchema,
  idParamsSchema,
  pageSchema,
  type PolicyView,
  policyVersionsSchema,
  policyViewSchema,
  previewQuerySchema,
  previewRequestSchema,
  previewSchema,
  simulateRequestSchema,
  simulationSchema,
  reattachSchema,
  updatePolicyRequestSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { apiError } from "../errors.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "policies.id",
  order_by: "name asc",
  fields: {
    id: { column: "policies.id", type: "text", sortable: true },
    name: { column: "policies.name", type: "text", sortable: true },
    updated_at: { column: "policies.updated_at", type: "instant", sortable: true },
    created_at: { column: "policies.created_at", type: "instant", sortable: true },
  },
};

function view(policy: CountedPolicy): PolicyView {
  return { ...policy, rpo_seconds: rpo_ms(policy.spec) / 1000 };
}

const one_view = async (db: Db, id: string) => view(await getCountedPolicy(db, id));

export function addPolicyRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "policies", url: "/v1/policies" };
  const one = { ...base, url: "/v1/policies/:id", params: idParamsSchema };
  addList(app, deps, {
    ...base,
    operation_id: "list_policies",
    summary: "Policies: schedule, retention, copy and lock",
    scope: "policies:read",
    response: pageSchema(policyViewSchema),
    run: async ({ db, query }) => {
      const ids = db.selectFrom("policies").select("policies.id as id").where("deleted_at", "is", null);
      const page = await listPage(ids, SHAPE, query);
      const policies = await listCountedPolicies(
        db,
        page.items.map(({ id }) => id),
      );
      return { ...page, items: policies.map(view) };
    },
  });
  addRead(app, deps, {
    ...one,
    operation_id: "get_policy",
    summary: "One policy, by id or name",
    scope: "policies:read",
    response: policyViewSchema,
    run: async ({ db, params }) => one_view(db, params.id),
  });
  addRead(app, deps, {
    ...one,
    url: "/v1/policies/:id/versions",
    operation_id: "get_policy_versions",
    summary: "Every version of a policy, newest first; backups name the one that made them",
    scope: "policies:read",
    response: policyVersionsSchema,
    run: async ({ db, params }) => toWire({ items: await listPolicyVersions(db, params.id) }),
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_policy",
    summary: "Add a policy, as YAML or JSON",
    scope: "policies:write",
    status: 201,
    body: createPolicyRequestSchema,
    response: policyViewSchema,
    run: async ({ db, body }) => one_view(db, (await createPolicy(db, specOf(body), deps)).id),
  });
  addWrite(app, deps, {
    ...one,
    method: "PATCH",
    operation_id: "update_policy",
    summary: "Change a policy; makes a new version, and backups made before keep what theirs promised",
    scope: "policies:write",
    status: 200,
    body: updatePolicyRequestSchema,
    response: policyViewSchema,
    run: async ({ db, params, body, revision, principal }) => {
      await refuseProvidersPolicy(db, params.id, principal);
      const options = revision === undefined ? {} : { version: revision };
      const edited =
        "changes" in body
          ? await setPolicy(db, params.id, body.changes, deps, options)
          : await replacePolicy(db, params.id, specOf(body), deps, options);
      return one_view(db, edited.id);
    },
  });
  addWrite(app, deps, {
    ...one,
    method: "DELETE",
    operation_id: "delete_policy",
    summary: "Delete a policy that is attached to nothing; its backups stay",
    scope: "policies:write",
    status: 200,
    response: z.object({ id: z.string() }),
    run: async ({ db, params, principal }) => {
      await refuseProvidersPolicy(db, params.id, principal);
      const { id } = await getPolicy(db, params.id);
      await deletePolicy(db, id, deps);
      return { id };
    },
  });
  addPlanningRoutes(app, deps);
}

function addPlanningRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const one = { tag: "policies", params: idParamsSchema };
  addRead(app, deps, {
    ...one,
    url: "/v1/policies/:id/preview",
    operation_id: "preview_policy",
    summary: "The next runs of a policy, and until when each backup would be kept and locked, and why",
    scope: "policies:read",
    query: previewQuerySchema,
    response: previewSchema,
    run: async ({ db, params, query }) =>
      toWire(preview((await getPolicy(db, params.id)).spec, deps.clock.now_ms(), query)),
  });
  addWrite(app, deps, {
    tag: "policies",
    url: "/v1/policies/preview",
    method: "POST",
    operation_id: "preview_new_policy",
    summary: "The same for a policy that is not stored; nothing is",
    scope: "policies:read",
    status: 200,
    body: previewRequestSchema,
    response: previewSchema,
    run: async ({ body }) => toWire(preview(parsePolicy(specOf(body)), deps.clock.now_ms())),
  });
  addWrite(app, deps, {
    ...one,
    url: "/v1/policies/:id/simulate",
    method: "POST",
    operation_id: "simulate_policy",
    summary: "What a policy, as it is and as it would be, will keep, take and cost; nothing is changed",
    scope: "policies:read",
    status: 200,
    body: simulateRequestSchema,
    response: simulationSchema,
    run: async ({ db, params, body: { yaml, ...options } }) => {
      const spec = yaml === undefined ? undefined : parsePolicy(parsePolicyYaml(yaml));
      return toWire(await simulatePolicy(db, params.id, { ...options, spec }, deps));
    },
  });
  addWrite(app, deps, {
    ...one,
    url: "/v1/policies/:id/reattach",
    method: "POST",
    operation_id: "reattach_policy",
    summary: "Evaluate a policy's selection now, and say what that changed",
    scope: "policies:write",
    status: 200,
    response: reattachSchema,
    run: async ({ db, params, dry_run }) => toWire(await reattach(db, params.id, deps, { dry_run })),
  });
}

/** What everyone uses is changed by whoever may change it everywhere. */
async function refuseProvidersPolicy(db: Db, id_or_name: string, principal: Principal): Promise<void> {
  const { id } = await getPolicy(db, id_or_name);
  if (reachOf(principal, "policies:write")?.everywhere === true) return;
  const { project_id } = await db
    .selectFrom("policies")
    .select("project_id")
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  if (project_id !== null) return;
  const message = `${id_or_name} is everyone's policy, and ${principal.name} may change those of a project`;
  throw apiError("API_FORBIDDEN", message, { scope: "policies:write" });
}

function specOf(body: { readonly yaml: string } | { readonly spec: unknown }): unknown {
  return "yaml" in body ? parsePolicyYaml(body.yaml) : body.spec;
}
