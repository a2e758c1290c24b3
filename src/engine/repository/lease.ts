import { hostname } from "node:os";
import { type Clock, hasCode, newId, type Random } from "../../base/index.ts";
import type { ObjectStore } from "../store/index.ts";
import { buryWriter, commit, commitKey, type CommitRecord, readCommit, settle } from "./commit.ts";
import { encodeJsonObject, readJsonObject } from "./json-object.ts";
import { this_process } from "./process.ts";
import { readSweepState } from "./sweep-state.ts";

const HEARTBEAT_MS = 30_000;
/** A writer silent for this long, or whose process on this host is gone, is taken for dead. */
const STALE_MS = 10 * 60_000;
const PREFIX = "leases/";

/** `restore` and the like only read; `sweep` is kept apart by the numbers of sweep states. Neither ever commits. */
export type LeaseOperation = "backup" | "copy" | "undelete" | "sweep" | "restore" | "verify";

/** A running writer's announcement (docs/format.md §10). */
export interface Lease {
  readonly writer_id: string;
  /** Makes what this writer worked for exist. @throws WRITER_FENCED when it was given up meanwhile */
  commit(record: CommitRecord): Promise<void>;
  /** Renews until {@link end}; call it in any case. */
  end(): Promise<void>;
  /** Ends it as a dead writer's: what was stored and not named yet is adopted by the next writer. */
  abandon(): Promise<void>;
}

export interface LeaseOptions {
  readonly store: ObjectStore;
  readonly operation: LeaseOperation;
  readonly mac_key: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Begins a lease, then reads which sweep is in force. In this order: a sweep that does not find the lease was in force
 * before it, and is one that this writer knows.
 */
export async function beginLease({ store, operation, mac_key, clock, random }: LeaseOptions): Promise<Lease> {
  const writer_id = newId("wrt", clock, random);
  const key = `${PREFIX}${writer_id}`;
  const started_at_ms = clock.now_ms();
  let sweep_seen = 0;
  const write = (heartbeat_at_ms = clock.now_ms()) =>
    store.put(
      key,
      encodeJsonObject({
        writer_id,
        operation,
        started_at_ms,
        heartbeat_at_ms,
        sweep_seen,
        host: hostname(),
        pid: process.pid,
        process: this_process,
      }),
    );
  await write();
  // Told with the next heartbeat: until then a sweep waits for this writer without need, which harms nothing.
  sweep_seen = (await readSweepState(store, mac_key)).seq;
  const stop = new AbortController();
  const renewing = (async () => {
    for (;;) {
      await clock.sleep(HEARTBEAT_MS, stop.signal);
      // A heartbeat that fails is tried again by the next one; being taken for dead harms no data.
      await write().catch(() => undefined);
    }
  })().catch(() => undefined);
  let committing = false;
  return {
    writer_id,
    async commit(record) {
      committing = true;
      await commit(store, writer_id, record);
    },
    async end() {
      stop.abort();
      await renewing;
      if (committing) await store.delete(commitKey(writer_id));
      await store.delete(key);
    },
    async abandon() {
      stop.abort();
      await renewing;
      // A commit that failed may have arrived all the same, or still be on its way.
      if (committing) await settle(store, writer_id);
      await write(0);
    },
  };
}

/** A lease found on the store. */
export interface FoundLease {
  readonly key: string;
  readonly writer_id: string;
  readonly operation: string;
  readonly started_at_ms: number;
  /** The highest sweep state this writer is known to have seen. */
  readonly sweep_seen: number;
  readonly process: unknown;
  /** It ended without success and said so itself. */
  readonly abandoned: boolean;
  /** It is gone, or silent for too long. Only a guess: who acts on it settles with the writer first. */
  readonly stale: boolean;
}

/**
 * All leases there are. Listed twice: on some file systems a listing misses a name that is being replaced just then,
 * as a heartbeat does, but no writer's heart beats that often.
 */
export async function readLeases(store: ObjectStore, clock: Clock): Promise<FoundLease[]> {
  const keys = new Set<string>();
  for (let round = 0; round < 2; round++) for await (const { key } of store.list(PREFIX)) keys.add(key);
  const found: FoundLease[] = [];
  for (const key of keys) {
    const lease = await readJsonObject(store, key).catch((error: unknown): Fields => {
      if (hasCode(error, "REPOSITORY_DAMAGED")) return { heartbeat_at_ms: 0, damaged: true }; // counts as stale
      throw error;
    });
    if (lease !== undefined) found.push(describe(key, lease, clock)); // else it ended meanwhile
  }
  return found;
}

type Fields = Record<string, unknown>;

function describe(key: string, lease: Fields, clock: Clock): FoundLease {
  const heartbeat_at_ms = Number(lease["heartbeat_at_ms"] ?? 0);
  const gone = lease["host"] === hostname() && !alive(Number(lease["pid"]));
  return {
    key,
    writer_id: key.slice(PREFIX.length),
    operation: String(lease["operation"] ?? "unknown"),
    started_at_ms: Number(lease["started_at_ms"] ?? 0),
    sweep_seen: Number(lease["sweep_seen"] ?? 0),
    process: lease["process"],
    abandoned: heartbeat_at_ms === 0 && lease["damaged"] !== true,
    stale: gone || clock.now_ms() - heartbeat_at_ms > STALE_MS,
  };
}

/** Who leaves nothing behind that another writer could use: their leases are left to sweeps. */
const LEAVES_NOTHING: readonly string[] = ["sweep", "restore", "verify"] satisfies LeaseOperation[];

/** Leases whose writers are gone. */
export async function staleLeases(store: ObjectStore, clock: Clock): Promise<FoundLease[]> {
  return (await readLeases(store, clock)).filter((lease) => lease.stale && !LEAVES_NOTHING.includes(lease.operation));
}

/** Removes leases whose writers are gone, after making sure that those writers commit to nothing any more. */
export async function retireLeases(store: ObjectStore, leases: readonly FoundLease[]): Promise<void> {
  for (const { writer_id, abandoned, process: process_identity } of leases) {
    if (!abandoned) await settle(store, writer_id);
    else if ((await readCommit(store, writer_id)) !== undefined) await settle(store, writer_id);
    await buryWriter(store, writer_id, process_identity);
  }
}

function alive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
