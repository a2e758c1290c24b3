import type { FastifyInstance } from "fastify";
import {
  changeDrillClass,
  changeDrillPlan,
  createDrillPlan,
  cadenceText,
  enableDrillPlan,
  getDrillPlan,
  listDrillClasses,
  nextDue,
  proofSummary,
  requestDrill,
  selectWorkloads,
} from "../../../control/drill/index.ts";
import type { DrillPlanRow } from "../../../control/drill/index.ts";
import { getProject } from "../../../control/inventory/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  acceptedSchema,
  changeDrillClassRequestSchema,
  changeDrillPlanRequestSchema,
  createDrillPlanRequestSchema,
  createDrillRequestSchema,
  drillClassViewSchema,
  drillDetailSchema,
  drillPlanDetailSchema,
  drillPlanViewSchema,
  drillViewSchema,
  idParamsSchema,
  pageSchema,
  proofQuerySchema,
  proofSummarySchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { apiError } from "../errors.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const DAY_MS = 86_400_000;
const DUES_MAX = 50;

const PLANS: ListShape = {
  id: "drill_plans.id",
  order_by: "name asc",
  fields: {
    id: { column: "drill_plans.id", type: "text", sortable: true },
    name: { column: "drill_plans.name", type: "text", sortable: true },
    project_id: { column: "drill_plans.project_id", type: "text" },
  },
};
const DRILLS: ListShape = {
  id: "drills.id",
  order_by: "requested_at desc",
  fields: {
    id: { column: "drills.id", type: "text", sortable: true },
    state: { column: "drills.state", type: "text", sortable: true },
    class: { column: "drills.class", type: "text" },
    workload: { column: "workloads.name", type: "text" },
    workload_id: { column: "drills.workload_id", type: "text" },
    project_id: { column: "drills.project_id", type: "text" },
    plan: { column: "drill_plans.name", type: "text" },
    requested_at: { column: "drills.requested_at", type: "instant", sortable: true },
    finished_at: { column: "drills.finished_at", type: "instant" },
  },
};

/** Outer joins for the reason that lists of backups have them: see backups.ts. */
function drillRows(db: Db) {
  return db
    .selectFrom("drills")
    .leftJoin("workloads", "workloads.id", "drills.workload_id")
    .leftJoin("drill_plans", "drill_plans.id", "drills.plan_id")
    .selectAll("drills")
    .select(({ fn }) => [
      fn.coalesce("workloads.name", "drills.workload_id").as("workload_name"),
      "drill_plans.name as plan_name",
    ]);
}

export function addDrillRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addClassRoutes(app, deps);
  addPlanRoutes(app, deps);
  const base = { tag: "drills", url: "/v1/drills" };
  addList(app, deps, {
    ...base,
    operation_id: "list_drills",
    summary: "Drills, newest first",
    scope: "drills:read",
    response: pageSchema(drillViewSchema),
    run: async ({ db, query }) => toWire(await listPage(drillRows(db), DRILLS, query)),
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/drills/:id",
    params: idParamsSchema,
    operation_id: "get_drill",
    summary: "One drill: steps with their times, validations, findings, deviations",
    scope: "drills:read",
    response: drillDetailSchema,
    run: async ({ db, params }) => {
      const row = await drillRows(db).where("drills.id", "=", params.id).executeTakeFirst();
      if (row === undefined) throw apiError("API_NOT_FOUND", `there is no drill ${params.id}`, { drill_id: params.id });
      return toWire(row);
    },
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_drill",
    summary: "Drill a workload now: restore a backup of it into a sandbox, validate, measure",
    scope: "drills:write",
    status: 202,
    body: createDrillRequestSchema,
    response: acceptedSchema,
    run: async ({ db, body, principal }) => {
      const request = {
        workload: body.workload,
        sandbox: body.sandbox,
        owner: body.owner ?? principal.name,
        ...(body.project === undefined ? {} : { project: body.project }),
        ...(body.backup === undefined ? {} : { backup: body.backup }),
        ...(body.connections === undefined ? {} : { connections: body.connections }),
      };
      const { drill_id, job_id } = await requestDrill(db, request, deps);
      return { job_id, resource_id: drill_id };
    },
  });
  addRead(app, deps, {
    tag: "drills",
    url: "/v1/proofs/summary",
    operation_id: "get_proof_summary",
    summary: "How many workloads are proven to restore; RTO and RPO as measured, by class",
    scope: "drills:read",
    query: proofQuerySchema,
    response: proofSummarySchema,
    run: async ({ db, query }) => {
      const now_ms = deps.clock.now_ms();
      const project = query.project === undefined ? {} : { project_id: (await getProject(db, query.project)).id };
      return toWire(await proofSummary(db, now_ms, { from_ms: now_ms - query.days * DAY_MS, ...project }));
    },
  });
}

function addClassRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addRead(app, deps, {
    tag: "drills",
    url: "/v1/drill-classes",
    operation_id: "get_drill_classes",
    summary: "Classes of workloads with their RTO and RPO",
    scope: "drills:read",
    response: pageSchema(drillClassViewSchema),
    run: async ({ db }) => ({ items: toWire(await listDrillClasses(db)), next_page_token: null }),
  });
  addWrite(app, deps, {
    tag: "drills",
    method: "PATCH",
    url: "/v1/drill-classes/:id",
    params: idParamsSchema,
    operation_id: "change_drill_class",
    summary: "Change what a class promises; drills that ran keep what they were measured against",
    scope: "drill_classes:write",
    organisation: true,
    status: 200,
    body: changeDrillClassRequestSchema,
    response: drillClassViewSchema,
    run: async ({ db, params, body }) => {
      const given = Object.entries(body).filter(([, value]) => value !== undefined);
      return toWire(await changeDrillClass(db, params.id, Object.fromEntries(given), deps));
    },
  });
}

function addPlanRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const view = (plan: DrillPlanRow) => ({
    ...toWire(plan),
    cadence: cadenceText(plan.spec.cadence),
    next_due_at: plan.enabled
      ? new Date(nextDue(plan.spec.cadence, Math.max(plan.planned_until.getTime(), deps.clock.now_ms()))).toISOString()
      : null,
  });
  const base = { tag: "drills", url: "/v1/drill-plans" };
  addList(app, deps, {
    ...base,
    operation_id: "list_drill_plans",
    summary: "Drill plans by name",
    scope: "drills:read",
    response: pageSchema(drillPlanViewSchema),
    run: async ({ db, query }) => {
      const { items, next_page_token } = await listPage(db.selectFrom("drill_plans").selectAll(), PLANS, query);
      return { items: items.map(view), next_page_token };
    },
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/drill-plans/:id",
    params: idParamsSchema,
    operation_id: "get_drill_plan",
    summary: "One drill plan, by id or name: what it would drill now, and what became of its last times",
    scope: "drills:read",
    response: drillPlanDetailSchema,
    run: async ({ db, params }) => {
      const plan = await getDrillPlan(db, params.id);
      const workloads = await selectWorkloads(db, plan.spec, deps.clock.now_ms());
      const dues = await db
        .selectFrom("drill_dues")
        .selectAll()
        .where("plan_id", "=", plan.id)
        .orderBy("due_at", "desc")
        .limit(DUES_MAX)
        .execute();
      return { ...view(plan), workloads: workloads.map(({ workload }) => workload.name), dues: toWire(dues) };
    },
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_drill_plan",
    summary: "Drill workloads at a cadence from now on",
    scope: "drills:write",
    status: 201,
    body: createDrillPlanRequestSchema,
    response: drillPlanViewSchema,
    run: async ({ db, body, principal }) => view(await createDrillPlan(db, { ...body, by: principal.name }, deps)),
  });
  addWrite(app, deps, {
    ...base,
    method: "PATCH",
    url: "/v1/drill-plans/:id",
    params: idParamsSchema,
    operation_id: "change_drill_plan",
    summary: "Change when a plan drills, what it restores and where, and who owns it; what is left out stays",
    scope: "drills:write",
    status: 200,
    body: changeDrillPlanRequestSchema,
    response: drillPlanViewSchema,
    run: async ({ db, params, body, principal }) =>
      view(await changeDrillPlan(db, params.id, body, { ...deps, by: principal.name })),
  });
  for (const enabled of [true, false]) {
    const verb = enabled ? "enable" : "disable";
    addWrite(app, deps, {
      ...base,
      method: "POST",
      url: `/v1/drill-plans/:id/${verb}`,
      params: idParamsSchema,
      operation_id: `${verb}_drill_plan`,
      summary: enabled ? "Let a plan begin anew from now" : "Let a plan rest; its drills stay",
      scope: "drills:write",
      status: 200,
      response: drillPlanViewSchema,
      run: async ({ db, params, principal }) =>
        view(await enableDrillPlan(db, params.id, enabled, { ...deps, by: principal.name })),
    });
  }
}
