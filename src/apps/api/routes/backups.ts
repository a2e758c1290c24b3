import type { FastifyInstance } from "fastify";
import { sql } from "kysely";
import { restorableBackup } from "../../../control/archiving/index.ts";
import { getBackupRow } from "../../../control/catalog/index.ts";
import { getProject } from "../../../control/inventory/index.ts";
import { type BackupOutcome, requestBackup, requestBackups } from "../../../control/protect/index.ts";
import { explainBackup, requestDelete, requestUndelete } from "../../../control/retention/index.ts";
import { type Backup, backupSchema } from "../../../model/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  acceptedSchema,
  type BackedUpWorkloads,
  backedUpWorkloadsSchema,
  backUpWorkloadsRequestSchema,
  backupDetailSchema,
  backupViewSchema,
  bypassRequestSchema,
  createBackupRequestSchema,
  idParamsSchema,
  pageSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPageOf, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";
import { copyRows } from "./copies.ts";

const SHAPE: ListShape = {
  id: "backups.id",
  order_by: "created_at desc",
  fields: {
    id: { column: "backups.id", type: "text", sortable: true },
    state: { column: "backups.state", type: "text" },
    status_reason: { column: "backups.status_reason", type: "text" },
    verified_state: { column: "backups.verified_state", type: "text" },
    project_id: { column: "backups.project_id", type: "text" },
    project: { column: "projects.name", type: "text" },
    workload_id: { column: "backups.workload_id", type: "text" },
    workload: { column: "workloads.name", type: "text" },
    workload_type: { column: "workloads.type", type: "text" },
    policy_id: { column: "backups.policy_id", type: "text" },
    policy: { column: "policies.name", type: "text" },
    region_id: { column: "backups.region_id", type: "text" },
    region: { column: "regions.name", type: "text" },
    source_bytes: { column: "backups.source_bytes", type: "number" },
    created_at: { column: "backups.created_at", type: "instant", sortable: true },
    retain_until: { column: "backups.retain_until", type: "instant" },
    lock_until: { column: "backups.lock_until", type: "instant" },
  },
};

/** What lists show of the row itself: the others are parsed for nothing, fifty times a page. */
const SHOWN = (Object.keys(backupSchema.shape) as (keyof Backup)[]).map((name) => `backups.${name}` as const);

/**
 * Outer joins, although every backup has a workload and a project: of inner ones PostgreSQL thinks that a tenant's
 * condition on each of the tables makes the rows a hundred times fewer, and starts workers to look for them all.
 */
function backupRows(db: Db) {
  return db
    .selectFrom("backups")
    .leftJoin("workloads", "workloads.id", "backups.workload_id")
    .leftJoin("projects", "projects.id", "backups.project_id")
    .leftJoin("regions", "regions.id", "backups.region_id")
    .leftJoin("policies", "policies.id", "backups.policy_id")
    .select(SHOWN)
    .select(({ fn }) => [
      fn.coalesce("workloads.name", "backups.workload_id").as("workload_name"),
      fn.coalesce("projects.name", "backups.project_id").as("project_name"),
      fn.coalesce("regions.name", "backups.region_id").as("region_name"),
      "policies.name as policy_name",
    ]);
}

