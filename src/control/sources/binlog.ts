import { createHash } from "node:crypto";
import { asHoldfastError } from "../../base/index.ts";
import { archiveBinlog, type BinlogGap, type MariaTarget } from "../../engine/source/mariadb/index.ts";
import type { SecretRef } from "../../model/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import { copyBinlogs, pruneBinlogs } from "./binlog-prune.ts";
import { type ArchivingPorts, binlogWorkloads, type MariaSource, type MariaWorkload } from "./binlog-workloads.ts";

const LOOK_MS = 2_000;
const LEASE_MS = 20_000;
const RETRY_MS = 3_000;
const RETRY_MAX_MS = 60_000;
const RUN_MS = 10 * 60_000;
const COPY_EVERY_MS = 30_000;
const PRUNE_EVERY_MS = 3_600_000;
const GAPS_MAX = 100;

export async function mariaTargetOf(
  { host, port, user, tls, password }: MariaSource,
  secret: (ref: SecretRef) => Promise<string>,
): Promise<MariaTarget> {
  // Nobody listens in on a unix socket.
  const mode = host.startsWith("/") ? ("disable" as const) : tls.mode;
  return {
    host,
    port,
    user,
    tls: { mode, ...(tls.ca_file === undefined ? {} : { ca_file: tls.ca_file }) },
    ...(password === undefined ? {} : { password: await secret(password) }),
  };
}

/** Replicas of one server must have ids of their own: far above those that people give. */
const serverIdOf = ({ id, source }: MariaWorkload): number =>
  source.binlog.server_id ?? 0x8000_0000 + (createHash("sha256").update(id).digest().readUInt32LE(0) >>> 1);

/** Streams the binary log of every workload that has one and that no other server streams. */
export function startBinlogArchiving(owner: string, ports: ArchivingPorts): { stop(): Promise<void> } {
  const { clock, log, db } = ports;
  const stopping = new AbortController();
  const running = new Map<string, { readonly done: Promise<void>; readonly stop: AbortController }>();
  const look = async () => {
    const wanted = await binlogWorkloads(db);
    for (const [id, { stop }] of running)
      if (!wanted.some((each) => each.id === id)) stop.abort(new Error("not wanted"));
    for (const workload of wanted) {
      const mine = await lease(workload, owner, ports);
      const before = running.get(workload.id);
      if (before !== undefined && !mine) before.stop.abort(new Error("it is streamed elsewhere"));
      if (before !== undefined || !mine) continue;
      const stop = new AbortController();
      const done = keepStreaming(workload, stop.signal, ports).finally(() => running.delete(workload.id));
      running.set(workload.id, { done, stop });
    }
  };
  const loop = (async () => {
    let [copied_ms, pruned_ms] = [clock.monotonic_ms(), clock.monotonic_ms()];
    while (!stopping.signal.aborted) {
      try {
        await look();
        if (clock.monotonic_ms() - copied_ms >= COPY_EVERY_MS) {
          await copyBinlogs(ports);
          copied_ms = clock.monotonic_ms();
        }
        if (clock.monotonic_ms() - pruned_ms >= PRUNE_EVERY_MS) {
          pruned_ms = clock.monotonic_ms();
          await pruneBinlogs(ports);
        }
      } catch (error) {
        log.error({ error: asHoldfastError(error) }, "binary logs could not be looked after");
      }
      await clock.sleep(LOOK_MS, stopping.signal).catch(() => undefined); // stopped
    }
  })();
  return {
    async stop() {
      stopping.abort(new Error("stopping"));
      await loop;
      for (const { stop } of running.values()) stop.abort(new Error("stopping"));
      await Promise.all([...running.values()].map(({ done }) => done));
      await db.updateTable("binlog_archives").set({ lease_until: null }).where("lease_owner", "=", owner).execute();
    },
  };
}

