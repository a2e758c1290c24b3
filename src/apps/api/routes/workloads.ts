import type { FastifyInstance } from "fastify";
import { sql } from "kysely";
import * as z from "zod";
import {
  createWorkload,
  getProject,
  getWorkload,
  removeWorkload,
  type TagOutcome,
  tagWorkload,
  tagWorkloads,
  updateWorkload,
  tagsInUse,
  theOne,
} from "../../../control/inventory/index.ts";
import { parseSelector, selectorCondition } from "../../../control/policy/index.ts";
import { compiledStatements, type Db, QUICK } from "../../../platform/db/index.ts";
import {
  createWorkloadRequestSchema,
  idParamsSchema,
  listWorkloadsQuerySchema,
  pageSchema,
  type TaggedWorkloads,
  taggedWorkloadsSchema,
  tagWorkloadsRequestSchema,
  updateWorkloadRequestSchema,
  type WorkloadView,
  workloadTagsSchema,
  workloadViewSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, listPageOf, toWire } from "../listing.ts";
import { addRead, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "workloads.id",
  order_by: "id asc",
  fields: {
    id: { column: "workloads.id", type: "text", sortable: true },
    name: { column: "workloads.name", type: "text", sortable: true },
    type: { column: "workloads.type", type: "text", sortable: true },
    project_id: { column: "workloads.project_id", type: "text" },
    project: { column: "projects.name", type: "text", sortable: true },
    region_id: { column: "workloads.region_id", type: "text" },
    region: { column: "regions.name", type: "text", sortable: true },
    created_at: { column: "workloads.created_at", type: "instant", sortable: true },
    updated_at: { column: "workloads.updated_at", type: "instant", sortable: true },
  },
};

/** Outer joins for the reason that lists of backups have them: see backups.ts. */
function views(db: Db) {
  return db
    .selectFrom("workloads")
    .leftJoin("projects", "projects.id", "workloads.project_id")
    .leftJoin("regions", "regions.id", "workloads.region_id")
    .selectAll("workloads")
    .select(({ fn }) => [
      fn.coalesce("projects.name", "workloads.project_id").as("project_name"),
      fn.coalesce("regions.name", "workloads.region_id").as("region_name"),
    ])
    .where("workloads.removed_at", "is", null);
}

const some = compiledStatements<
  readonly [id_or_name: string, project_id: string | null],
  Awaited<ReturnType<ReturnType<typeof views>["executeTakeFirstOrThrow"]>>
>();

async function view(db: Db, workload_id: string): Promise<WorkloadView> {
  return toWire(await views(db).where("workloads.id", "=", workload_id).executeTakeFirstOrThrow());
}

function tagged(outcomes: readonly TagOutcome[]): TaggedWorkloads {
  const count = (outcome: TagOutcome["outcome"]) => outcomes.filter((it) => it.outcome === outcome).length;
  const projects = new Set(outcomes.map((it) => it.project_id));
  const [only = null] = projects.size === 1 ? projects : [];
  return {
    changed: count("CHANGED"),
    unchanged: count("UNCHANGED"),
    refused: count("REFUSED"),
    project_id: only,
    items: outcomes.map(({ workload_id, name, outcome, before, error }) => ({
      workload_id,
      name,
      outcome,
      before,
      error: error === null ? null : { code: error.code, detail: error.message, fix: error.spec.guidance },
    })),
  };
}

export function addWorkloadRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "workloads", url: "/v1/workloads" };
  const one = { ...base, url: "/v1/workloads/:id", params: idParamsSchema };
  addRead(app, deps, {
    ...base,
    operation_id: "list_workloads",
    summary: "Workloads: what there is to protect",
    scope: "workloads:read",
    query: listWorkloadsQuerySchema,
    response: pageSchema(workloadViewSchema),
    run: async ({ db, query: { search, selector, ...query } }) => {
      if (search === undefined && selector === undefined)
        return toWire(await listPageOf(db, "all", () => views(db), SHAPE, query));
      let rows = views(db);
      if (search !== undefined) rows = rows.where("workloads.name", "ilike", `%${search.replace(/[\\%_]/g, "\\$&")}%`);
      if (selector !== undefined) rows = rows.where(selectorCondition(parseSelector(selector), "workloads.tags"));
      return toWire(await listPage(rows, SHAPE, query));
    },
  });
  addRead(app, deps, {
    tag: base.tag,
    url: "/v1/workload-tags",
    operation_id: "workload_tags",
    summary: "Tags in use, and how many workloads have each",
    scope: "workloads:read",
    response: workloadTagsSchema,
    run: async ({ db }) => ({ items: toWire(await tagsInUse(db)) }),
  });
  addWrite(app, deps, {
    tag: base.tag,
    url: "/v1/workload-tags",
    method: "POST",
    operation_id: "tag_workloads",
    summary: "Set or take away the same tags of up to 1000 workloads; says what came of each",
    scope: "workloads:write",
    status: 200,
    body: tagWorkloadsRequestSchema,
    response: taggedWorkloadsSchema,
    run: async ({ db, body }) => tagged(await tagWorkloads(db, body.workloads, body.tags, deps)),
  });
  addRead(app, deps, {
    ...one,
    operation_id: "get_workload",
    summary: "One workload, by id, or by name when only one project has it",
    scope: "workloads:read",
    query: z.strictObject({ project: z.string().max(128).optional().describe("Id or name of the project to look in") }),
    response: workloadViewSchema,
    run: async ({ db, params, query }) => {
      const project_id = query.project === undefined ? null : (await getProject(db, query.project)).id;
      const values = [params.id, project_id] as const;
      const found = await some(db, project_id === null ? "anywhere" : "in a project", values, ([wanted, project]) => {
        const rows = views(db)
          .where((where) => where.or([where("workloads.id", "=", wanted), where("workloads.name", "=", wanted)]))
          .limit(2)
          .modifyEnd(sql.raw(QUICK));
        return project_id === null ? rows : rows.where("workloads.project_id", "=", project);
      });
      return toWire(theOne(found, params.id));
    },
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_workload",
    summary: "Add a workload; whatever policy its tags select protects it within a minute",
    scope: "workloads:write",
    status: 201,
    body: createWorkloadRequestSchema,
    response: workloadViewSchema,
    run: async ({ db, body }) => view(db, (await createWorkload(db, body, deps)).id),
  });
  addWrite(app, deps, {
    ...one,
    method: "PATCH",
    operation_id: "update_workload",
    summary: "Change source, tags or exception of a workload",
    scope: "workloads:write",
    status: 200,
    body: updateWorkloadRequestSchema,
    response: workloadViewSchema,
    run: async ({ db, params, body, revision: if_match }) => {
      const { id } = await getWorkload(db, params.id);
      const { tags, revision = if_match, ...changes } = body;
      const expected = revision === undefined ? {} : { revision };
      if (tags !== undefined) await tagWorkload(db, id, tags, deps, expected);
      if (Object.keys(changes).length > 0) {
        // One edit for the caller: the revision was checked by the first of the two.
        await updateWorkload(db, id, changes, deps, tags === undefined ? expected : {});
      }
      return view(db, id);
    },
  });
  addWrite(app, deps, {
    ...one,
    method: "DELETE",
    operation_id: "remove_workload",
    summary: "Take a workload out of the inventory; its backups stay",
    scope: "workloads:write",
    status: 200,
    response: z.object({ id: z.string() }),
    run: async ({ db, params, revision }) => {
      const { id } = await getWorkload(db, params.id);
      await removeWorkload(db, id, deps, revision === undefined ? {} : { revision });
      return { id };
    },
  });
}
