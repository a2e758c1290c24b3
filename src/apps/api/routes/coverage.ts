import type { FastifyInstance } from "fastify";
import { coverageReport, overview } from "../../../control/coverage/index.ts";
import { storageGrowth } from "../../../control/forecast/index.ts";
import { getProject } from "../../../control/inventory/index.ts";
import {
  coverageQuerySchema,
  coverageSchema,
  overviewQuerySchema,
  overviewSchema,
  storageGrowthSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { apiError } from "../errors.ts";
import { toWire } from "../listing.ts";
import { addRead } from "../route.ts";

const WORKLOADS_MAX = 200;

export function addCoverageRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addRead(app, deps, {
    tag: "coverage",
    url: "/v1/coverage",
    operation_id: "get_coverage",
    summary: "Every workload: protected, excepted or at risk, and what to do",
    scope: "workloads:read",
    query: coverageQuerySchema,
    response: coverageSchema,
    run: async ({ db, query }) => {
      const ids = query.workloads?.split(",").filter((id) => id !== "");
      if (ids !== undefined && (ids.length === 0 || ids.length > WORKLOADS_MAX)) {
        const detail = `workloads names ${ids.length} ids; 1 to ${WORKLOADS_MAX} are possible`;
        throw apiError("API_REQUEST_INVALID", detail, { problems: [detail] });
      }
      const options = {
        ...(query.project === undefined ? {} : { project_id: (await getProject(db, query.project)).id }),
        ...(ids === undefined ? {} : { workload_ids: ids }),
      };
      return toWire(await coverageReport(db, deps.clock.now_ms(), options));
    },
  });
  addRead(app, deps, {
    tag: "coverage",
    url: "/v1/overview",
    operation_id: "get_overview",
    summary: "One look at everything: coverage, RPO by policy, the runs of the last 24 hours, storage",
    scope: "workloads:read",
    query: overviewQuerySchema,
    response: overviewSchema,
    run: async ({ db, query }) => {
      const options = query.project === undefined ? {} : { project_id: (await getProject(db, query.project)).id };
      return toWire(await overview(db, deps.clock.now_ms(), options));
    },
  });
  addRead(app, deps, {
    tag: "coverage",
    url: "/v1/storage-growth",
    operation_id: "get_storage_growth",
    summary: "What is stored by tier, as measured on each of the last 90 days, and what it will probably be",
    scope: "workloads:read",
    query: overviewQuerySchema,
    response: storageGrowthSchema,
    run: async ({ db, query }) => {
      const options = query.project === undefined ? {} : { project_id: (await getProject(db, query.project)).id };
      return toWire(await storageGrowth(db, deps.clock.now_ms(), options));
    },
  });
}
