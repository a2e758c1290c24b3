import type { FastifyInstance } from "fastify";
import type * as z from "zod";
import { hasCode } from "../../../base/index.ts";
import { chooseGroup, getApplication } from "../../../control/application/index.ts";
import {
  archivingError,
  chooseBase,
  fetchWal,
  listArchives,
  listBinlogs,
  pushWal,
} from "../../../control/archiving/index.ts";
import { getWorkload } from "../../../control/inventory/index.ts";
import { requestBackup } from "../../../control/protect/index.ts";
import {
  binlogArchivesSchema,
  idParamsSchema,
  mutationQuerySchema,
  recoveryBaseQuerySchema,
  recoveryBaseSchema,
  walArchivesSchema,
  walFileParamsSchema,
  walPushedSchema,
  problemSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { toWire } from "../listing.ts";
import { withinReach } from "../reach.ts";
import { addRead } from "../route.ts";

/** A piece of a log holds no more. */
const WAL_BYTES_MAX = 64 * 1024 * 1024;
/** A server that catches up pushes one file after the other. */
const FILES_PER_MINUTE = 6000;

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
  addWalFiles(app, deps);
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

/** Files of a write-ahead log, as `archive_command` and `restore_command` take them. */
function addWalFiles(app: FastifyInstance, deps: ApiDeps): void {
  type Params = z.output<typeof walFileParamsSchema>;
  const schema = {
    tags: ["wal"],
    security: [{ token: [] }, { session: [] }],
    params: walFileParamsSchema,
  };
  const problems = { "4xx": problemSchema, "5xx": problemSchema };
  void app.register(async (scoped) => {
    scoped.addContentTypeParser(
      "application/octet-stream",
      { parseAs: "buffer", bodyLimit: WAL_BYTES_MAX },
      (_request, body, done) => done(null, body),
    );
    scoped.route({
      method: "PUT",
      url: "/v1/workloads/:id/wal/:name",
      config: { scope: "wal:push", rateLimit: { max: FILES_PER_MINUTE } },
      bodyLimit: WAL_BYTES_MAX,
      schema: {
        ...schema,
        operationId: "push_wal_file",
        summary: "Keep a file that a server archives: durable when this answers; the same again changes nothing",
        description: "Needs the permission `wal:push`.",
        consumes: ["application/octet-stream"],
        querystring: mutationQuerySchema,
        response: { 200: walPushedSchema, ...problems },
      },
      handler: async (request) => {
        const { id, name } = request.params as Params;
        const dry_run = (request.query as z.output<typeof mutationQuerySchema>).dry_run === "true";
        const workload = await withinReach(deps.readers, request, (db) => getWorkload(db, id));
        const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const backUp = (workload_id: string) => backUpAfterGap(workload_id, deps);
        return toWire(await pushWal(workload, { name, bytes, dry_run }, { ...deps, backUp }));
      },
    });
    scoped.route({
      method: "GET",
      url: "/v1/workloads/:id/wal/:name",
      config: { scope: "wal:fetch", rateLimit: { max: FILES_PER_MINUTE } },
      schema: {
        ...schema,
        operationId: "fetch_wal_file",
        summary: "A segment or history file of a write-ahead log, for a server that recovers",
        description: "Needs the permission `wal:fetch`.",
        produces: ["application/octet-stream"],
        response: problems,
      },
      handler: async (request, reply) => {
        const { id, name } = request.params as Params;
        const workload = await withinReach(deps.readers, request, (db) => getWorkload(db, id));
        const bytes = await fetchWal(workload, name, deps);
        if (bytes === null) throw archivingError("WAL_NOT_HELD", `${name} of ${workload.name} is not held`, { name });
        return reply.type("application/octet-stream").send(bytes);
      },
    });
  });
}

/** What is not protected on purpose needs none. */
async function backUpAfterGap(workload: string, deps: ApiDeps): Promise<void> {
  try {
    await requestBackup(deps.db, { workload }, deps);
  } catch (error) {
    if (!hasCode(error, "WORKLOAD_EXCLUDED")) throw error;
  }
}
