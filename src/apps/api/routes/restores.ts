import type { FastifyInstance } from "fastify";
import type { Db } from "../../../platform/db/index.ts";
import { idParamsSchema, pageSchema, restoreViewSchema } from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { apiError } from "../errors.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead } from "../route.ts";

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

function restoreRows(db: Db) {
  return db
    .selectFrom("restores")
    .innerJoin("workloads", "workloads.id", "restores.workload_id")
    .innerJoin("regions", "regions.id", "restores.region_id")
    .selectAll("restores")
    .select(["workloads.name as workload_name", "regions.name as region_name"]);
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
    summary: "One restore",
    scope: "restores:read",
    response: restoreViewSchema,
    run: async ({ db, params }) => {
      const row = await restoreRows(db).where("restores.id", "=", params.id).executeTakeFirst();
      if (row === undefined)
        throw apiError("API_NOT_FOUND", `there is no restore ${params.id}`, { restore_id: params.id });
      return toWire(row);
    },
  });
}
