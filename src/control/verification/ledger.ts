import { sql } from "kysely";
import * as z from "zod";
import type { Clock, Random } from "../../base/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Tx } from "../../platform/db/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { JobHandler } from "../jobs/index.ts";
import type { RepositoryRow } from "../repositories/index.ts";
import { requestVerification } from "./handler.ts";
import type { VerificationPorts } from "./handler.ts";

const DAY_MS = 86_400_000;
const INSERT_ROWS_MAX = 1000;
/** Manifests opened to find whom a damaged pack hurts. */
const MANIFESTS_MAX = 2000;

const settingSchema = z.strictObject({
  /** Every pack is read whole within so many days. */
  days: z.number().int().min(1).max(3650).default(30),
  /** Read by one run at most, whatever that does to the days. */
  bytes_per_day_max: z
    .number()
    .int()
    .min(1)
    .default(1024 ** 4),
});
export type LedgerSetting = z.output<typeof settingSchema>;

/** Time and budget of the deep reads; what is not given stays. */
export async function setLedger(
  tx: Tx,
  changes: { readonly days?: number | undefined; readonly bytes_per_day_max?: number | undefined },
  by: string,
  ports: { readonly clock: Clock; readonly random: Random },
): Promise<LedgerSetting> {
  const before = await ledgerSetting(tx);
  const { days = before.days, bytes_per_day_max = before.bytes_per_day_max } = changes;
  const value = settingSchema.parse({ days, bytes_per_day_max });
  const set = { value: JSON.stringify(value), updated_at: new Date(ports.clock.now_ms()) };
  await tx
    .insertInto("settings")
    .values({ key: "verification.ledger", ...set })
    .onConflict((conflict) => conflict.column("key").doUpdateSet(set))
    .execute();
  const data = { ...value, before, by };
  await appendEvent(tx, { type: "holdfast.ledger.set", subject: "verification.ledger", project_id: null, data }, ports);
  return value;
}

export async function ledgerSetting(db: Db): Promise<LedgerSetting> {
  const row = await db
    .selectFrom("settings")
    .select("value")
    .where("key", "=", "verification.ledger")
    .executeTakeFirst();
  return settingSchema.parse(row?.value ?? {});
}

/** Asks, once a day and repository, for the share of packs that is due. @returns how many were asked for */
export async function planDeepReads(
  db: Db,
  ports: { readonly clock: Clock; readonly random: Random },
): Promise<number> {
  const day = new Date(ports.clock.now_ms()).toISOString().slice(0, 10);
  // Of the first day every pack was just written.
  const before = new Date(ports.clock.now_ms() - DAY_MS);
  const repositories = await db.selectFrom("repositories").selectAll().where("created_at", "<", before).execute();
  let asked = 0;
  for (const { id, project_id, region_id } of repositories) {
    const { created } = await withTransaction(db, (tx) =>
      enqueueJob(
        tx,
        { kind: "deep_read", project_id, input: { region_id }, idempotency_key: `deep_read:${id}:${day}` },
        ports,
      ),
    );
    if (created) asked++;
  }
  return asked;
}

/**
 * The `deep_read` job: reads the packs that were read longest ago, as many bytes as a day's share is. A damaged one
 * leads to a verification of the newest backup it hurts, which marks them all.
 */
export function deepReadHandler(ports: VerificationPorts): JobHandler {
  return {
    kind: "deep_read",
    steps: ["run"],
    async run({ job, step, signal, progress }) {
      const row = await ports.repositories.find(job.project_id ?? "", String(job.input["region_id"]));
      const result = await step("run", () =>
        ports.repositories.use(row, async (repository) => {
          await listPacks(ports.db, row, repository, ports.clock);
          const pack_ids = await due(ports.db, row, ports.clock);
          const report = await ports.engine.verifyPacks({
            repository,
            pack_ids,
            read_data: true,
            signal,
            onProgress: progress,
          });
          const hurt = report.damaged.length === 0 ? [] : await hurtBy(repository, report.damaged);
          return { read: report.read, bytes_read: report.bytes_read, damaged: report.damaged, hurt };
        }),
      );
      await settle(row, result, ports);
      const figures = { packs: result.read.length, bytes_read: result.bytes_read, damaged: result.damaged };
      return { state: result.damaged.length === 0 ? "SUCCEEDED" : "SUCCEEDED_WITH_WARNINGS", result: figures };
    },
  };
}

