import { asHoldfastError, type Clock, HoldfastError, type Random } from "../../base/index.ts";
import { openSql } from "../../engine/source/postgresql/index.ts";
import type { SecretRef } from "../../model/index.ts";
import { appendEvent, type Db, withTransaction } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { Repositories } from "../repositories/index.ts";
import { type ArchiveGap, type ArchiveListener, runArchive } from "./archive.ts";
import { archivingError } from "./errors.ts";
import { copyWal, pruneWal } from "./prune.ts";
import { archivedWorkloads, pgTargetOf, type PgWorkload, slotName } from "./targets.ts";

export interface ArchivingPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly repositories: Repositories;
  secret(reference: SecretRef): Promise<string>;
  /** Asks for a backup, for nothing leads over a hole from the ones before it. */
  backUp(workload_id: string, why: string): Promise<void>;
}

export interface Archiving {
  stop(): Promise<void>;
}

const LOOK_MS = 2_000;
const LEASE_MS = 20_000;
const RETRY_MS = 3_000;
const RETRY_MAX_MS = 60_000;
const SLOT_MS = 15_000;
const COPY_EVERY_MS = 30_000;
const PRUNE_EVERY_MS = 3_600_000;

/** Streams the log of every workload that has one and that no other server streams. */
export function startArchiving(owner: string, ports: ArchivingPorts): Archiving {
  const { clock, log } = ports;
  const stopping = new AbortController();
  const running = new Map<string, { readonly done: Promise<void>; readonly stop: AbortController }>();
  const look = async () => {
    const wanted = await archivedWorkloads(ports.db);
    for (const [id, { stop }] of running)
      if (!wanted.some((each) => each.id === id)) stop.abort(new Error("not wanted"));
    for (const workload of wanted) {
      if (running.has(workload.id)) {
        if (!(await renew(workload.id, owner, ports)))
          running
            .get(workload.id)
            ?.stop.abort(archivingError("WAL_LEASE_LOST", `${workload.name} is streamed elsewhere`));
        continue;
      }
      if (!(await acquire(workload, owner, ports))) continue;
      const stop = new AbortController();
      const done = keepStreaming(workload, stop.signal, ports).finally(() => running.delete(workload.id));
      running.set(workload.id, { done, stop });
    }
  };
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await look().catch((error: unknown) =>
        log.error({ error: asHoldfastError(error) }, "archives could not be looked at"),
      );
      await clock.sleep(LOOK_MS, stopping.signal).catch(() => undefined); // stopped
    }
  })();
  const maintenance = maintain(stopping.signal, ports);
  return {
    async stop() {
      stopping.abort(new Error("stopping"));
      await loop;
      await maintenance;
      for (const { stop } of running.values()) stop.abort(new Error("stopping"));
      await Promise.all([...running.values()].map(({ done }) => done));
      // The next server need not wait for the lease to end.
      await ports.db.updateTable("wal_archives").set({ lease_until: null }).where("lease_owner", "=", owner).execute();
    },
  };
}

/** Copies for the other regions, and what no backup needs any more. Bears being done by several servers at once. */
async function maintain(signal: AbortSignal, ports: ArchivingPorts): Promise<void> {
  const { clock, log } = ports;
  let pruned_ms = clock.monotonic_ms();
  while (!signal.aborted) {
    await clock.sleep(COPY_EVERY_MS, signal).catch(() => undefined); // stopped
    if (signal.aborted) return;
    try {
      await copyWal(ports);
      if (clock.monotonic_ms() - pruned_ms < PRUNE_EVERY_MS) continue;
      pruned_ms = clock.monotonic_ms();
      const pieces = await pruneWal(ports);
      if (pieces > 0) log.info({ pieces }, "write-ahead log that no backup needs is gone");
    } catch (error) {
      log.error({ error: asHoldfastError(error) }, "archives could not be maintained");
    }
  }
}

