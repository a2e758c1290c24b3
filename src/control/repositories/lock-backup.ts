import type { Clock } from "../../base/index.ts";
import type { Manifest } from "../../engine/repository/index.ts";
import type { ObjectLock, ObjectStore } from "../../engine/store/index.ts";

const AT_ONCE = 8;

/**
 * Locks everything a restore of this backup needs in one region: its packs, config and keys, and its manifest last.
 * (The index needs no lock: it can be made again from the packs.) Objects shared with other backups keep a lock that
 * holds longer: a lock is only ever extended or made stricter, and so the call may be repeated.
 * Resolves when all locks are durable. @throws STORE_*
 */
export async function lockBackup(
  store: ObjectStore,
  manifest: Pick<Manifest, "backup_id" | "packs">,
  lock: ObjectLock,
  clock: Clock,
): Promise<void> {
  const keys = ["config"];
  for await (const { key } of store.list("keys/")) keys.push(key);
  for (const pack of manifest.packs) keys.push(`packs/${pack.slice(0, 2)}/${pack}`);
  const rest = keys.values();
  const worker = async (): Promise<void> => {
    for (const key of rest) await extend(store, key, lock, clock.now_ms());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await extend(store, `manifests/${manifest.backup_id}`, lock, clock.now_ms());
}

async function extend(store: ObjectStore, key: string, wanted: ObjectLock, now_ms: number): Promise<void> {
  const found = (await store.stat(key))?.lock;
  const running = found !== undefined && found.retain_until_ms > now_ms ? found : undefined;
  // The stricter mode, the later date: one object has one lock, and neither of its backups may get less than promised.
  const mode = running?.mode === "COMPLIANCE" ? "COMPLIANCE" : wanted.mode;
  const retain_until_ms = Math.max(wanted.retain_until_ms, running?.retain_until_ms ?? 0);
  if (retain_until_ms <= now_ms) return; // it has ended before it could begin
  if (running?.mode === mode && running.retain_until_ms === retain_until_ms) return;
  await store.lock(key, { mode, retain_until_ms });
}
