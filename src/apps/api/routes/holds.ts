import type { FastifyInstance } from "fastify";
import { getProject } from "../../../control/inventory/index.ts";
import { createHold, getHold, releaseHold } from "../../../control/retention/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  acceptedSchema,
  createHoldRequestSchema,
  holdViewSchema,
  idParamsSchema,
  pageSchema,
  releaseHoldRequestSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "holds.id",
  order_by: "id desc",
  fields: {
    id: { column: "holds.id", type: "text", sortable: true },
    project_id: { column: "holds.project_id", type: "text" },
    backup_id: { column: "holds.backup_id", type: "text" },
    workload_id: { column: "holds.workload_id", type: "text" },
    workload: { column: "workloads.name", type: "text" },
    created_at: { column: "holds.created_at", type: "instant", sortable: true },
    released_at: { column: "holds.released_at", type: "instant" },
  },
};

function rows(db: Db) {
  return db
    .selectFrom("holds")
    .leftJoin("backups", "backups.id", "holds.backup_id")
    .leftJoin("workloads", (join) =>
      join.on((on) =>
        on.or([
          on("workloads.id", "=", on.ref("holds.workload_id")),
          on("workloads.id", "=", on.ref("backups.workload_id")),
        ]),
      ),
    )
    .selectAll("holds")
    .select("workloads.name as workload_name");
}

export function addHoldRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "holds", url: "/v1/holds" };
  const one = { ...base, url: "/v1/holds/:id", params: idParamsSchema };
  addList(app, deps, {
    ...base,
    operation_id: "list_holds",
    summary: "Legal holds, newest first, released ones included",
    scope: "holds:read",
    response: pageSchema(holdViewSchema),
    run: async ({ db, query }) => toWire(await listPage(rows(db), SHAPE, query)),
  });
  addRead(app, deps, {
    ...one,
    operation_id: "get_hold",
    summary: "One legal hold",
    scope: "holds:read",
    response: holdViewSchema,
    run: async ({ db, params }) => {
      await getHold(db, params.id); // refuses an unknown one
      return toWire(await rows(db).where("holds.id", "=", params.id).executeTakeFirstOrThrow());
    },
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_hold",
    summary:
      "Set a legal hold on a backup, or on all backups of a workload: nothing of it is deleted until it is released",
    scope: "holds:write",
    status: 202,
    body: createHoldRequestSchema,
    response: acceptedSchema,
    run: async ({ db, body, principal }) => {
      const project = body.project === undefined ? {} : { project_id: (await getProject(db, body.project)).id };
      const target = body.backup_id === undefined ? { workload: body.workload ?? "" } : { backup_id: body.backup_id };
      const asked = { ...target, ...project, reason: body.reason, by: principal.token_id };
      const { hold, job } = await createHold(db, asked, deps);
      return { job_id: job.job_id, resource_id: hold.id };
    },
  });
  addWrite(app, deps, {
    ...one,
    url: "/v1/holds/:id/release",
    method: "POST",
    operation_id: "release_hold",
    summary: "Release a legal hold; what kept the backups before keeps them again",
    scope: "holds:release",
    status: 202,
    body: releaseHoldRequestSchema,
    response: acceptedSchema,
    run: async ({ db, params, body, principal }) => {
      const { job } = await releaseHold(db, params.id, { reason: body.reason, by: principal.token_id }, deps);
      return { job_id: job.job_id, resource_id: params.id };
    },
  });
}
