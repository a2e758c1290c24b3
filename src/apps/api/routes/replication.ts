import type { FastifyInstance } from "fastify";
import { getPolicy } from "../../../control/policy/index.ts";
import { replicationStatus } from "../../../control/replication/index.ts";
import { replicationQuerySchema, replicationSchema } from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { toWire } from "../listing.ts";
import { addRead } from "../route.ts";

export function addReplicationRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addRead(app, deps, {
    tag: "replication",
    url: "/v1/replication",
    operation_id: "get_replication_status",
    summary: "How far the second region is behind, for each pair of regions",
    scope: "backups:read",
    query: replicationQuerySchema,
    response: replicationSchema,
    run: async ({ db, query }) => {
      const filter = query.policy === undefined ? {} : { policy_id: (await getPolicy(db, query.policy)).id };
      return toWire(await replicationStatus(db, deps.clock, filter));
    },
  });
}
