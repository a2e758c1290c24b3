import type { FastifyInstance } from "fastify";
import { dismissAnomaly } from "../../../control/anomaly/index.ts";
import {
  closeIncident,
  getIncident,
  incidentDocument,
  openIncident,
  timelineOf,
  updateIncident,
} from "../../../control/incidents/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  anomalyViewSchema,
  closeIncidentRequestSchema,
  dismissAnomalyRequestSchema,
  idParamsSchema,
  incidentDetailSchema,
  incidentViewSchema,
  openIncidentRequestSchema,
  pageSchema,
  updateIncidentRequestSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const INCIDENTS: ListShape = {
  id: "incidents.id",
  order_by: "opened_at desc",
  fields: {
    id: { column: "incidents.id", type: "text", sortable: true },
    state: { column: "incidents.state", type: "text" },
    severity: { column: "incidents.severity", type: "number", sortable: true },
    project: { column: "projects.name", type: "text" },
    opened_at: { column: "incidents.opened_at", type: "instant", sortable: true },
  },
};

const ANOMALIES: ListShape = {
  id: "anomalies.id",
  order_by: "detected_at desc",
  fields: {
    id: { column: "anomalies.id", type: "text", sortable: true },
    state: { column: "anomalies.state", type: "text" },
    kind: { column: "anomalies.kind", type: "text" },
    workload: { column: "workloads.name", type: "text" },
    project: { column: "projects.name", type: "text" },
    backup_id: { column: "anomalies.backup_id", type: "text" },
    detected_at: { column: "anomalies.detected_at", type: "instant", sortable: true },
  },
};

function incidentRows(db: Db) {
  return db
    .selectFrom("incidents")
    .innerJoin("projects", "projects.id", "incidents.project_id")
    .selectAll("incidents")
    .select("projects.name as project_name");
}

function anomalyRows(db: Db) {
  return db
    .selectFrom("anomalies")
    .innerJoin("projects", "projects.id", "anomalies.project_id")
    .innerJoin("workloads", "workloads.id", "anomalies.workload_id")
    .selectAll("anomalies")
    .select(["projects.name as project_name", "workloads.name as workload_name"]);
}

async function detail(db: Db, id: string) {
  await getIncident(db, id);
  const row = await incidentRows(db).where("incidents.id", "=", id).executeTakeFirstOrThrow();
  const timeline = await timelineOf(db, row);
  return { ...toWire(row), timeline, document: incidentDocument(row, row.project_name, timeline) };
}

export function addIncidentRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "incidents", url: "/v1/incidents" };
  const write = { tag: "incidents", method: "POST", scope: "incidents:write", response: incidentDetailSchema } as const;
  addList(app, deps, {
    ...base,
    operation_id: "list_incidents",
    summary: "Requests for help with a restore, newest first",
    scope: "incidents:read",
    response: pageSchema(incidentViewSchema),
    run: async ({ db, query }) => toWire(await listPage(incidentRows(db), INCIDENTS, query)),
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/incidents/:id",
    operation_id: "get_incident",
    summary: "One incident with its timeline, and as a document",
    scope: "incidents:read",
    params: idParamsSchema,
    response: incidentDetailSchema,
    run: ({ db, params }) => detail(db, params.id),
  });
  addWrite(app, deps, {
    ...write,
    url: "/v1/incidents",
    status: 201,
    operation_id: "open_incident",
    summary: "Ask for help with a restore; the response clock starts",
    body: openIncidentRequestSchema,
    run: async ({ db, body, principal }) => detail(db, (await openIncident(db, body, principal.name, deps)).id),
  });
  addWrite(app, deps, {
    ...write,
    url: "/v1/incidents/:id/update",
    status: 200,
    operation_id: "update_incident",
    summary: "Respond, note, link restores and alerts, say whether a success criterion is met",
    params: idParamsSchema,
    body: updateIncidentRequestSchema,
    run: async ({ db, params, body, principal }) => {
      await updateIncident(db, params.id, body, principal.name, deps);
      return detail(db, params.id);
    },
  });
  addWrite(app, deps, {
    ...write,
    url: "/v1/incidents/:id/close",
    status: 200,
    operation_id: "close_incident",
    summary: "Close with a debrief, once every success criterion has been looked at",
    params: idParamsSchema,
    body: closeIncidentRequestSchema,
    run: async ({ db, params, body, principal }) => {
      await closeIncident(db, params.id, body, principal.name, deps);
      return detail(db, params.id);
    },
  });
  addAnomalyRoutes(app, deps);
}

function addAnomalyRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addList(app, deps, {
    tag: "anomalies",
    url: "/v1/anomalies",
    operation_id: "list_anomalies",
    summary: "Backups that look like encryption or mass deletion",
    scope: "backups:read",
    response: pageSchema(anomalyViewSchema),
    run: async ({ db, query }) => toWire(await listPage(anomalyRows(db), ANOMALIES, query)),
  });
  addWrite(app, deps, {
    tag: "anomalies",
    method: "POST",
    url: "/v1/anomalies/:id/dismiss",
    status: 200,
    operation_id: "dismiss_anomaly",
    summary: "It was meant to be: the hold on the last clean backup ends",
    scope: "anomalies:write",
    params: idParamsSchema,
    body: dismissAnomalyRequestSchema,
    response: anomalyViewSchema,
    run: async ({ db, params, body, principal }) => {
      await dismissAnomaly(db, params.id, { who: principal.name, note: body.note }, deps);
      return toWire(await anomalyRows(db).where("anomalies.id", "=", params.id).executeTakeFirstOrThrow());
    },
  });
}
