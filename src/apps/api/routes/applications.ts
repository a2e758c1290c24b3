import type { FastifyInstance } from "fastify";
import {
  applicationStatus,
  findSuppressions,
  getApplication,
  recordSuppressions,
} from "../../../control/application/index.ts";
import {
  applicationViewSchema,
  foundSuppressionsSchema,
  idParamsSchema,
  recordedSuppressionsSchema,
  recordSuppressionsRequestSchema,
  suppressionsQuerySchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { toWire } from "../listing.ts";
import { addRead, addWrite } from "../route.ts";

export function addApplicationRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "applications", url: "/v1/applications/:id", params: idParamsSchema };
  addRead(app, deps, {
    ...base,
    operation_id: "get_application",
    summary: "How an application stands: RPO of each part, the backup that ties them together, its suppression log",
    scope: "workloads:read",
    response: applicationViewSchema,
    run: async ({ db, params }) =>
      toWire(await applicationStatus(db, await getApplication(db, params.id), deps.clock.now_ms())),
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/applications/:id/suppressions",
    query: suppressionsQuerySchema,
    operation_id: "find_suppressions",
    summary: "Entries of an application's suppression log: of one address, or the newest",
    scope: "workloads:read",
    audited: true,
    response: foundSuppressionsSchema,
    run: async ({ db, params, query }) => {
      const application = await getApplication(db, params.id);
      return toWire(await findSuppressions(application, query, { db, repositories: deps.repositories }));
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/applications/:id/suppressions",
    method: "POST",
    operation_id: "record_suppressions",
    summary:
      "Add addresses that must never be mailed again to an application's suppression log; nothing takes them out",
    scope: "workloads:write",
    status: 200,
    body: recordSuppressionsRequestSchema,
    response: recordedSuppressionsSchema,
    run: async ({ db, params, body, principal }) =>
      recordSuppressions(await getApplication(db, params.id), body.entries, `api: ${principal.name}`, { ...deps, db }),
  });
}
