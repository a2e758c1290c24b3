import type { FastifyInstance } from "fastify";
import { sql } from "kysely";
import {
  acknowledgeAlert,
  calendarSchema,
  EVERY_PROJECT,
  getAlert,
  loadCalendar,
  markStep,
  resolveAlert,
  saveCalendar,
} from "../../../control/alerting/index.ts";
import { getProject } from "../../../control/inventory/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  acknowledgeAlertRequestSchema,
  alertDetailSchema,
  type AlertView,
  alertViewSchema,
  calendarQuerySchema,
  calendarViewSchema,
  idParamsSchema,
  markAlertRequestSchema,
  pageSchema,
  resolveAlertRequestSchema,
  setCalendarRequestSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "alerts.id",
  order_by: "opened_at desc",
  fields: {
    id: { column: "alerts.id", type: "text", sortable: true },
    rule: { column: "alerts.rule", type: "text" },
    severity: { column: "alerts.severity", type: "number", sortable: true },
    state: { column: "alerts.state", type: "text", sortable: true },
    project: { column: "projects.name", type: "text" },
    project_id: { column: "alerts.project_id", type: "text" },
    opened_at: { column: "alerts.opened_at", type: "instant", sortable: true },
  },
};

function alertRows(db: Db) {
  return db
    .selectFrom("alerts")
    .leftJoin("projects", "projects.id", "alerts.project_id")
    .selectAll("alerts")
    .select("projects.name as project_name")
    .select(
      sql<AlertView["next_clock"]>`(
        select json_build_object('step', step, 'due_at',
          to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
        from alert_timers where alert_id = alerts.id and met_at is null and alerts.state <> 'RESOLVED'
        order by alert_timers.due_at limit 1)`.as("next_clock"),
    );
}

async function detail(db: Db, id: string) {
  await getAlert(db, id);
  const row = await alertRows(db).where("alerts.id", "=", id).executeTakeFirstOrThrow();
  const timers = await db.selectFrom("alert_timers").selectAll().where("alert_id", "=", id).orderBy("due_at").execute();
  const history = await db
    .selectFrom("events")
    .select(["time", "type", "data"])
    .where("subject", "=", id)
    .orderBy("time")
    .limit(1000)
    .execute();
  return toWire({ ...row, runbook: `docs/runbooks/${row.rule}.md`, timers, history });
}

export function addAlertRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "alerts", url: "/v1/alerts" };
  addList(app, deps, {
    ...base,
    operation_id: "list_alerts",
    summary: "Alerts, newest first",
    scope: "alerts:read",
    response: pageSchema(alertViewSchema),
    run: async ({ db, query }) => toWire(await listPage(alertRows(db), SHAPE, query)),
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/alerts/:id",
    params: idParamsSchema,
    operation_id: "get_alert",
    summary: "One alert with its clocks and its history",
    scope: "alerts:read",
    response: alertDetailSchema,
    run: ({ db, params }) => detail(db, params.id),
  });
  const write = { tag: "alerts", method: "POST", status: 200, scope: "alerts:write", params: idParamsSchema } as const;
  addWrite(app, deps, {
    ...write,
    url: "/v1/alerts/:id/acknowledge",
    operation_id: "acknowledge_alert",
    summary: "I have it: nobody else is paged",
    body: acknowledgeAlertRequestSchema,
    response: alertDetailSchema,
    run: async ({ db, params, body, principal }) => {
      const by = { who: principal.name, ...(body.note === undefined ? {} : { note: body.note }) };
      await acknowledgeAlert(db, params.id, by, deps);
      return detail(db, params.id);
    },
  });
  addWrite(app, deps, {
    ...write,
    url: "/v1/alerts/:id/resolve",
    operation_id: "resolve_alert",
    summary: "Close by hand; quiet until more is hurt or the cause has gone and come back",
    body: resolveAlertRequestSchema,
    response: alertDetailSchema,
    run: async ({ db, params, body, principal }) => {
      await resolveAlert(db, params.id, { who: principal.name, note: body.note }, deps);
      return detail(db, params.id);
    },
  });
  addWrite(app, deps, {
    ...write,
    url: "/v1/alerts/:id/mark",
    operation_id: "mark_alert",
    summary: "Say that one of its clocks is met: the customer was told, the root cause found",
    body: markAlertRequestSchema,
    response: alertDetailSchema,
    run: async ({ db, params, body, principal }) => {
      await getAlert(db, params.id);
      await markStep(db, params.id, body.step, { who: principal.name, note: body.note }, deps);
      return detail(db, params.id);
    },
  });
  addCalendarRoutes(app, deps);
}

function addCalendarRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "alerts", url: "/v1/calendar", response: calendarViewSchema };
  addRead(app, deps, {
    ...base,
    operation_id: "get_calendar",
    summary: "Business days, hours and holidays that a project's clocks go by",
    scope: "alerts:read",
    query: calendarQuerySchema,
    run: async ({ db, query }) => {
      const project = query.project === undefined ? null : await getProject(db, query.project);
      return { project: project?.name ?? null, ...(await loadCalendar(db, project?.id ?? null)) };
    },
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    status: 200,
    operation_id: "set_calendar",
    summary: "Set the calendar of a project, or that of all projects without their own",
    scope: "alerts:write",
    body: setCalendarRequestSchema,
    run: async ({ db, body: { project: name, ...spec } }) => {
      const project = name === undefined ? null : await getProject(db, name);
      const calendar = calendarSchema.parse(spec);
      await saveCalendar(db, project?.id ?? EVERY_PROJECT, calendar, new Date(deps.clock.now_ms()));
      return { project: project?.name ?? null, ...calendar };
    },
  });
}
