import { sql } from "kysely";
import { asHoldfastError, type Clock, type Random } from "../../base/index.ts";
import type { SecretRef, Workload } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { Repositories } from "../repositories/index.ts";
import { archivingError } from "./errors.ts";

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

/** A kind of log that is streamed as long as its workload is there, by one server at a time. */
export interface LogKind<W extends Workload = Workload> {
  /** In messages. */
  readonly noun: string;
  /** Has a row a workload, with `lease_owner`, `lease_until`, `state`, `status_reason`, `message`, `updated_at`. */
  readonly table: "wal_archives" | "binlog_archives" | "suppression_logs" | "bucket_streams";
  workloads(): Promise<readonly W[]>;
  /** Makes the workload's row, or brings it up to date. */
  ensure(workload: W): Promise<void>;
  /**
   * Streams for a while, to be called again; `well` says that it works. Rejects when it does not.
   */
  stream(workload: W, signal: AbortSignal, well: () => void): Promise<void>;
  /** What runs beside the stream. Never rejects. */
  beside?(workload: W, signal: AbortSignal): Promise<void>;
  /** Carries log to the regions that have copies. @returns pieces copied */
  copy(): Promise<number>;
  /** Deletes log that nothing needs any more. @returns pieces deleted */
  prune?(): Promise<number>;
}

export interface Archiving {
  stop(): Promise<void>;
}

const LOOK_MS = 2_000;
const LEASE_MS = 20_000;
const RETRY_MS = 3_000;
const RETRY_MAX_MS = 60_000;
const COPY_EVERY_MS = 30_000;
const PRUNE_EVERY_MS = 3_600_000;

type Ports = Pick<ArchivingPorts, "db" | "clock" | "log">;
interface Running {
  readonly done: Promise<void>;
  readonly stop: AbortController;
}

/** Streams the logs of every workload that has one of these kinds and that no other server streams. */
export function supervise(owner: string, kinds: readonly LogKind[], ports: Ports): Archiving {
  const stopping = new AbortController();
  const all = kinds.map((kind) => {
    const running = new Map<string, Running>();
    const loops = [watch(kind, owner, running, stopping.signal, ports), maintain(kind, stopping.signal, ports)];
    return { kind, running, loops };
  });
  return {
    async stop() {
      stopping.abort(new Error("stopping"));
      await Promise.all(all.flatMap(({ loops }) => loops));
      const streams = all.flatMap(({ running }) => [...running.values()]);
      for (const { stop } of streams) stop.abort(new Error("stopping"));
      await Promise.all(streams.map(({ done }) => done));
      // The next server need not wait for the leases to end.
      for (const { table } of kinds)
        await sql`update ${sql.table(table)} set lease_until = null where lease_owner = ${owner}`.execute(ports.db);
    },
  };
}

async function watch(
  kind: LogKind,
  owner: string,
  running: Map<string, Running>,
  signal: AbortSignal,
  ports: Ports,
): Promise<void> {
  const look = async () => {
    const wanted = await kind.workloads();
    for (const [id, { stop }] of running)
      if (!wanted.some((each) => each.id === id)) stop.abort(new Error("not wanted"));
    for (const workload of wanted) {
      await kind.ensure(workload);
      const mine = await lease(kind, workload.id, owner, ports);
      const before = running.get(workload.id);
      if (before !== undefined && !mine)
        before.stop.abort(archivingError("WAL_LEASE_LOST", `${workload.name} is streamed elsewhere`));
      if (before !== undefined || !mine) continue;
      const stop = new AbortController();
      const done = keepStreaming(kind, workload, stop.signal, ports).finally(() => running.delete(workload.id));
      running.set(workload.id, { done, stop });
    }
  };
  while (!signal.aborted) {
    await look().catch((error: unknown) =>
      ports.log.error({ error: asHoldfastError(error) }, `workloads with a ${kind.noun} could not be looked at`),
    );
    await ports.clock.sleep(LOOK_MS, signal).catch(() => undefined); // stopped
  }
}

/** Takes or renews the lease of a workload's log. @returns whether it is ours now */
async function lease({ table }: LogKind, workload_id: string, owner: string, { db, clock }: Ports): Promise<boolean> {
  const now = new Date(clock.now_ms());
  const until = new Date(now.getTime() + LEASE_MS);
  const { numAffectedRows } = await sql`
    update ${sql.table(table)} set lease_owner = ${owner}, lease_until = ${until}
    where workload_id = ${workload_id} and (lease_until is null or lease_until < ${now} or lease_owner = ${owner})
  `.execute(db);
  return (numAffectedRows ?? 0n) > 0n;
}

/** Streams until stopped; what fails is tried again, ever more slowly. */
async function keepStreaming(kind: LogKind, workload: Workload, signal: AbortSignal, ports: Ports): Promise<void> {
  const { clock, log, db } = ports;
  let wait_ms = RETRY_MS;
  const beside = kind.beside?.(workload, signal);
  while (!signal.aborted) {
    try {
      await kind.stream(workload, signal, () => {
        wait_ms = RETRY_MS;
      });
    } catch (error) {
      if (signal.aborted) break;
      const { message, spec } = asHoldfastError(error);
      log.warn({ workload: workload.name, error: asHoldfastError(error) }, `the ${kind.noun} is not streamed for now`);
      await sql`
        update ${sql.table(kind.table)} set state = 'RETRYING', status_reason = ${spec.status_reason ?? null},
          message = ${message}, updated_at = ${new Date(clock.now_ms())} where workload_id = ${workload.id}
      `
        .execute(db)
        .catch(() => undefined); // the database is away, too; the next pass tells
      await clock.sleep(wait_ms, signal).catch(() => undefined); // stopped
      wait_ms = Math.min(wait_ms * 2, RETRY_MAX_MS);
    }
  }
  await beside;
}

/** Copies for the other regions, and what no backup needs any more. Bears being done by several servers at once. */
async function maintain(kind: LogKind, signal: AbortSignal, { clock, log }: Ports): Promise<void> {
  let pruned_ms = clock.monotonic_ms();
  while (!signal.aborted) {
    await clock.sleep(COPY_EVERY_MS, signal).catch(() => undefined); // stopped
    if (signal.aborted) return;
    try {
      await kind.copy();
      if (kind.prune === undefined || clock.monotonic_ms() - pruned_ms < PRUNE_EVERY_MS) continue;
      pruned_ms = clock.monotonic_ms();
      const pieces = await kind.prune();
      if (pieces > 0) log.info({ pieces }, `${kind.noun} that no backup needs is gone`);
    } catch (error) {
      log.error({ error: asHoldfastError(error) }, `${kind.noun}s could not be maintained`);
    }
  }
}
