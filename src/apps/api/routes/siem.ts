import type { FastifyInstance } from "fastify";
import { createSink, listSinks, removeSink } from "../../../control/siem/index.ts";
import { idParamsSchema, newSinkRequestSchema, sinkSchema, sinksSchema } from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { toWire } from "../listing.ts";
import { addRead, addWrite } from "../route.ts";

export function addSiemRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "audit", organisation: true } as const;
  addRead(app, deps, {
    ...base,
    url: "/v1/siem-sinks",
    operation_id: "get_siem_sinks",
    summary: "Where the audit log is sent on to, how far it got, and how far behind each is",
    scope: "audit:read",
    response: sinksSchema,
    run: async ({ db }) => ({ items: toWire(await listSinks(db)) }),
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    url: "/v1/siem-sinks",
    operation_id: "create_siem_sink",
    summary: "Send the audit log on, over syslog/TLS or HTTPS, in OCSF or CEF",
    scope: "audit:write",
    status: 201,
    body: newSinkRequestSchema,
    response: sinkSchema,
    run: async ({ db, body, principal }) => toWire(await createSink(db, body, principal.name, deps)),
  });
  addWrite(app, deps, {
    ...base,
    method: "DELETE",
    url: "/v1/siem-sinks/:id",
    params: idParamsSchema,
    operation_id: "delete_siem_sink",
    summary: "Send nothing more there",
    scope: "audit:write",
    status: 200,
    response: sinkSchema,
    run: async ({ db, params }) => toWire(await removeSink(db, params.id)),
  });
}
