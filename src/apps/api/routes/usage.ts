import type { FastifyInstance } from "fastify";
import { usageOf } from "../../../control/metering/index.ts";
import { usageQuerySchema, usageSchema } from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { addRead } from "../route.ts";

export function addUsageRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addRead(app, deps, {
    tag: "billing",
    url: "/v1/usage",
    operation_id: "get_usage",
    summary: "What a project stored and moved in a month, measured hour by hour",
    scope: "usage:read",
    query: usageQuerySchema,
    response: usageSchema,
    run: async ({ db, query }) => {
      const { lines, ...report } = await usageOf(db, query.project, query.month);
      return { ...report, lines: [...lines] };
    },
  });
}
