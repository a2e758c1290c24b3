import { sql } from "kysely";
import { asHoldfastError } from "../../base/index.ts";
import type { Clock } from "../../base/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Tx } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { Repositories, RepositoryRow } from "../repositories/index.ts";

export interface MeteringPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  readonly repositories: Pick<Repositories, "useStore">;
}

const HOUR_MS = 3_600_000;
/** How long after its end a job may still become a sample, e.g. because the database was away. */
const LOOKBACK_MS = 72 * HOUR_MS;
const LOCK_KEY = 4_841_273_580;

/**
 * Measures what each repository's packs take now, once an hour; takes up the jobs that have ended; adds up the hours
 * that are over. Any of it may be done again, and by several servers.
 */
export async function measureUsageHour(ports: MeteringPorts): Promise<void> {
  const { db, clock, log } = ports;
  const hour = new Date(Math.floor(clock.now_ms() / HOUR_MS) * HOUR_MS);
  const rows = await db
    .selectFrom("repositories")
    .selectAll()
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom("usage_samples")
            .select("usage_samples.id")
            .where("usage_samples.hour", "=", hour)
            .where("usage_samples.meter", "=", "storage")
            .where("usage_samples.source", "like", sql<string>`'storage:' || repositories.id || ':%'`),
        ),
      ),
    )
    .orderBy("id")
    .execute();
  for (const row of rows) {
    await measureStorage(row, hour, ports).catch((error: unknown) => {
      const { repository_id, region_id } = row;
      log.warn({ error: asHoldfastError(error), repository_id, region_id }, "storage was not metered for now");
    });
  }
  await closeHours(db, clock);
}

/** Bytes by tier, from the store itself. An empty repository is measured, too: it was looked at. */
async function measureStorage(row: RepositoryRow, hour: Date, { db, clock, repositories }: MeteringPorts) {
  const bytes = { hot: 0n, warm: 0n, cold: 0n };
  await repositories.useStore(row, async (store) => {
    for await (const { size_bytes, tier } of store.list("packs/")) bytes[tier ?? "hot"] += BigInt(size_bytes);
  });
  const samples = Object.entries(bytes).map(([tier, quantity]) => ({
    project_id: row.project_id,
    hour,
    meter: "storage",
    class: tier,
    region_id: row.region_id,
    to_region_id: "",
    quantity: quantity.toString(),
    source: `storage:${row.id}:${tier}:${hour.toISOString()}`,
    measured_at: new Date(clock.now_ms()),
  }));
  await db
    .insertInto("usage_samples")
    .values(samples)
    .onConflict((conflict) => conflict.column("source").doNothing())
    .execute();
}

/** Ended jobs become samples, samples of hours that are over become records. */
export async function closeHours(db: Db, clock: Clock): Promise<void> {
  await withTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_KEY)})`.execute(tx);
    const now_ms = clock.now_ms();
    await takeUpJobs(tx, now_ms);
    await addUp(tx, now_ms);
  });
}

/**
 * What jobs moved, from their results: a copy's bytes between two regions, a restore's written bytes to the home region
 * of the project it went to (domestic within a country), and every job that ended well as an operation.
 */
async function takeUpJobs(tx: Tx, now_ms: number): Promise<void> {
  const now = new Date(now_ms);
  await sql`
    insert into usage_samples
      (project_id, hour, meter, class, region_id, to_region_id, quantity, source, measured_at)
    select jobs.project_id, date_trunc('hour', jobs.finished_at, 'UTC'), fact.meter, fact.class, fact.region_id,
      fact.to_region_id, fact.quantity, fact.meter || ':' || jobs.id, ${now}
    from jobs
    left join backups on backups.id = jobs.backup_id
    left join restores on jobs.kind = 'restore' and restores.job_id = jobs.id
    left join regions here on here.id = restores.region_id
    left join projects target on target.id = coalesce(restores.target ->> 'project_id', restores.project_id)
    left join regions there on there.id = target.region_id
    cross join lateral (values
      ('operations', jobs.kind, '', '', 1::numeric),
      ('transfer', '', coalesce(backups.region_id, ''), coalesce(jobs.input ->> 'region_id', ''),
        case when jobs.kind = 'copy' then coalesce((jobs.result ->> 'copied_bytes')::numeric, 0) else 0 end),
      (case when here.country = there.country then 'egress.domestic' else 'egress.international' end, '',
        coalesce(here.id, ''), coalesce(there.id, ''),
        case when restores.id is not null then coalesce((jobs.result ->> 'bytes_written')::numeric, 0) else 0 end)
    ) as fact (meter, class, region_id, to_region_id, quantity)
    where jobs.project_id is not null and jobs.state in ('SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS')
      and jobs.finished_at > ${new Date(now_ms - LOOKBACK_MS)} and fact.quantity > 0
    on conflict (source) do nothing`.execute(tx);
}

/** Writes, for each hour that is over, what its samples have more than its records: the sum, later the correction. */
async function addUp(tx: Tx, now_ms: number): Promise<void> {
  const over = new Date(Math.floor(now_ms / HOUR_MS) * HOUR_MS);
  // Later samples of an older hour than this cannot come: jobs are not taken up so late.
  const from = new Date(over.getTime() - LOOKBACK_MS - 32 * 24 * HOUR_MS);
  await sql`
    with sampled as (
      select project_id, hour, meter, class, region_id, to_region_id, sum(quantity) as quantity
      from usage_samples where hour >= ${from} and hour < ${over} group by 1, 2, 3, 4, 5, 6
    ), recorded as (
      select project_id, hour, meter, class, region_id, to_region_id, sum(quantity) as quantity, count(*) as times
      from usage_records where hour >= ${from} and hour < ${over} group by 1, 2, 3, 4, 5, 6
    )
    insert into usage_records
      (project_id, hour, meter, class, region_id, to_region_id, seq, quantity, created_at)
    select project_id, hour, meter, class, region_id, to_region_id, coalesce(recorded.times, 0),
      sampled.quantity - coalesce(recorded.quantity, 0), ${new Date(now_ms)}
    from sampled left join recorded using (project_id, hour, meter, class, region_id, to_region_id)
    where recorded.times is null or sampled.quantity <> recorded.quantity`.execute(tx);
}
