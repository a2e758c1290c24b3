import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import type { ReportKind } from "../../model/index.ts";
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
 * began, once each; and for the report of each drill that has ended. @returns how many
 */
export async function planReports(db: Db, ports: Ports): Promise<number> {
  const first = await db
    .selectFrom("projects")
    .select((eb) => eb.fn.min("created_at").as("at"))
    .executeTakeFirst();
  let asked = 0;
  const since = first?.at ?? null;
  for (const due of since === null ? [] : dueReports(since, new Date(ports.clock.now_ms()))) {
    const { kind, period } = due;
    const there = await db
      .selectFrom("reports")
      .select("id")
      .where("kind", "=", kind)
      .where("period", "=", period)
      .where("project_id", "is", null)
      .executeTakeFirst();
    if (there !== undefined) continue;
    const { created } = await withTransaction(db, (tx) =>
      requestReport(tx, { ...due, project_id: null, by: BY_ITSELF }, ports),
    );
    if (created) asked++;
  }
  return asked + (await reportDrills(db, ports));
}

/** Months and quarters of UTC that ended after `since`, and by now. */
export function dueReports(since: Date, now: Date): Due[] {
  const due: Due[] = [];
  const this_month = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  for (let back = MONTHS_MAX; back > 0; back--) {
    const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
    const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1));
    if (to <= since || to.getTime() > this_month) continue;
    due.push({ kind: "attestation", period: from.toISOString().slice(0, 7), from, to });
    if (to.getUTCMonth() % 3 !== 0) continue;
    const begin = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() - 3, 1));
    const quarter = Math.floor(begin.getUTCMonth() / 3) + 1;
    due.push({ kind: "health", period: `${begin.getUTCFullYear()}-Q${quarter}`, from: begin, to });
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
