import { HoldfastError } from "../../base/index.ts";
import { openSql } from "../../engine/source/postgresql/index.ts";
import { appendEvent, type Db, withTransaction } from "../../platform/db/index.ts";
import { type ArchiveGap, type ArchiveListener, runArchive } from "./archive.ts";
import { copyWal, pruneWal } from "./prune.ts";
import type { ArchivingPorts, LogKind } from "./supervise.ts";
import { archivedWorkloads, pgTargetOf, type PgWorkload, slotName } from "./targets.ts";

const RETRY_MS = 3_000;
const SLOT_MS = 15_000;

/** Write-ahead logs of PostgreSQL servers. */
export function walKind(ports: ArchivingPorts): LogKind<PgWorkload> {
  const { db, clock, repositories } = ports;
  return {
    noun: "write-ahead log",
    table: "wal_archives",
    workloads: () => archivedWorkloads(db),
    async ensure(workload) {
      const { id: workload_id, project_id, region_id } = workload;
      const values = { slot_name: slotName(workload), region_id };
      await db
        .insertInto("wal_archives")
        .values({ workload_id, project_id, ...values, updated_at: new Date(clock.now_ms()) })
        .onConflict((conflict) =>
          conflict
            .column("workload_id")
            .doUpdateSet(values)
            .where((where) =>
              where.or([
                where("wal_archives.slot_name", "!=", values.slot_name),
                where("wal_archives.region_id", "!=", region_id),
              ]),
            ),
        )
        .execute();
    },
    async stream(workload, signal, well) {
      const row = await repositories.ensure(workload.project_id, workload.region_id);
      const { timeline } = await archiveRow(workload.id, ports);
      const target = await pgTargetOf(workload.source, ports.secret);
      const listener = listenerOf(workload, ports, well);
      await repositories.use(row, (repository) =>
        runArchive({ repository, target, slot: slotName(workload), clock, signal, listener, last_timeline: timeline }),
      );
    },
    beside: (workload, signal) => beat(workload, signal, ports),
    copy: () => copyWal(ports),
    prune: () => pruneWal(ports),
  };
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