async function acquire(workload: PgWorkload, owner: string, { db, clock }: ArchivingPorts): Promise<boolean> {
  const now = new Date(clock.now_ms());
  const lease = { lease_owner: owner, lease_until: new Date(now.getTime() + LEASE_MS), updated_at: now };
  const { id: workload_id, project_id, region_id } = workload;
  const taken = await db
    .insertInto("wal_archives")
    .values({ workload_id, project_id, region_id, slot_name: slotName(workload), ...lease })
    .onConflict((conflict) =>
      conflict
        .column("workload_id")
        .doUpdateSet({ ...lease, slot_name: slotName(workload), region_id })
        .where((where) =>
          where.or([
            where("wal_archives.lease_until", "is", null),
            where("wal_archives.lease_until", "<", now),
            where("wal_archives.lease_owner", "=", owner),
          ]),
        ),
    )
    .returning("workload_id")
    .executeTakeFirst();
  return taken !== undefined;
}

async function renew(workload_id: string, owner: string, { db, clock }: ArchivingPorts): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("wal_archives")
    .set({ lease_until: new Date(clock.now_ms() + LEASE_MS) })
    .where("workload_id", "=", workload_id)
    .where("lease_owner", "=", owner)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Streams until stopped; what fails is tried again, ever more slowly. */
async function keepStreaming(workload: PgWorkload, signal: AbortSignal, ports: ArchivingPorts): Promise<void> {
  const { clock, log, repositories } = ports;
  let wait_ms = RETRY_MS;
  const beating = beat(workload, signal, ports);
  while (!signal.aborted) {
    try {
      const row = await repositories.ensure(workload.project_id, workload.region_id);
      const { timeline } = await archiveRow(workload.id, ports);
      const target = await pgTargetOf(workload.source, ports.secret);
      const listener = listenerOf(workload, ports, () => {
        wait_ms = RETRY_MS;
      });
      await repositories.use(row, (repository) =>
        runArchive({ repository, target, slot: slotName(workload), clock, signal, listener, last_timeline: timeline }),
      );
    } catch (error) {
      if (signal.aborted) break;
      const failure = asHoldfastError(error);
      log.warn({ workload: workload.name, error: failure }, "the write-ahead log is not streamed for now");
      await note(
        workload.id,
        { state: "RETRYING", status_reason: failure.spec.status_reason ?? null, message: failure.message },
        ports,
      ).catch(() => undefined); // the database is away, too; the next pass tells
      await clock.sleep(wait_ms, signal).catch(() => undefined); // stopped
      wait_ms = Math.min(wait_ms * 2, RETRY_MAX_MS);
    }
  }
  await beating;
}

const archiveRow = (workload_id: string, { db }: Pick<ArchivingPorts, "db">) =>
  db.selectFrom("wal_archives").selectAll().where("workload_id", "=", workload_id).executeTakeFirstOrThrow();

async function note(
  workload_id: string,
  values: Readonly<Record<string, unknown>>,
  { db, clock }: Pick<ArchivingPorts, "db" | "clock">,
): Promise<void> {
  await db
    .updateTable("wal_archives")
    .set({ ...values, updated_at: new Date(clock.now_ms()) })
    .where("workload_id", "=", workload_id)
    .execute();
}

function listenerOf(workload: PgWorkload, ports: ArchivingPorts, onWell: () => void): ArchiveListener {
  const { db, clock } = ports;
  const { id: workload_id, project_id } = workload;
  const tell = (tx: Db, what: string, data: Readonly<Record<string, unknown>>) =>
    appendEvent(
      tx,
      { type: `holdfast.wal.${what}`, subject: workload_id, project_id, data: { workload_id, ...data } },
      ports,
    );
  let noted_ms = Number.NEGATIVE_INFINITY;
  return {
    async streaming({ system_identifier }, timeline) {
      const before = await archiveRow(workload_id, ports);
      await withTransaction(db, async (tx) => {
        const state = { state: "STREAMING", status_reason: null, message: null, system_identifier, timeline };
        await tx
          .updateTable("wal_archives")
          .set({ ...state, started_at: new Date(clock.now_ms()), updated_at: new Date(clock.now_ms()) })
          .where("workload_id", "=", workload_id)
          .execute();
        if (before.timeline !== null && before.timeline !== timeline)
          await tell(tx, "timeline_switched", { from: before.timeline, to: timeline });
        if (before.state !== "STREAMING") await tell(tx, "streaming", { timeline });
      });
    },
    async flushed({ timeline, flushed_lsn, server_lsn, last_commit_ms }) {
      onWell();
      const now_ms = clock.monotonic_ms();
      if (now_ms - noted_ms < 1000) return;
      noted_ms = now_ms;
      const last_commit_at = last_commit_ms === null ? null : new Date(last_commit_ms);
      await note(
        workload_id,
        { timeline, flushed_lsn, server_lsn, last_commit_at, flushed_at: new Date(clock.now_ms()) },
        ports,
      );
    },
    async gap(gap) {
      await recordGap(workload_id, gap, ports, tell);
      await ports.backUp(workload_id, `the write-ahead log has a hole from ${gap.from_lsn} to ${gap.to_lsn}`);
    },
    async slotMade(again) {
      if (again) await tell(db, "slot_made_again", { slot: slotName(workload) });
    },
  };
}

