import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { getProject } from "../../../control/inventory/index.ts";
import { subscribe, unsubscribe } from "../../../control/report/index.ts";
import { type Db, withTransaction } from "../../../platform/db/index.ts";
import {
  createReportSubscriptionRequestSchema,
  idParamsSchema,
  pageSchema,
  reportSubscriptionViewSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "report_subscriptions.id",
  order_by: "name asc",
  fields: {
    id: { column: "report_subscriptions.id", type: "text", sortable: true },
    name: { column: "report_subscriptions.name", type: "text", sortable: true },
    project_id: { column: "report_subscriptions.project_id", type: "text" },
  },
};

function rows(db: Db) {
  return db
    .selectFrom("report_subscriptions")
    .innerJoin("channels", "channels.id", "report_subscriptions.channel_id")
    .selectAll("report_subscriptions")
    .select("channels.name as channel_name");
}

export function addReportSubscriptionRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "reports", url: "/v1/report-subscriptions", organisation: true };
  const view = async (db: Db, id: string) =>
    toWire(await rows(db).where("report_subscriptions.id", "=", id).executeTakeFirstOrThrow());
  addList(app, deps, {
    ...base,
    operation_id: "list_report_subscriptions",
    summary: "Who gets which reports by themselves, over which channel",
    scope: "reports:read",
    response: pageSchema(reportSubscriptionViewSchema),
    run: async ({ db, query }) => toWire(await listPage(rows(db), SHAPE, query)),
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_report_subscription",
    summary: "Send reports of these kinds over a channel whenever they are made",
    scope: "report_subscriptions:write",
    status: 201,
    body: createReportSubscriptionRequestSchema,
    response: reportSubscriptionViewSchema,
    run: async ({ db, body, principal }) => {
      const project_id = body.project === undefined ? null : (await getProject(db, body.project)).id;
      const { name, channel, kinds } = body;
      const wanted = { name, channel, kinds, project_id, by: principal.name };
      const { id } = await withTransaction(db, (tx) => subscribe(tx, wanted, deps));
      return view(db, id);
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/report-subscriptions/:id",
    params: idParamsSchema,
    method: "DELETE",
    operation_id: "delete_report_subscription",
    summary: "Send no further reports",
    scope: "report_subscriptions:write",
    status: 200,
    response: z.object({ id: z.string() }),
    run: async ({ db, params, principal }) => {
      const { id } = await withTransaction(db, (tx) => unsubscribe(tx, params.id, principal.name, deps));
      return { id };
    },
  });
}
