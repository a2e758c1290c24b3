import type { FastifyInstance } from "fastify";
import { getProject } from "../../../control/inventory/index.ts";
import { getReport, listReportFiles, readReportFile, requestReport } from "../../../control/report/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  acceptedSchema,
  createReportRequestSchema,
  idParamsSchema,
  pageSchema,
  reportDetailSchema,
  reportFileParamsSchema,
  reportFileSchema,
  reportViewSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { apiError } from "../errors.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const DAY_MS = 86_400_000;
const WINDOW_DAYS = 30;

const SHAPE: ListShape = {
  id: "reports.id",
  order_by: "created_at desc",
  fields: {
    id: { column: "reports.id", type: "text", sortable: true },
    kind: { column: "reports.kind", type: "text" },
    state: { column: "reports.state", type: "text" },
    period: { column: "reports.period", type: "text" },
    project_id: { column: "reports.project_id", type: "text" },
    drill_id: { column: "reports.drill_id", type: "text" },
    created_at: { column: "reports.created_at", type: "instant", sortable: true },
  },
};

export function addReportRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "reports", url: "/v1/reports", scope: "reports:read" };
  addList(app, deps, {
    ...base,
    operation_id: "list_reports",
    summary: "Reports, newest first",
    response: pageSchema(reportViewSchema),
    run: async ({ db, query }) => toWire(await listPage(db.selectFrom("reports").selectAll(), SHAPE, query)),
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/reports/:id",
    params: idParamsSchema,
    operation_id: "get_report",
    summary: "One report: its figures, the records behind them, its files",
    response: reportDetailSchema,
    run: async ({ db, params }) => {
      const report = await getReport(db, params.id);
      return { ...toWire(report), files: await listReportFiles(db, report.id) };
    },
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/reports/:id/files/:name",
    params: reportFileParamsSchema,
    operation_id: "get_report_file",
    summary: "A file of a report",
    response: reportFileSchema,
    run: async ({ db, params }) => {
      const { name, media_type, sha256, content } = await readReportFile(db, params.id, params.name);
      return { name, media_type, sha256, content_base64: content.toString("base64") };
    },
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_report",
    summary: "Make a report of a window (by default the last 30 days), or of a drill",
    scope: "reports:write",
    status: 202,
    body: createReportRequestSchema,
    response: acceptedSchema,
    run: async ({ db, body, principal }) => {
      const today_ms = Math.floor(deps.clock.now_ms() / DAY_MS) * DAY_MS;
      const last_ms = body.to === undefined ? today_ms : Date.parse(`${body.to}T00:00:00Z`);
      const first_ms =
        body.from === undefined ? last_ms - (WINDOW_DAYS - 1) * DAY_MS : Date.parse(`${body.from}T00:00:00Z`);
      const window = { from: new Date(first_ms), to: new Date(last_ms + DAY_MS) };
      const project_id = await projectOf(db, body.project, body.drill_id);
      const wanted = { kind: body.kind, project_id, ...window, by: principal.name };
      const drill = body.drill_id === undefined ? {} : { drill_id: body.drill_id };
      const { report_id, job_id } = await requestReport(db, { ...wanted, ...drill }, deps);
      return { job_id, resource_id: report_id };
    },
  });
}

async function projectOf(db: Db, project: string | undefined, drill_id: string | undefined): Promise<string | null> {
  if (drill_id !== undefined) {
    const drill = await db.selectFrom("drills").select("project_id").where("id", "=", drill_id).executeTakeFirst();
    if (drill === undefined) throw apiError("API_NOT_FOUND", `there is no drill ${drill_id}`, { drill_id });
    return drill.project_id;
  }
  return project === undefined ? null : (await getProject(db, project)).id;
}
