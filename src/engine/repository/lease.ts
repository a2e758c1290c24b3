import { hostname } from "node:os";
import { type Clock, newId, type Random } from "../../base/index.ts";
import type { ObjectStore } from "../store/index.ts";
import { encodeJsonObject, readJsonObject } from "./json-object.ts";

const HEARTBEAT_MS = 30_000;
/** A writer silent for this long, or whose process on this host is gone, is taken for dead. */
const STALE_MS = 10 * 60_000;

/** A running writer's announcement (docs/format.md §10). */
export interface Lease {
  readonly writer_id: string;
  /** Renews until {@link end}; call it in any case. */
  end(): Promise<void>;
  /** Ends it as a dead writer's: what was stored and not named yet is adopted by the next writer. */
  abandon(): Promise<void>;
}

export async function beginLease(store: ObjectStore, operation: string, clock: Clock, random: Random): Promise<Lease> {
  const writer_id = newId("wrt", clock, random);
  const key = `leases/${writer_id}`;
  const started_at_ms = clock.now_ms();
  const write = (heartbeat_at_ms = clock.now_ms()) =>
    store.put(
      key,
      encodeJsonObject({
        writer_id,
        operation,
        started_at_ms,
        heartbeat_at_ms,
        host: hostname(),
        pid: process.pid,
      }),
    );
  await write();
  const stop = new AbortController();
  const renewing = (async () => {
    for (;;) {
      await clock.sleep(HEARTBEAT_MS, stop.signal);
      // A heartbeat that fails is tried again by the next one; being taken for dead harms no data, packs are adopted,
      // never dropped.
      await write().catch(() => undefined);
    }
  })().catch(() => undefined);
  return {
    writer_id,
    async end() {
      stop.abort();
      await renewing;
      await store.delete(key);
    },
    async abandon() {
      stop.abort();
      await renewing;
      await write(0);
    },
  };
}

/** Keys of the leases whose writers are gone. An unreadable lease counts as stale. */
export async function staleLeases(store: ObjectStore, clock: Clock): Promise<string[]> {
  const stale: string[] = [];
  for await (const { key } of store.list("leases/")) {
    const lease = await readJsonObject(store, key).catch(() => ({ heartbeat_at_ms: 0 }) as Record<string, unknown>);
    if (lease === undefined) continue; // ended meanwhile
    const silent_ms = clock.now_ms() - Number(lease["heartbeat_at_ms"] ?? 0);
    const gone = lease["host"] === hostname() && !alive(Number(lease["pid"]));
    if (gone || silent_ms > STALE_MS) stale.push(key);
  }
  return stale;
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
