import type { FastifyInstance } from "fastify";
import { sql } from "kysely";
import { cancelJob, jobNotFound, type JobRow, type StepRow, toJob, toStep } from "../../../control/jobs/index.ts";
import { compiledStatements, type Db, QUICK } from "../../../platform/db/index.ts";
import { idParamsSchema, type JobView, jobDetailSchema, jobViewSchema, pageSchema } from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPageOf } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "jobs.id",
  order_by: "id desc",
  fields: {
    id: { column: "jobs.id", type: "text", sortable: true },
    kind: { column: "jobs.kind", type: "text" },
    state: { column: "jobs.state", type: "text" },
    status_reason: { column: "jobs.status_reason", type: "text" },
    project_id: { column: "jobs.project_id", type: "text" },
    workload_id: { column: "jobs.workload_id", type: "text" },
    workload: { column: "workloads.name", type: "text" },
    policy_id: { column: "jobs.policy_id", type: "text" },
    backup_id: { column: "jobs.backup_id", type: "text" },
    parent_id: { column: "jobs.parent_id", type: "text" },
    created_at: { column: "jobs.created_at", type: "instant", sortable: true },
    started_at: { column: "jobs.started_at", type: "instant" },
    finished_at: { column: "jobs.finished_at", type: "instant" },
  },
};

function rows(db: Db) {
  return db
    .selectFrom("jobs")
    .leftJoin("workloads", "workloads.id", "jobs.workload_id")
    .selectAll("jobs")
    .select("workloads.name as workload_name");
}

/** The steps so far, in order, within the statement that reads the job. */
const steps = sql<StepRow[]>`(
  select coalesce(json_agg(step order by step.seq), '[]')
  from (select job_id, seq, name, state, attempt, started_at, finished_at from job_steps where job_id = jobs.id) step
)`.as("steps");

const one_job = compiledStatements<
  readonly [id: string],
  JobRow & { readonly workload_name: string | null; readonly steps: readonly StepRow[] }
>();

function view(row: JobRow & { readonly workload_name: string | null }): JobView {
  return { ...toJob(row), workload_name: row.workload_name };
}

export function addJobRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "jobs", url: "/v1/jobs" };
  const one = { ...base, url: "/v1/jobs/:id", params: idParamsSchema };
  addList(app, deps, {
    ...base,
    operation_id: "list_jobs",
    summary: "Jobs: everything that takes longer than a request, newest first",
    scope: "jobs:read",
    response: pageSchema(jobViewSchema),
    run: async ({ db, query }) => {
      const page = await listPageOf(db, "jobs", () => rows(db), SHAPE, query);
      return { ...page, items: page.items.map(view) };
    },
  });
  const detail = async (db: Db, id: string) => {
    const [row] = await one_job(db, "one", [id], ([wanted]) =>
      rows(db).select(steps).where("jobs.id", "=", wanted).modifyEnd(sql.raw(QUICK)),
    );
    if (row === undefined) throw jobNotFound(id);
    return { ...view(row), steps: row.steps.map(toStep) };
  };
  addRead(app, deps, {
    ...one,
    operation_id: "get_job",
    summary: "One job with its steps",
    scope: "jobs:read",
    response: jobDetailSchema,
    run: ({ db, params }) => detail(db, params.id),
  });
  addWrite(app, deps, {
    ...one,
    url: "/v1/jobs/:id/cancel",
    method: "POST",
    operation_id: "cancel_job",
    summary: "Ask a job to stop at its next safe point",
    scope: "jobs:write",
    status: 202,
    response: jobDetailSchema,
    run: async ({ db, params }) => {
      await cancelJob({ ...deps, db }, params.id);
      return detail(db, params.id);
    },
  });
}
