import { sql } from "kysely";
import type { Db } from "../../platform/db/index.ts";
import { getProject } from "../inventory/index.ts";
import { meteringError } from "./errors.ts";

const HOUR_MS = 3_600_000;

export interface MonthRange {
  readonly from: Date;
  readonly until: Date;
  readonly hours: number;
  readonly days: number;
}

/** A calendar month in UTC. @throws MONTH_INVALID */
export function monthRange(month: string): MonthRange {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month);
  if (match === null) throw meteringError("MONTH_INVALID", `this is no month: ${month}`, { month });
  const [year, index] = [Number(match[1]), Number(match[2]) - 1];
  const from = new Date(Date.UTC(year, index, 1));
  const until = new Date(Date.UTC(year, index + 1, 1));
  const hours = (until.getTime() - from.getTime()) / HOUR_MS;
  return { from, until, hours, days: hours / 24 };
}

export interface UsageLine {
  readonly meter: string;
  readonly class: string;
  readonly region: string | null;
  readonly to_region: string | null;
  readonly unit: "byte_hours" | "bytes" | "count";
  /** Whole and exact, as text. */
  readonly quantity: string;
  /** How much of it came as corrections. */
  readonly corrected: string;
  /** In how many hours there was any, or it was measured. */
  readonly hours: number;
}

export interface UsageReport {
  readonly project: string;
  readonly project_id: string;
  readonly month: string;
  readonly hours_in_month: number;
  /** The newest record that is in here: later corrections have greater ones. */
  readonly last_record: number;
  readonly lines: readonly UsageLine[];
}

/** A project's month, from its records up to `last_record`. @throws MONTH_INVALID, PROJECT_NOT_FOUND */
export async function usageOf(db: Db, project_ref: string, month: string, last_record?: number): Promise<UsageReport> {
  const { from, until, hours } = monthRange(month);
  const { id, name } = await getProject(db, project_ref);
  const upTo = last_record === undefined ? sql`true` : sql`record.id <= ${last_record}`;
  const { rows } = await sql<Omit<UsageLine, "unit"> & { last: string }>`
    select record.meter, record.class, here.name as region, there.name as to_region,
      sum(record.quantity)::text as quantity, count(distinct record.hour)::int as hours, max(record.id)::text as last,
      coalesce(sum(record.quantity) filter (where record.seq > 0), 0)::text as corrected
    from usage_records record
    left join regions here on here.id = record.region_id
    left join regions there on there.id = record.to_region_id
    where record.project_id = ${id} and record.hour >= ${from} and record.hour < ${until} and ${upTo}
    group by 1, 2, 3, 4 order by 1, 2, 3, 4`.execute(db);
  return {
    project: name,
    project_id: id,
    month,
    hours_in_month: hours,
    last_record: Math.max(0, ...rows.map(({ last }) => Number(last))),
    lines: rows.map(({ last: _, ...row }) => ({ ...row, unit: unitOf(row.meter) })),
  };
}

function unitOf(meter: string): UsageLine["unit"] {
  if (meter === "storage") return "byte_hours";
  return meter === "operations" ? "count" : "bytes";
}
