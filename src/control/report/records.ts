import { sql } from "kysely";
import type { Scope } from "./content.ts";

interface Counted {
  readonly name: string;
  readonly month: string;
  readonly count: number;
}

const inScope = ({ project_id }: Scope, column: string) =>
  project_id === null ? sql`true` : sql`${sql.ref(column)} = ${project_id}`;

/** Slots of schedules by outcome and month. */
export async function slotCounts(scope: Scope): Promise<Counted[]> {
  const { rows } = await sql<Counted>`
    select coalesce(s.outcome, 'OPEN') as name, to_char(s.due_at at time zone 'UTC', 'YYYY-MM') as month,
      count(*)::int as count
    from schedule_slots s join workloads w on w.id = s.workload_id
    where s.due_at >= ${scope.from} and s.due_at < ${scope.to} and ${inScope(scope, "w.project_id")}
    group by 1, 2`.execute(scope.db);
  return rows;
}

/** Drills by result and month. */
export async function drillCounts(scope: Scope): Promise<Counted[]> {
  const { rows } = await sql<Counted>`
    select state as name, to_char(finished_at at time zone 'UTC', 'YYYY-MM') as month, count(*)::int as count
    from drills where finished_at >= ${scope.from} and finished_at < ${scope.to} and ${inScope(scope, "project_id")}
    group by 1, 2`.execute(scope.db);
  return rows;
}

/** Verifications by verdict and month. */
export async function verdictCounts(scope: Scope): Promise<Counted[]> {
  const { rows } = await sql<Counted>`
    select coalesce(v.verdict, 'NONE') as name, to_char(v.finished_at at time zone 'UTC', 'YYYY-MM') as month,
      count(*)::int as count
    from verifications v join backups b on b.id = v.backup_id
    where v.finished_at >= ${scope.from} and v.finished_at < ${scope.to} and ${inScope(scope, "b.project_id")}
    group by 1, 2`.execute(scope.db);
  return rows;
}

/** Backup jobs that failed, by the reason they gave. */
export async function failuresByReason(scope: Scope): Promise<{ reason: string; count: number; workloads: number }[]> {
  const { rows } = await sql<{ reason: string; count: number; workloads: number }>`
    select coalesce(status_reason, state) as reason, count(*)::int as count,
      count(distinct workload_id)::int as workloads
    from jobs where kind = 'backup' and state in ('FAILED', 'EXPIRED')
      and finished_at >= ${scope.from} and finished_at < ${scope.to} and ${inScope(scope, "project_id")}
    group by 1 order by 2 desc`.execute(scope.db);
  return rows;
}

/** Last good backup of each workload that was made before the window's end. */
export async function lastSuccess(scope: Scope): Promise<Map<string, Date>> {
  const { rows } = await sql<{ workload_id: string; at: Date }>`
    select workload_id, max(created_at) as at from backups
    where state = 'AVAILABLE' and verified_state <> 'INVALID' and created_at < ${scope.to}
      and ${inScope(scope, "project_id")}
    group by 1`.execute(scope.db);
  return new Map(rows.map(({ workload_id, at }) => [workload_id, at]));
}

/** Drills that ended in the window. */
export async function drillsOf(scope: Scope) {
  let query = scope.db
    .selectFrom("drills")
    .innerJoin("workloads", "workloads.id", "drills.workload_id")
    .selectAll("drills")
    .select("workloads.name as workload")
    .where("finished_at", ">=", scope.from)
    .where("finished_at", "<", scope.to)
    .orderBy("finished_at");
  if (scope.project_id !== null) query = query.where("drills.project_id", "=", scope.project_id);
  return query.execute();
}

export interface EventLine {
  readonly time: Date;
  readonly type: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const EVENTS_MAX = 10_000;

/** Events whose type begins with one of these, oldest first. */
export async function eventsOf(scope: Scope, prefixes: readonly string[]): Promise<EventLine[]> {
  let query = scope.db
    .selectFrom("events")
    .select(["time", "type", "subject", "data"])
    .where("time", ">=", scope.from)
    .where("time", "<", scope.to)
    .where((where) => where.or(prefixes.map((prefix) => where("type", "like", `${prefix}%`))))
    .orderBy("sequence")
    .limit(EVENTS_MAX);
  if (scope.project_id !== null) query = query.where("project_id", "=", scope.project_id);
  return query.execute();
}

export interface AlertLine {
  readonly rule: string;
  readonly severity: number;
  readonly summary: string;
  readonly state: string;
  readonly opened_at: Date;
  readonly acknowledged_at: Date | null;
  readonly resolved_at: Date | null;
  /** Clocks of its severity that ran out before somebody met them. */
  readonly breaches: number;
}

const ALERTS_MAX = 2000;

/** Alerts that were opened in the window, or were still open when it began; the gravest first. */
export async function alertsOf(scope: Scope): Promise<AlertLine[]> {
  const { rows } = await sql<AlertLine>`
    select a.rule, a.severity, a.summary, a.state, a.opened_at, a.acknowledged_at, a.resolved_at,
      (select count(*)::int from alert_timers t where t.alert_id = a.id and t.breached_at < ${scope.to}) as breaches
    from alerts a where a.opened_at < ${scope.to} and (a.opened_at >= ${scope.from} or a.resolved_at is null
      or a.resolved_at >= ${scope.from}) and ${inScope(scope, "a.project_id")}
    order by a.severity, a.opened_at limit ${ALERTS_MAX}`.execute(scope.db);
  return rows;
}

export interface StorageLine {
  readonly region: string;
  readonly backups: number;
  readonly source_bytes: number;
  readonly stored_bytes: number;
  readonly locked: number;
  readonly held: number;
}

/** What lies where at the window's end, and how much of it is locked. */
export async function storageOf(scope: Scope): Promise<StorageLine[]> {
  const { rows } = await sql<StorageLine>`
    select r.name as region, count(*)::int as backups, coalesce(sum(b.source_bytes), 0)::float8 as source_bytes,
      coalesce(sum(b.stored_bytes), 0)::float8 as stored_bytes,
      count(*) filter (where b.lock_until > ${scope.to})::int as locked,
      count(*) filter (where b.retain_until is null)::int as held
    from backups b join regions r on r.id = b.region_id
    where b.state in ('AVAILABLE', 'DAMAGED') and b.created_at < ${scope.to} and ${inScope(scope, "b.project_id")}
    group by 1 order by 1`.execute(scope.db);
  return rows;
}

/** Bytes that were newly stored, by month. */
export async function storedByMonth(scope: Scope): Promise<Map<string, number>> {
  const { rows } = await sql<{ month: string; bytes: number }>`
    select to_char(created_at at time zone 'UTC', 'YYYY-MM') as month, coalesce(sum(stored_bytes), 0)::float8 as bytes
    from backups where created_at >= ${scope.from} and created_at < ${scope.to} and ${inScope(scope, "project_id")}
    group by 1`.execute(scope.db);
  return new Map(rows.map(({ month, bytes }) => [month, bytes]));
}

export function total(counts: readonly Counted[], ...names: readonly string[]): number {
  return counts.reduce((sum, it) => sum + (names.length === 0 || names.includes(it.name) ? it.count : 0), 0);
}

export function byMonth(counts: readonly Counted[], months: readonly string[], ...names: readonly string[]): number[] {
  return months.map((month) =>
    total(
      counts.filter((it) => it.month === month),
      ...names,
    ),
  );
}
