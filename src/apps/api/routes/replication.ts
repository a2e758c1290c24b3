import type { FastifyInstance } from "fastify";
import { getPolicy } from "../../../control/policy/index.ts";
import { regionLinks, replicationStatus, setRegionLink } from "../../../control/replication/index.ts";
import {
  regionLinkListSchema,
  regionLinkRequestSchema,
  regionLinkSchema,
  replicationQuerySchema,
  replicationSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { toWire } from "../listing.ts";
import { addRead, addWrite } from "../route.ts";

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
  const links = { tag: "replication", url: "/v1/region-links" };
  addRead(app, deps, {
    ...links,
    operation_id: "get_region_links",
    summary: "Limits and windows of the ways that copies take between regions, where any were said",
    scope: "backups:read",
    response: regionLinkListSchema,
    run: async ({ db }) => ({ items: await regionLinks(db, deps) }),
  });
  addWrite(app, deps, {
    ...links,
    method: "POST",
    operation_id: "set_region_link",
    summary: "Limit the copies from one region to another: bytes a second, hours of the day; what is left out stays",
    scope: "regions:write",
    status: 200,
    body: regionLinkRequestSchema,
    response: regionLinkSchema,
    run: async ({ db, body, principal }) => setRegionLink(db, body, principal.name, deps),
  });
}
