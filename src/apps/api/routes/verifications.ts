import type { FastifyInstance } from "fastify";
import { requestVerification } from "../../../control/verification/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  acceptedSchema,
  createVerificationRequestSchema,
  idParamsSchema,
  pageSchema,
  verificationViewSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { apiError } from "../errors.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "verifications.id",
  order_by: "started_at desc",
  fields: {
    id: { column: "verifications.id", type: "text", sortable: true },
    backup_id: { column: "verifications.backup_id", type: "text" },
    region_id: { column: "verifications.region_id", type: "text" },
    region: { column: "regions.name", type: "text" },
    workload: { column: "workloads.name", type: "text" },
    verdict: { column: "verifications.verdict", type: "text" },
    started_at: { column: "verifications.started_at", type: "instant", sortable: true },
  },
};

/** Outer joins for the reason that lists of backups have them: see backups.ts. */
function verificationRows(db: Db) {
  return db
    .selectFrom("verifications")
    .leftJoin("backups", "backups.id", "verifications.backup_id")
    .leftJoin("workloads", "workloads.id", "backups.workload_id")
    .leftJoin("regions", "regions.id", "verifications.region_id")
    .selectAll("verifications")
    .select(({ fn }) => [
      fn.coalesce("workloads.name", "backups.workload_id", "verifications.backup_id").as("workload_name"),
      fn.coalesce("regions.name", "verifications.region_id").as("region_name"),
    ]);
}

export function addVerificationRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "verifications", url: "/v1/verifications" };
  addList(app, deps, {
    ...base,
    operation_id: "list_verifications",
    summary: "Verifications of backups and copies, newest first",
    scope: "backups:read",
    response: pageSchema(verificationViewSchema),
    run: async ({ db, query }) => toWire(await listPage(verificationRows(db), SHAPE, query)),
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/verifications/:id",
    params: idParamsSchema,
    operation_id: "get_verification",
    summary: "One verification with its findings",
    scope: "backups:read",
    response: verificationViewSchema,
    run: async ({ db, params }) => {
      const row = await verificationRows(db).where("verifications.id", "=", params.id).executeTakeFirst();
      if (row === undefined) {
        throw apiError("API_NOT_FOUND", `there is no verification ${params.id}`, { verification_id: params.id });
      }
      return toWire(row);
    },
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_verification",
    summary: "Read every byte of a backup or of its copy, and say whether it would restore",
    scope: "backups:verify",
    status: 202,
    body: createVerificationRequestSchema,
    response: acceptedSchema,
    run: async ({ db, body: { backup_id, region } }) => {
      const asked = { backup_id, ...(region === undefined ? {} : { region }) };
      const { job_id, verification_id } = await requestVerification(asked, { ...deps, db });
      return { job_id, resource_id: verification_id };
    },
  });
}