async function lease(workload: MariaWorkload, owner: string, { db, clock }: ArchivingPorts): Promise<boolean> {
  const now = new Date(clock.now_ms());
  const held = { lease_owner: owner, lease_until: new Date(now.getTime() + LEASE_MS), updated_at: now };
  const { id: workload_id, project_id, region_id } = workload;
  const taken = await db
    .insertInto("binlog_archives")
    .values({ workload_id, project_id, region_id, gaps: JSON.stringify([]), ...held })
    .onConflict((conflict) =>
      conflict
        .column("workload_id")
        .doUpdateSet(held)
        .where((where) =>
          where.or([
            where("binlog_archives.lease_until", "is", null),
            where("binlog_archives.lease_until", "<", now),
            where("binlog_archives.lease_owner", "=", owner),
          ]),
        ),
    )
    .returning("workload_id")
    .executeTakeFirst();
  return taken !== undefined;
}

async function note(workload_id: string, values: Readonly<Record<string, unknown>>, { db, clock }: ArchivingPorts) {
  const updated_at = new Date(clock.now_ms());
  await db
    .updateTable("binlog_archives")
    .set({ ...values, updated_at })
    .where("workload_id", "=", workload_id)
    .execute();
}

/** Streams until stopped; what fails is tried again, ever more slowly. */
async function keepStreaming(workload: MariaWorkload, signal: AbortSignal, ports: ArchivingPorts): Promise<void> {
  const { clock, log, repositories } = ports;
  let wait_ms = RETRY_MS;
  let noted_ms = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    try {
      const row = await repositories.ensure(workload.project_id, workload.region_id);
      const target = await mariaTargetOf(workload.source, ports.secret);
      await repositories.use(row, (repository) =>
        archiveBinlog({
          repository,
          target,
          workload_id: workload.id,
          server_id: serverIdOf(workload),
          clock,
          signal,
          run_ms: RUN_MS,
          flushed: async ({ file, offset, gtid, last_event_ms, complete }) => {
            wait_ms = RETRY_MS;
            const now_ms = clock.monotonic_ms();
            if (now_ms - noted_ms < 1000) return;
            noted_ms = now_ms;
            const last_event_at = last_event_ms === null ? null : new Date(last_event_ms);
            const whole = complete ? { complete_at: new Date(clock.now_ms()) } : {};
            const well = { state: "STREAMING", status_reason: null, message: null };
            await note(workload.id, { ...well, file, position: offset, gtid, last_event_at, ...whole }, ports);
          },
          gap: async (gap) => {
            await recordGap(workload, gap, ports);
            await ports.backUp(workload.id, `the binary log has a hole from ${gap.from} to ${gap.to}`);
          },
        }),
      );
    } catch (error) {
      if (signal.aborted) break;
      const failure = asHoldfastError(error);
      log.warn({ workload: workload.name, error: failure }, "the binary log is not streamed for now");
      const { message } = failure;
      await note(
        workload.id,
        { state: "RETRYING", status_reason: failure.spec.status_reason ?? null, message },
        ports,
      ).catch(() => undefined); // the database is away, too; the next pass tells
      await clock.sleep(wait_ms, signal).catch(() => undefined); // stopped
      wait_ms = Math.min(wait_ms * 2, RETRY_MAX_MS);
    }
  }
}

async function recordGap({ id, project_id }: MariaWorkload, gap: BinlogGap, { db, clock, random }: ArchivingPorts) {
  await withTransaction(db, async (tx) => {
    const { gaps } = await tx
      .selectFrom("binlog_archives")
      .select("gaps")
      .where("workload_id", "=", id)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (gaps.some((each) => each["from"] === gap.from && each["to"] === gap.to)) return;
    const found = { ...gap, found_at: new Date(clock.now_ms()).toISOString() };
    await tx
      .updateTable("binlog_archives")
      .set({ gaps: JSON.stringify([found, ...gaps].slice(0, GAPS_MAX)) })
      .where("workload_id", "=", id)
      .execute();
    const data = { workload_id: id, ...gap };
    await appendEvent(tx, { type: "holdfast.binlog.gap", subject: id, project_id, data }, { clock, random });
  });
}
