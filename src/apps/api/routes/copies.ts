import type { FastifyInstance } from "fastify";
import type { Db } from "../../../platform/db/index.ts";
import { copyViewSchema, idParamsSchema, pageSchema } from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { apiError } from "../errors.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead } from "../route.ts";

const SHAPE: ListShape = {
  id: "copies.id",
  order_by: "created_at desc",
  fields: {
    id: { column: "copies.id", type: "text", sortable: true },
    backup_id: { column: "copies.backup_id", type: "text" },
    region_id: { column: "copies.region_id", type: "text" },
    region: { column: "regions.name", type: "text" },
    policy_id: { column: "backups.policy_id", type: "text" },
    policy: { column: "policies.name", type: "text" },
    workload_id: { column: "backups.workload_id", type: "text" },
    workload: { column: "workloads.name", type: "text" },
    state: { column: "copies.state", type: "text" },
    lag_seconds: { column: "copies.lag_seconds", type: "number" },
    created_at: { column: "copies.created_at", type: "instant", sortable: true },
  },
};

/** Outer joins for the reason that lists of backups have them: see backups.ts. */
export function copyRows(db: Db) {
  return db
    .selectFrom("copies")
    .leftJoin("regions", "regions.id", "copies.region_id")
    .leftJoin("backups", "backups.id", "copies.backup_id")
    .leftJoin("workloads", "workloads.id", "backups.workload_id")
    .leftJoin("policies", "policies.id", "backups.policy_id")
    .selectAll("copies")
    .select(({ fn }) => [
      fn.coalesce("regions.name", "copies.region_id").as("region_name"),
      fn.coalesce("workloads.name", "backups.workload_id", "copies.backup_id").as("workload_name"),
      "policies.name as policy_name",
    ]);
}

export function addCopyRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "copies", url: "/v1/copies" };
  addList(app, deps, {
    ...base,
    operation_id: "list_copies",
    summary: "Copies: backups in another region, newest first",
    scope: "backups:read",
    response: pageSchema(copyViewSchema),
    run: async ({ db, query }) => toWire(await listPage(copyRows(db), SHAPE, query)),
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/copies/:id",
    params: idParamsSchema,
    operation_id: "get_copy",
    summary: "One copy",
    scope: "backups:read",
    response: copyViewSchema,
    run: async ({ db, params }) => {
      const row = await copyRows(db).where("copies.id", "=", params.id).executeTakeFirst();
      if (row === undefined) throw apiError("API_NOT_FOUND", `there is no copy ${params.id}`, { copy_id: params.id });
      return toWire(row);
    },
  });
}
