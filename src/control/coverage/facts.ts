import { sql } from "kysely";
import { finalJobStates } from "../../model/index.ts";
import type { Workload } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";

/** What the catalog knows of one workload. */
export interface Facts {
  readonly last_good: LastBackup | null;
  /** A backup newer than the last good one that turned out damaged. */
  readonly newer_damaged_id: string | null;
  readonly last_job: { readonly id: string; readonly state: string; readonly status_reason: string | null } | null;
  /** A backup is being made, or waits for its start. */
  readonly open_job_id: string | null;
}

export interface LastBackup {
  readonly id: string;
  readonly created_at_ms: number;
  readonly completed_at_ms: number;
}

export interface Known {
  readonly workload: Workload;
  readonly facts: Facts;
}

export interface Wanted {
  readonly project_id?: string | undefined;
  readonly workload_ids?: readonly string[] | undefined;
}

const CLOCK_TOLERANCE_MS = 3_600_000;
/** Large enough that planning and asking count for nothing, small enough to be worked on while the next is fetched. */
const PAGE = 4000;

/** Instants as the text and numbers they are needed as: of 400,000 of them, dates would be a third of the work. */
interface NewestRow extends Workload {
  readonly good_id: string | null;
  readonly good_at_ms: number | null;
  readonly good_completed_at_ms: number | null;
  readonly job_id: string | null;
  readonly job_state: string | null;
  readonly job_reason: string | null;
}

/**
 * Every workload that is not removed, or those wanted, with what is known of it; in order of id, page by page: outside
 * of a transaction the next is fetched while one is worked on.
 */
export async function* knownWorkloads(
  db: Db,
  now_ms: number,
  wanted: Wanted = {},
  page_size = PAGE,
): AsyncGenerator<readonly Known[]> {
  const from = (after_id: string) => newestOf(db, now_ms, wanted, { after_id, limit: page_size });
  let next: Promise<readonly NewestRow[]> | undefined = from("");
  next.catch(() => undefined); // told of below
  const rare = await loadRare(db, wanted);
  while (next !== undefined) {
    const page: readonly NewestRow[] = await next;
    const last = page.at(-1);
    const fetch = () => (page.length < page_size || last === undefined ? undefined : from(last.id));
    next = db.isTransaction ? undefined : fetch();
    // Whoever stops early waits for no page, and is told of no failure of one.
    next?.catch(() => undefined);
    yield page.map((row) => known(row, rare));
    if (db.isTransaction) next = fetch();
  }
}

/** Names of the regions that have a complete copy, by backup. */
export async function copiedTo(db: Db, backup_ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  if (backup_ids.length === 0) return found;
  const { rows } = await sql<{ backup_id: string; name: string }>`
    select c.backup_id, r.name from copies c join regions r on r.id = c.region_id
    where c.backup_id = any(${[...backup_ids]}::text[]) and c.state = 'AVAILABLE'`.execute(db);
  for (const { backup_id, name } of rows) {
    const names = found.get(backup_id);
    if (names === undefined) found.set(backup_id, [name]);
    else names.push(name);
  }
  return found;
}

async function newestOf(
  db: Db,
  now_ms: number,
  wanted: Wanted,
  { after_id, limit }: { readonly after_id: string; readonly limit: number },
): Promise<readonly NewestRow[]> {
  const { project_id } = wanted;
  const ids = wanted.workload_ids === undefined ? undefined : [...wanted.workload_ids];
  // One dated ahead, by a clock that was wrong, says nothing about how old the last one is.
  const until = new Date(now_ms + CLOCK_TOLERANCE_MS);
  // A look-up by index for each workload: their newest ones are few among millions.
  const { rows } = await sql<NewestRow>`
    select w.*, good.id as good_id, ${ms("good.created_at")} as good_at_ms,
      ${ms("good.completed_at")} as good_completed_at_ms, job.id as job_id, job.state as job_state, job.status_reason as job_reason
    from (
      select id, project_id, name, type, region_id, source, tags, exception, revision,
        ${text("created_at")} as created_at, ${text("updated_at")} as updated_at
      from workloads
      where removed_at is null and id > ${after_id}
        ${project_id === undefined ? sql`` : sql`and project_id = ${project_id}`}
        ${ids === undefined ? sql`` : sql`and id = any(${ids}::text[])`}
      order by id limit ${sql.lit(limit)}) w
    left join lateral (
      select id, created_at, completed_at from backups b
      where b.workload_id = w.id and b.state = 'AVAILABLE' and b.verified_state <> 'INVALID' and b.created_at <= ${until}
      order by created_at desc limit 1) good on true
    left join lateral (
      select id, state, status_reason from jobs j
      where j.workload_id = w.id and j.kind = 'backup'
        and j.state in ('SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS', 'FAILED', 'EXPIRED')
      order by created_at desc limit 1) job on true
    order by w.id`.execute(db);
  return rows;
}

interface Rare {
  readonly damaged: ReadonlyMap<string, { readonly id: string; readonly created_at: Date }>;
  readonly open: ReadonlyMap<string, string>;
}

/** What few workloads have: once for all of them. */
async function loadRare(db: Db, { project_id, workload_ids }: Wanted): Promise<Rare> {
  const ids = workload_ids === undefined ? undefined : [...workload_ids];
  const within = sql`
    ${project_id === undefined ? sql`` : sql`and project_id = ${project_id}`}
    ${ids === undefined ? sql`` : sql`and workload_id = any(${ids}::text[])`}`;
  const { rows: damaged } = await sql<{ workload_id: string; id: string; created_at: Date }>`
    select distinct on (workload_id) workload_id, id, created_at from backups
    where (state = 'DAMAGED' or verified_state = 'INVALID') and state not in ('DELETING', 'DELETED') ${within}
    order by workload_id, created_at desc`.execute(db);
  const { rows: open } = await sql<{ workload_id: string; id: string }>`
    select workload_id, id from jobs
    where finished_at is null and kind = 'backup' and workload_id is not null
      and state not in (${sql.join(finalJobStates)}) ${within}`.execute(db);
  return {
    damaged: new Map(damaged.map((row) => [row.workload_id, row])),
    open: new Map(open.map((row) => [row.workload_id, row.id])),
  };
}

/** As JavaScript writes it. */
const text = (column: string) => sql`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const ms = (column: string) => sql`floor(extract(epoch from ${sql.ref(column)}) * 1000)::float8`;

function known(row: NewestRow, { damaged, open }: Rare): Known {
  const { good_id, good_at_ms, good_completed_at_ms, job_id, job_state, job_reason } = row;
  const created_at_ms = good_at_ms ?? 0;
  const damage = damaged.get(row.id);
  return {
    workload: {
      id: row.id,
      project_id: row.project_id,
      name: row.name,
      type: row.type,
      region_id: row.region_id,
      source: row.source,
      tags: row.tags,
      exception: row.exception,
      revision: row.revision,
      created_at: row.created_at,
      updated_at: row.updated_at,
    },
    facts: {
      last_good:
        good_id === null
          ? null
          : { id: good_id, created_at_ms, completed_at_ms: good_completed_at_ms ?? created_at_ms },
      newer_damaged_id: damage !== undefined && damage.created_at.getTime() > created_at_ms ? damage.id : null,
      last_job:
        job_id === null || job_state === null ? null : { id: job_id, state: job_state, status_reason: job_reason },
      open_job_id: open.get(row.id) ?? null,
    },
  };
}
