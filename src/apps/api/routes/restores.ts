import type { FastifyInstance } from "fastify";
import { covers, type Principal, reachOf } from "../../../control/access/index.ts";
import { getBackupRow } from "../../../control/catalog/index.ts";
import { forecastRestore } from "../../../control/drill/index.ts";
import { getProject, getRegion } from "../../../control/inventory/index.ts";
import { previewAnyRestore, requestAnyRestore } from "../../../control/application/index.ts";
import type { RestoreInput } from "../../../control/recover/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  acceptedSchema,
  type CreateRestoreRequest,
  createRestoreRequestSchema,
  idParamsSchema,
  pageSchema,
  restoreDetailSchema,
  restorePlanSchema,
  restoreViewSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { apiError } from "../errors.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "restores.id",
  order_by: "created_at desc",
  fields: {
    id: { column: "restores.id", type: "text", sortable: true },
    backup_id: { column: "restores.backup_id", type: "text" },
    workload_id: { column: "restores.workload_id", type: "text" },
    workload: { column: "workloads.name", type: "text" },
    project_id: { column: "restores.project_id", type: "text" },
    mode: { column: "restores.mode", type: "text" },
    created_at: { column: "restores.created_at", type: "instant", sortable: true },
  },
};

/** Outer joins for the reason that lists of backups have them: see backups.ts. */
function restoreRows(db: Db) {
  return db
    .selectFrom("restores")
    .leftJoin("workloads", "workloads.id", "restores.workload_id")
    .leftJoin("regions", "regions.id", "restores.region_id")
    .selectAll("restores")
    .select(({ fn }) => [
      fn.coalesce("workloads.name", "restores.workload_id").as("workload_name"),
      fn.coalesce("regions.name", "restores.region_id").as("region_name"),
    ]);
}

export function addRestoreRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "restores", url: "/v1/restores" };
  addList(app, deps, {
    ...base,
    operation_id: "list_restores",
    summary: "Restores, newest first",
    scope: "restores:read",
    response: pageSchema(restoreViewSchema),
    run: async ({ db, query }) => toWire(await listPage(restoreRows(db), SHAPE, query)),
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/restores/:id",
    params: idParamsSchema,
    operation_id: "get_restore",
    summary: "One restore, with what could not be restored",
    scope: "restores:read",
    response: restoreDetailSchema,
    run: async ({ db, params }) => {
      const row = await restoreRows(db).where("restores.id", "=", params.id).executeTakeFirst();
      if (row === undefined)
        throw apiError("API_NOT_FOUND", `there is no restore ${params.id}`, { restore_id: params.id });
      return toWire(row);
    },
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_restore",
    summary: "Restore a backup; with dry_run the plan: what would be written, overwritten and deleted",
    scope: "restores:write",
    lesser_scope: "restores:sandbox",
    status: 202,
    body: createRestoreRequestSchema,
    response: acceptedSchema,
    run: async ({ db, body, principal }) => {
      await refuseBeyondSandbox(db, body, principal);
      await refuseOverride(db, body, principal);
      const { job_id, restore_id } = await requestAnyRestore(inputOf(body), { ...deps, db });
      return { job_id, resource_id: restore_id };
    },
    plan: {
      response: restorePlanSchema,
      run: async ({ db, body, principal }) => {
        await refuseBeyondSandbox(db, body, principal);
        await refuseOverride(db, body, principal);
        const plan = await previewAnyRestore(inputOf(body), { ...deps, db });
        const [backup, region] = [await getBackupRow(db, plan.backup_id), await getRegion(db, plan.region)];
        // A plan without it is better than none.
        const forecast = await forecastRestore(backup, region.id, { ...deps, db }).catch(() => null);
        return { ...plan, forecast };
      },
    },
  });
}

/** Without the members that are `undefined`. */
function inputOf(body: CreateRestoreRequest): RestoreInput {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as unknown as RestoreInput;
}

/** Whoever may only restore into a sandbox writes nothing else, and overwrites nothing. */
async function refuseBeyondSandbox(db: Db, body: CreateRestoreRequest, principal: Principal): Promise<void> {
  const { project_id } = await getBackupRow(db, body.backup_id);
  const target = body.target_project === undefined ? undefined : await getProject(db, body.target_project);
  const full = reachOf(principal, "restores:write");
  if (covers(full, target?.id ?? project_id) && covers(full, project_id)) return;
  const destructive = body.in_place === true || body.replace_existing === true || body.delete_extra === true;
  if (target?.sandbox === true && !destructive && body.target_path === undefined) return;
  const message = `${principal.name} may restore into sandbox projects, under a new name, and overwrite nothing`;
  throw apiError("API_FORBIDDEN", message, { scope: "restores:write" });
}

/** To restore what did not verify is a permission of its own; the entry in the audit log has the reason. */
async function refuseOverride(db: Db, body: CreateRestoreRequest, principal: Principal): Promise<void> {
  if (body.override === undefined) return;
  const { project_id } = await getBackupRow(db, body.backup_id);
  if (covers(reachOf(principal, OVERRIDE), project_id)) return;
  const message = `${principal.name} may not restore a backup that did not verify`;
  throw apiError("API_FORBIDDEN", message, { scope: OVERRIDE });
}

const OVERRIDE = "restores:override";