export function addBackupRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "backups", url: "/v1/backups" };
  addList(app, deps, {
    ...base,
    operation_id: "list_backups",
    summary: "Backups: recovery points, newest first; deleted ones only when the filter names a state",
    scope: "backups:read",
    response: pageSchema(backupViewSchema),
    run: async ({ db, query }) => {
      const named = /(^|,)\s*state\s*!?=/.test(query.filter ?? "");
      // Written out: nearly all rows have another state, which a plan for any two states could not know.
      const there = sql<boolean>`backups.state not in ('DELETED', 'FAILED')`;
      const rows = () => (named ? backupRows(db) : backupRows(db).where(there));
      return toWire(await listPageOf(db, named ? "named" : "there", rows, SHAPE, query));
    },
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/backups/:id",
    params: idParamsSchema,
    operation_id: "get_backup",
    summary: "One backup in full: why it is kept, what went wrong, and its copies",
    scope: "backups:read",
    response: backupDetailSchema,
    run: async ({ db, params }) => {
      await getBackupRow(db, params.id); // refuses an unknown one
      const row = await backupRows(db)
        .selectAll("backups")
        .where("backups.id", "=", params.id)
        .executeTakeFirstOrThrow();
      const copies = await copyRows(db).where("copies.backup_id", "=", row.id).orderBy("copies.id").execute();
      const job =
        row.job_id === null
          ? undefined
          : await db.selectFrom("jobs").select("error").where("id", "=", row.job_id).executeTakeFirst();
      const restorable = await restorableBackup(row, deps);
      const retention_reasons = await reasons(db, row, deps);
      return toWire({ ...row, copies, error: job?.error ?? null, retention_reasons, restorable });
    },
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_backup",
    summary: "Back a workload up now",
    scope: "backups:write",
    status: 202,
    body: createBackupRequestSchema,
    response: acceptedSchema,
    run: async ({ db, body }) => {
      const { project, ...request } = body;
      const place = project === undefined ? {} : { project_id: (await getProject(db, project)).id };
      const { workload, policy } = request;
      const asked = { workload, ...place, ...(policy === undefined ? {} : { policy }) };
      const { job_id } = await requestBackup(db, asked, deps);
      return { job_id, resource_id: null };
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/workload-backups",
    method: "POST",
    operation_id: "back_up_workloads",
    summary: "Back up to 1000 workloads up now; says what came of each",
    scope: "backups:write",
    status: 202,
    body: backUpWorkloadsRequestSchema,
    response: backedUpWorkloadsSchema,
    run: async ({ db, body }) => backedUp(await requestBackups(db, body.workloads, deps)),
  });
  addDeletion(app, deps);
}

function backedUp(outcomes: readonly BackupOutcome[]): BackedUpWorkloads {
  const [only = null, ...others] = new Set(outcomes.map((it) => it.project_id));
  const refused = outcomes.filter((it) => it.error !== null).length;
  return {
    queued: outcomes.length - refused,
    refused,
    project_id: others.length === 0 ? only : null,
    items: outcomes.map(({ workload_id, name, job_id, error }) => ({
      workload_id,
      name,
      outcome: error === null ? "QUEUED" : "REFUSED",
      job_id,
      error: error === null ? null : { code: error.code, detail: error.message, fix: error.spec.guidance },
    })),
  };
}

function addDeletion(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "backups", params: idParamsSchema, scope: "backups:delete", response: acceptedSchema } as const;
  addWrite(app, deps, {
    ...base,
    url: "/v1/backups/:id",
    method: "DELETE",
    operation_id: "delete_backup",
    summary: "Delete a backup in all regions; it can be brought back for 14 days. An immutable one is refused",
    status: 202,
    run: async ({ db, params, principal }) => {
      const { job_id } = await requestDelete(db, params.id, `asked for with token ${principal.token_id}`, deps);
      return { job_id, resource_id: params.id };
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/backups/:id/bypass-delete",
    method: "POST",
    operation_id: "bypass_delete_backup",
    summary: "Delete a backup in spite of its GOVERNANCE lock, on record; COMPLIANCE is refused all the same",
    scope: "locks:bypass",
    status: 202,
    body: bypassRequestSchema,
    run: async ({ db, params, body, principal }) => {
      const reason = `GOVERNANCE lock bypassed with token ${principal.token_id}: ${body.reason}`;
      const { job_id } = await requestDelete(db, params.id, reason, deps, { bypass_governance: true });
      return { job_id, resource_id: params.id };
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/backups/:id/undelete",
    method: "POST",
    operation_id: "undelete_backup",
    summary: "Bring a deleted backup back, in every region that still has it",
    status: 202,
    run: async ({ db, params }) => {
      const { job_id } = await requestUndelete(db, params.id, deps);
      return { job_id, resource_id: params.id };
    },
  });
}

/** Why it is kept; nothing for one that holds no data. */
async function reasons(db: Db, row: { readonly id: string; readonly state: string }, deps: ApiDeps): Promise<string[]> {
  if (row.state !== "AVAILABLE" && row.state !== "DAMAGED") return [];
  return [...(await explainBackup(db, row.id, deps.clock.now_ms())).reasons];
}
