import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { createCollector, siemFamily } from "../../control/monitoring/index.ts";
import { createProcessMetrics, exposition, EXPOSITION_TYPE } from "../../platform/metrics/index.ts";
import type { ProcessMetrics } from "../../platform/metrics/index.ts";
import type { ApiDeps } from "./deps.ts";
import { withinReach } from "./reach.ts";

/** What the API measures of itself, unless the server measures it together with its own. */
export function measureRequests(app: FastifyInstance, deps: ApiDeps): ProcessMetrics {
  const metrics = deps.metrics ?? createProcessMetrics({ node: false });
  app.addHook("onResponse", async (request, reply) => {
    metrics.request(request.method, request.routeOptions.url, reply.statusCode, reply.elapsedTime / 1000);
  });
  return metrics;
}

/** `/metrics` for Prometheus: of what the caller may see, and of the process for whoever sees everything. */
export function addMetricsRoute(app: FastifyInstance, deps: ApiDeps, process_metrics: ProcessMetrics): void {
  const collector = createCollector(deps.clock);
  app.route({
    method: "GET",
    url: "/metrics",
    config: { scope: "metrics:read" },
    schema: {
      operationId: "get_metrics",
      tags: ["server"],
      summary: "Figures in the text format of Prometheus, of the projects that the caller may see",
      description: "Needs the permission `metrics:read`.",
      security: [{ token: [] }, { session: [] }],
      querystring: z.strictObject({}),
      produces: ["text/plain"],
      response: { 200: z.string() },
    },
    handler: async (request, reply) => {
      const { reach } = request;
      const families = await collector.collect(JSON.stringify(reach), (work) =>
        withinReach(deps.readers, request, work),
      );
      const all = reach?.everywhere === true;
      const own = all ? await process_metrics.exposition() : "";
      const text = await exposition(all ? [...families, await siemFamily(deps.db)] : families);
      return reply.type(EXPOSITION_TYPE).send(text + own);
    },
  });
}
