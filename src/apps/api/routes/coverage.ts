import type { FastifyInstance } from "fastify";
import { coverageReport } from "../../../control/coverage/index.ts";
import { getProject } from "../../../control/inventory/index.ts";
import { coverageQuerySchema, coverageSchema } from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { toWire } from "../listing.ts";
import { addRead } from "../route.ts";

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
      const options = query.project === undefined ? {} : { project_id: (await getProject(db, query.project)).id };
      return toWire(await coverageReport(db, deps.clock.now_ms(), options));
    },
  });
}