async function recordGap(
  workload_id: string,
  gap: ArchiveGap,
  { db, clock }: ArchivingPorts,
  tell: (tx: Db, what: string, data: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
  const { from_ms, ...fields } = gap;
  await withTransaction(db, async (tx) => {
    const found_at = new Date(clock.now_ms());
    const from_time = from_ms === null ? null : new Date(from_ms);
    await tx
      .insertInto("wal_gaps")
      .values({ workload_id, ...fields, from_time, found_at })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await tell(tx, "gap", { ...gap });
  });
}

/**
 * A commit every few seconds: on a quiet server a point in time can be recovered to only if a transaction ended after
 * it. And a look at the slot, which keeps log on the server for as long as we do not take it.
 */
async function beat(workload: PgWorkload, signal: AbortSignal, ports: ArchivingPorts): Promise<void> {
  const { clock } = ports;
  const every_ms = workload.source.wal.heartbeat_seconds * 1000;
  const slot = slotName(workload);
  let looked_ms = Number.NEGATIVE_INFINITY;
  let slot_status: string | null = null;
  while (!signal.aborted) {
    let values: Record<string, unknown> = {};
    try {
      const client = await openSql(await pgTargetOf(workload.source, ports.secret), 10_000);
      try {
        while (!signal.aborted) {
          const { rows } = await client.query<{ standby: boolean }>("SELECT pg_is_in_recovery() AS standby");
          if (rows[0]?.standby !== true && every_ms > 0) await client.query("SELECT pg_current_xact_id()");
          values = { heartbeat_at: new Date(clock.now_ms()), heartbeat_error: null };
          if (clock.monotonic_ms() - looked_ms >= SLOT_MS) {
            looked_ms = clock.monotonic_ms();
            const seen = await client.query<{ status: string | null; retained: string | null }>(
              `SELECT wal_status AS status, pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn()
                 ELSE pg_current_wal_lsn() END, restart_lsn)::bigint::text AS retained
               FROM pg_replication_slots WHERE slot_name = $1`,
              [slot],
            );
            const status = seen.rows[0]?.status ?? null;
            values = { ...values, slot_status: status, slot_retained_bytes: seen.rows[0]?.retained ?? null };
            if (status !== slot_status && (status === "unreserved" || status === "lost"))
              await slotInDanger(workload, status, ports);
            slot_status = status;
          }
          await note(workload.id, values, ports);
          await clock.sleep(every_ms > 0 ? every_ms : SLOT_MS, signal);
        }
      } finally {
        await client.end().catch(() => undefined);
      }
    } catch (error) {
      if (signal.aborted) return;
      const message = error instanceof HoldfastError ? error.message : String(error);
      await note(workload.id, { heartbeat_error: message }, ports).catch(() => undefined); // told with the next one
      await clock.sleep(RETRY_MS, signal).catch(() => undefined); // stopped
    }
  }
}

async function slotInDanger(workload: PgWorkload, status: string, ports: ArchivingPorts): Promise<void> {
  const data = { workload_id: workload.id, slot: slotName(workload), status };
  const type = "holdfast.wal.slot_in_danger";
  await appendEvent(ports.db, { type, subject: workload.id, project_id: workload.project_id, data }, ports);
}
