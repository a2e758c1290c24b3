import type { FastifyInstance } from "fastify";
import { chooseGroup, getApplication } from "../../../control/application/index.ts";
import { chooseBase, listArchives, listBinlogs } from "../../../control/archiving/index.ts";
import { getWorkload } from "../../../control/inventory/index.ts";
import {
  binlogArchivesSchema,
  idParamsSchema,
  recoveryBaseQuerySchema,
  recoveryBaseSchema,
  walArchivesSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { toWire } from "../listing.ts";
import { addRead } from "../route.ts";

export function addWalRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addRead(app, deps, {
    tag: "wal",
    url: "/v1/wal",
    operation_id: "find_wal_archives",
    summary: "How the streaming of write-ahead logs stands: how far, how old, and where there are holes",
    scope: "workloads:read",
    response: walArchivesSchema,
    run: async ({ db }) => toWire({ items: await listArchives(db, deps.clock.now_ms()) }),
  });
  addRead(app, deps, {
    tag: "wal",
    url: "/v1/binlogs",
    operation_id: "find_binlog_archives",
    summary: "How the streaming of binary logs stands: how far, how old, and where there are holes",
    scope: "workloads:read",
    response: binlogArchivesSchema,
    run: async ({ db }) => toWire({ items: await listBinlogs(db, deps.clock.now_ms()) }),
  });
  addRead(app, deps, {
    tag: "wal",
    url: "/v1/workloads/:id/recovery-base",
    params: idParamsSchema,
    query: recoveryBaseQuerySchema,
    operation_id: "get_recovery_base",
    summary: "The backup that a recovery of a database to a point begins with, and how far its log leads",
    scope: "backups:read",
    response: recoveryBaseSchema,
    run: async ({ db, params, query }) => {
      const workload = await getWorkload(db, params.id);
      const ports = { db, repositories: deps.repositories };
      if (workload.source.kind === "application")
        return toWire(await chooseGroup(await getApplication(db, workload.id), query.to_time, ports));
      return toWire(await chooseBase(workload.id, query, ports));
    },
  });
}