/** The ledger lists exactly the packs that are there. */
async function listPacks(db: Db, row: RepositoryRow, repository: Repository, clock: Clock): Promise<void> {
  const now = new Date(clock.now_ms());
  const packs: { repository_id: string; pack_id: string; size_bytes: number; seen_at: Date }[] = [];
  for await (const { key, size_bytes } of repository.store.list("packs/")) {
    packs.push({ repository_id: row.id, pack_id: key.slice(key.lastIndexOf("/") + 1), size_bytes, seen_at: now });
  }
  for (let at = 0; at < packs.length; at += INSERT_ROWS_MAX) {
    await db
      .insertInto("pack_reads")
      .values(packs.slice(at, at + INSERT_ROWS_MAX))
      .onConflict((it) => it.columns(["repository_id", "pack_id"]).doNothing())
      .execute();
  }
  await db
    .deleteFrom("pack_reads")
    .where("repository_id", "=", row.id)
    .where(sql<boolean>`pack_id <> all(${packs.map((pack) => pack.pack_id)}::text[])`)
    .execute();
}

/**
 * Those whose time is up before tomorrow's run, whatever the share: much that is new every day must not keep what is
 * old from being read again. Then never read before all others, and read longest ago first; one pack at least.
 */
async function due(db: Db, row: RepositoryRow, clock: Clock): Promise<string[]> {
  const { days, bytes_per_day_max } = await ledgerSetting(db);
  const up = sql<boolean>`coalesce(last_read_at, seen_at) <= ${new Date(clock.now_ms() - (days - 1) * DAY_MS)}`;
  const packs = await db
    .selectFrom("pack_reads")
    .select(["pack_id", "size_bytes", up.as("up")])
    .where("repository_id", "=", row.id)
    .orderBy(up, "desc")
    .orderBy(sql`last_read_at asc nulls first`)
    .orderBy("seen_at")
    .orderBy("pack_id")
    .execute();
  const total = packs.reduce((sum, pack) => sum + pack.size_bytes, 0);
  const share = Math.min(Math.ceil(total / days), bytes_per_day_max);
  const chosen: string[] = [];
  let bytes = 0;
  for (const { pack_id, size_bytes, up: must } of packs) {
    if ((bytes >= share && !must) || (chosen.length > 0 && bytes + size_bytes > bytes_per_day_max)) break;
    chosen.push(pack_id);
    bytes += size_bytes;
  }
  return chosen;
}

async function hurtBy(repository: Repository, damaged: readonly string[]): Promise<string[]> {
  const bad = new Set(damaged);
  const ids = (await repository.listBackupIds()).sort().reverse().slice(0, MANIFESTS_MAX);
  for (const id of ids) {
    const manifest = await repository.readManifest(id).catch(() => undefined); // its own verification tells
    if (manifest?.packs.some((pack) => bad.has(pack)) === true) return [id];
  }
  return [];
}

async function settle(
  row: RepositoryRow,
  result: { readonly read: readonly string[]; readonly damaged: readonly string[]; readonly hurt: readonly string[] },
  ports: VerificationPorts,
): Promise<void> {
  const { db } = ports;
  const now = new Date(ports.clock.now_ms());
  await withTransaction(db, async (tx) => {
    await sql`update pack_reads set last_read_at = ${now}, damaged = pack_id = any(${[...result.damaged]}::text[])
      where repository_id = ${row.id} and pack_id = any(${[...result.read]}::text[])`.execute(tx);
    const data = { region_id: row.region_id, packs: result.read.length, damaged: result.damaged };
    const event = { type: "holdfast.packs.read", subject: row.id, project_id: row.project_id, data };
    await appendEvent(tx, event, ports);
  });
  for (const backup_id of result.hurt) {
    const known = await db.selectFrom("backups").select("id").where("id", "=", backup_id).executeTakeFirst();
    if (known !== undefined) await requestVerification({ backup_id, region: row.region_id }, ports);
  }
}

