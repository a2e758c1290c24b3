import type { FastifyInstance } from "fastify";
import { ledger, setLedger } from "../../../control/verification/index.ts";
import {
  integrityReportSchema,
  ledgerSchema,
  ledgerSettingSchema,
  pageSchema,
  setLedgerRequestSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "integrity_reports.id",
  order_by: "day desc",
  fields: {
    id: { column: "integrity_reports.id", type: "text", sortable: true },
    day: { column: "integrity_reports.day", type: "text", sortable: true },
    project: { column: "projects.name", type: "text" },
  },
};

export function addIntegrityRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addRead(app, deps, {
    tag: "verifications",
    url: "/v1/ledger",
    operation_id: "get_ledger",
    summary: "How far the deep reads have come: every pack is read whole within the set time",
    scope: "backups:read",
    response: ledgerSchema,
    run: async ({ db }) => ({ items: toWire(await ledger(db, deps.clock)) }),
  });
  addWrite(app, deps, {
    tag: "verifications",
    url: "/v1/ledger/setting",
    method: "POST",
    status: 200,
    operation_id: "set_ledger",
    summary: "Set within how many days every pack is read whole, and how much of a repository a day at most",
    scope: "regions:write",
    organisation: true,
    body: setLedgerRequestSchema,
    response: ledgerSettingSchema,
    run: async ({ db, body, principal }) => setLedger(db, body, principal.name, deps),
  });
  addList(app, deps, {
    tag: "verifications",
    url: "/v1/integrity-reports",
    operation_id: "list_integrity_reports",
    summary: "The signed account of each day: every slot, and the structure of every backup",
    scope: "backups:read",
    response: pageSchema(integrityReportSchema),
    run: async ({ db, query }) => {
      const rows = db
        .selectFrom("integrity_reports")
        .innerJoin("projects", "projects.id", "integrity_reports.project_id")
        .selectAll("integrity_reports")
        .select("projects.name as project_name");
      return toWire(await listPage(rows, SHAPE, query));
    },
  });
}
