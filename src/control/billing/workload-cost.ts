import { Decimal } from "decimal.js";
import { sql } from "kysely";
import type { Db, Ports } from "../../platform/db/index.ts";
import { getWorkload } from "../inventory/index.ts";
import { monthRange, type MonthRange, type UsageLine, usageOf } from "../metering/index.ts";
import { computeInvoice, type InvoiceLine } from "./compute.ts";
import { listPrices } from "./prices.ts";

export interface WorkloadCost {
  readonly workload_id: string;
  readonly month: string;
  readonly currency: string;
  /** Of the month so far, without what the project's subscription costs whatever is protected. */
  readonly net: string;
  readonly lines: readonly InvoiceLine[];
  /** Items used that the price book has no price for: they are in no sum. */
  readonly unpriced: readonly string[];
  /** What its backups and their copies take now, and what that costs in a whole month of this length. */
  readonly stored_bytes: number;
  /** Null: the price book has no price for a tier that it stands in. */
  readonly storage_month: string | null;
}

const CURRENCY_DEFAULT = "EUR";
const TIERS = ["hot", "warm", "cold"] as const;

/**
 * What one workload costs in a month. Storage: what its backups and their copies wrote, for the hours they stood; below
 * those that stand lies everything once, also when the backup that wrote it is gone. Which tier it is in follows from
 * what was measured of the project in that region. Transfer, egress and operations: those of its own jobs, as metered.
 * Priced like an invoice. @throws WORKLOAD_NOT_FOUND, WORKLOAD_AMBIGUOUS, MONTH_INVALID
 */
export async function workloadCost(
  db: Db,
  id_or_name: string,
  options: { readonly month?: string | undefined; readonly currency?: string | undefined },
  { clock }: Pick<Ports, "clock">,
): Promise<WorkloadCost> {
  const now = new Date(clock.now_ms());
  const { month = now.toISOString().slice(0, 7) } = options;
  const range = monthRange(month);
  const workload = await getWorkload(db, id_or_name);
  const currency = options.currency ?? (await currencyOf(db, workload.project_id));
  const stored = await storedOf(db, workload.id, range, now);
  const shares = tierShares((await usageOf(db, workload.project_id, month)).lines);
  const prices = await listPrices(db, currency);
  const price = (usage: readonly UsageLine[]) => {
    const priced = computeInvoice({ month, segments: [], prices, usage, tax_percent: "0" });
    // A quantity of nothing is no line of anybody's.
    return { ...priced, lines: priced.lines.filter((line) => !new Decimal(line.quantity).isZero()) };
  };
  const so_far = price([...storageLines(stored, shares), ...(await movedBy(db, workload.id, range))]);
  const steady = stored.map((it) => ({ ...it, byte_hours: it.bytes_now * range.hours }));
  const a_month = price(storageLines(steady, shares));
  return {
    workload_id: workload.id,
    month,
    currency,
    net: so_far.net,
    lines: so_far.lines,
    unpriced: so_far.lines.filter((line) => line.unit_price === null).map(({ item }) => item),
    stored_bytes: stored.reduce((sum, it) => sum + it.bytes_now, 0),
    storage_month: a_month.lines.every((line) => line.unit_price !== null) ? a_month.net : null,
  };
}

async function currencyOf(db: Db, project_id: string): Promise<string> {
  const row = await db
    .selectFrom("subscriptions")
    .select("currency")
    .where("project_id", "=", project_id)
    .orderBy("created_at", "desc")
    .executeTakeFirst();
  return row?.currency ?? CURRENCY_DEFAULT;
}

interface Stored {
  readonly region: string;
  readonly byte_hours: number;
  readonly bytes_now: number;
}

/** By region, from the catalog: of the workload's own rows alone, which are few however many there are of others. */
async function storedOf(db: Db, workload_id: string, { from, until }: MonthRange, now: Date): Promise<Stored[]> {
  const end = now < until ? now : until;
  const { rows } = await sql<Stored>`
    with written as (
      select region_id, stored_bytes as bytes, coalesce(completed_at, created_at) as since,
        coalesce(deleted_at, 'infinity') as gone
      from backups where workload_id = ${workload_id} and stored_bytes is not null and state not in ('CREATING', 'FAILED')
      union all
      select copies.region_id, coalesce(copies.copied_bytes, backups.stored_bytes), copies.completed_at,
        coalesce(backups.deleted_at, 'infinity')
      from copies join backups on backups.id = copies.backup_id
      where backups.workload_id = ${workload_id} and copies.completed_at is not null
        and copies.state in ('AVAILABLE', 'DAMAGED')
    ), ranked as (
      select *, row_number() over (partition by region_id order by bytes desc nulls last, since) as rank,
        max(gone) over (partition by region_id) as all_gone
      from written
    ), lasting as (
      select region_id, bytes, since, case when rank = 1 then all_gone else gone end as gone from ranked
    )
    select regions.name as region,
      sum(bytes * greatest(0, extract(epoch from
        least(gone, ${end}::timestamptz) - greatest(since, ${from}::timestamptz))))::float8 / 3600 as byte_hours,
      coalesce(sum(bytes) filter (where gone > ${now}), 0)::float8 as bytes_now
    from lasting join regions on regions.id = lasting.region_id
    group by regions.name`.execute(db);
  return rows;
}

type Shares = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** Of what was measured in each region, how much stood in which tier. */
function tierShares(lines: readonly UsageLine[]): Shares {
  const storage = lines.filter(({ meter }) => meter === "storage");
  const sum = new Map<string, number>();
  for (const { region, quantity } of storage) sum.set(region ?? "", (sum.get(region ?? "") ?? 0) + Number(quantity));
  const shares = new Map<string, Record<string, number>>();
  for (const { region, class: tier, quantity } of storage) {
    const all = sum.get(region ?? "") ?? 0;
    if (all > 0) shares.set(region ?? "", { ...shares.get(region ?? ""), [tier]: Number(quantity) / all });
  }
  return shares;
}

/** Where nothing was measured yet it is in the tier where everything begins. */
function storageLines(stored: readonly Stored[], shares: Shares): UsageLine[] {
  return stored.flatMap((it) =>
    TIERS.map((tier) => {
      const share = shares.get(it.region)?.[tier] ?? (shares.has(it.region) || tier !== "hot" ? 0 : 1);
      return lineOf("storage", tier, "byte_hours", it.region, it.byte_hours * share);
    }),
  );
}

/** Each job's samples are named after it. */
async function movedBy(db: Db, workload_id: string, { from, until }: MonthRange): Promise<UsageLine[]> {
  const { rows } = await sql<{ meter: string; class: string; quantity: number }>`
    select sample.meter, sample.class, sum(sample.quantity)::float8 as quantity
    from jobs
    join usage_samples sample on sample.source in ('operations:' || jobs.id, 'transfer:' || jobs.id,
      'egress.domestic:' || jobs.id, 'egress.international:' || jobs.id)
    where jobs.workload_id = ${workload_id} and jobs.finished_at >= ${from} and jobs.finished_at < ${until}
    group by 1, 2 order by 1, 2`.execute(db);
  return rows.map((row) =>
    lineOf(row.meter, row.class, row.meter === "operations" ? "count" : "bytes", null, row.quantity),
  );
}

function lineOf(meter: string, kind: string, unit: UsageLine["unit"], region: string | null, quantity: number) {
  const whole = new Decimal(quantity).toDecimalPlaces(0).toFixed();
  return { meter, class: kind, region, to_region: null, unit, quantity: whole, corrected: "0", hours: 0 };
}