export interface LedgerLine {
  readonly repository_id: string;
  readonly project: string;
  readonly region: string;
  readonly packs: number;
  readonly bytes: number;
  /** Of these, read whole within the set time. */
  readonly read_packs: number;
  readonly read_bytes: number;
  readonly damaged_packs: number;
  readonly oldest_read_at: Date | null;
  readonly never_read_packs: number;
  readonly period_days: number;
  /** No pack has gone unread for longer than the set time. */
  readonly on_time: boolean;
}

/** How far the deep reads have come, by repository. */
export async function ledger(db: Db, clock: Clock): Promise<LedgerLine[]> {
  const { days } = await ledgerSetting(db);
  const since = new Date(clock.now_ms() - days * DAY_MS);
  const { rows } = await sql<Omit<LedgerLine, "period_days">>`
    select r.id as repository_id, p.name as project, g.name as region, count(k.pack_id) as packs,
      coalesce(sum(k.size_bytes), 0)::bigint as bytes,
      count(k.pack_id) filter (where k.last_read_at >= ${since}) as read_packs,
      coalesce(sum(k.size_bytes) filter (where k.last_read_at >= ${since}), 0)::bigint as read_bytes,
      count(k.pack_id) filter (where k.damaged) as damaged_packs,
      min(k.last_read_at) as oldest_read_at,
      count(k.pack_id) filter (where k.last_read_at is null) as never_read_packs,
      coalesce(bool_and(coalesce(k.last_read_at, k.seen_at) >= ${since}), true) as on_time
    from repositories r join projects p on p.id = r.project_id join regions g on g.id = r.region_id
    left join pack_reads k on k.repository_id = r.id
    group by r.id, p.name, g.name order by p.name, g.name`.execute(db);
  return rows.map((row) => ({ ...row, period_days: days }));
}

/** A repository whose packs are not read in their time. */
export interface LateLedger {
  readonly repository_id: string;
  readonly project_id: string;
  readonly project: string;
  readonly region: string;
  readonly packs: number;
  readonly bytes: number;
  /** When the one was read that waits longest; null: it never was, or nobody ever listed what there is to read. */
  readonly oldest_read_at: Date | null;
  readonly period_days: number;
  /** What one run reads at most. */
  readonly bytes_per_day_max: number;
}

/** Runs come once a day: a pack is late when the run after its time did not read it either. */
const LATE_MS = DAY_MS;

/** Repositories that fell behind their ledger, and those with backups that never had one. */
export async function lateLedgers(db: Db, clock: Clock): Promise<LateLedger[]> {
  const { days, bytes_per_day_max } = await ledgerSetting(db);
  const before = new Date(clock.now_ms() - days * DAY_MS - LATE_MS);
  const { rows } = await sql<Omit<LateLedger, "period_days" | "bytes_per_day_max">>`
    select r.id as repository_id, r.project_id, p.name as project, g.name as region, late.packs, late.bytes,
      late.oldest_read_at
    from repositories r join projects p on p.id = r.project_id join regions g on g.id = r.region_id
    cross join lateral (
      select count(*) as packs, coalesce(sum(size_bytes), 0)::bigint as bytes, case when bool_or(last_read_at is null)
        then null else min(last_read_at) end as oldest_read_at
      from pack_reads k where k.repository_id = r.id and coalesce(k.last_read_at, k.seen_at) < ${before}
    ) late
    where p.shredded_at is null and (late.packs > 0 or (
      not exists (select from pack_reads k where k.repository_id = r.id)
      and exists (select from backups b where b.repository_id = r.id and b.state = 'AVAILABLE' and b.completed_at < ${before})
    )) order by p.name, g.name`.execute(db);
  return rows.map((row) => ({ ...row, period_days: days, bytes_per_day_max }));
}
