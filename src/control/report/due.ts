import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import type { ReportKind } from "../../model/index.ts";
import { promisedEvidence } from "../billing/index.ts";
import { requestReport } from "./reports.ts";

interface Due {
  readonly kind: ReportKind;
  readonly period: string;
  readonly from: Date;
  readonly to: Date;
}

const BY_ITSELF = "schedule";
/** So much of the time before is made up for after a long stop: two years of months. */
const MONTHS_MAX = 24;

/**
 * Asks for the attestation of each month and the health report of each quarter that has ended since the installation
 * began, once each; for what somebody subscribed to; for the packages that a project is promised; and for the report of
 * each drill that has ended. @returns how many
 */
export async function planReports(db: Db, ports: Ports): Promise<number> {
  const first = await db
    .selectFrom("projects")
    .select((eb) => eb.fn.min("created_at").as("at"))
    .executeTakeFirst();
  const now = new Date(ports.clock.now_ms());
  const wanted = new Map<string, Due & { readonly project_id: string | null }>();
  const want = (since: Date, kinds: readonly ReportKind[], project_id: string | null) => {
    for (const due of dueReports(since, now, kinds))
      wanted.set(`${due.kind} ${due.period} ${project_id ?? ""}`, { ...due, project_id });
  };
  const began = first?.at ?? null;
  if (began !== null) want(began, ["attestation", "health"], null);
  for (const { created_at, kinds, project_id } of await db.selectFrom("report_subscriptions").selectAll().execute())
    want(created_at, kinds, project_id);
  for (const { project_id, since } of await promisedEvidence(db)) want(since, ["compliance"], project_id);
  let asked = 0;
  const made = await db
    .selectFrom("reports")
    .select(["kind", "period", "project_id"])
    .where("drill_id", "is", null)
    .execute();
  for (const { kind, period, project_id } of made) wanted.delete(`${kind} ${period ?? ""} ${project_id ?? ""}`);
  for (const due of wanted.values()) {
    const { created } = await withTransaction(db, (tx) => requestReport(tx, { ...due, by: BY_ITSELF }, ports));
    if (created) asked++;
  }
  return asked + (await reportDrills(db, ports));
}

/** Of a quarter; those of the other kinds are of a month. */
const QUARTERLY: readonly ReportKind[] = ["health", "compliance"];

/** Months and quarters of UTC that ended after `since`, and by now. */
export function dueReports(since: Date, now: Date, kinds: readonly ReportKind[] = ["attestation", "health"]): Due[] {
  const due: Due[] = [];
  const this_month = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  for (let back = MONTHS_MAX; back > 0; back--) {
    const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
    const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1));
    if (to <= since || to.getTime() > this_month) continue;
    const begin = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() - 3, 1));
    const quarter = `${begin.getUTCFullYear()}-Q${Math.floor(begin.getUTCMonth() / 3) + 1}`;
    for (const kind of kinds) {
      if (kind === "drill") continue;
      if (!QUARTERLY.includes(kind)) due.push({ kind, period: from.toISOString().slice(0, 7), from, to });
      else if (to.getUTCMonth() % 3 === 0) due.push({ kind, period: quarter, from: begin, to });
    }
  }
  return due;
}

const DRILLS_MAX = 200;

async function reportDrills(db: Db, ports: Ports): Promise<number> {
  const rows = await db
    .selectFrom("drills")
    .leftJoin("reports", (join) => join.onRef("reports.drill_id", "=", "drills.id").on("reports.kind", "=", "drill"))
    .select(["drills.id", "drills.project_id", "drills.requested_at", "drills.finished_at"])
    .where("drills.state", "in", ["PASSED", "MISSED_TARGET", "FAILED"])
    .where("reports.id", "is", null)
    .orderBy("drills.finished_at")
    .limit(DRILLS_MAX)
    .execute();
  for (const { id, project_id, requested_at, finished_at } of rows) {
    const window = { from: requested_at, to: finished_at ?? requested_at };
    await withTransaction(db, (tx) =>
      requestReport(tx, { kind: "drill", drill_id: id, period: id, project_id, ...window, by: BY_ITSELF }, ports),
    );
  }
  return rows.length;
}
