import { asHoldfastError, hasCode } from "../../base/index.ts";
import {
  type ForgottenBackup,
  type Manifest,
  manifestKey,
  packsNow,
  type Repository,
  type SweepState,
} from "../repository/index.ts";
import { isRunning, type StorageTier } from "../store/index.ts";
import { sweepError } from "./errors.ts";
import type { LockedObject, SweepOptions } from "./types.ts";

/** Which backups live, and all packs they name; what is needed of single manifests is not kept. */
export interface Backups {
  /** With the root page of their tree; null: a kind this sweep cannot walk, all its packs stay. */
  readonly live: readonly { readonly backup_id: string; readonly tree: Buffer | null }[];
  /** Deleted, and their time is over. */
  readonly expired: readonly string[];
  readonly recoverable: number;
  readonly locked: readonly LockedObject[];
  /** Packs (ids in hex) that live backups name, as things stand, and when the youngest of these was made. */
  readonly listed: ReadonlyMap<string, number>;
  /** Until when (Unix time in ms) the longest-lived backup that names a pack needs it. */
  readonly needed_until: ReadonlyMap<string, number>;
  /** For sealing anew: the hottest tier that a backup needs of each pack. */
  readonly tiers: ReadonlyMap<string, StorageTier>;
  /** Packs of backups that cannot be walked. */
  readonly pinned: ReadonlySet<string>;
  /** Names from which a move must still lead on, since some backup uses them. */
  readonly moves_used: ReadonlySet<string>;
}

/** May this deleted backup go for good now? */
export function isOver(note: ForgottenBackup | undefined, held: ReadonlySet<string>, now_ms: number): boolean {
  if (note === undefined || held.has(note.backup_id)) return false;
  return note.removed || note.recoverable_until_ms <= now_ms;
}

/** @throws SWEEP_MANIFEST_UNREADABLE, STORE_* */
export async function readBackups(options: SweepOptions, state: SweepState): Promise<Backups> {
  const { repository, held = new Set<string>(), reseal, signal } = options;
  const now_ms = repository.clock.now_ms();
  const forgotten = await repository.readForgotten();
  const live: { backup_id: string; tree: Buffer | null }[] = [];
  const expired: string[] = [];
  const locked: LockedObject[] = [];
  const listed = new Map<string, number>();
  const needed_until = new Map<string, number>();
  const tiers = new Map<string, StorageTier>();
  const [pinned, moves_used] = [new Set<string>(), new Set<string>()];
  let recoverable = 0;
  for (const backup_id of await repository.listBackupIds()) {
    signal?.throwIfAborted();
    const note = forgotten.get(backup_id);
    if (isOver(note, held, now_ms)) {
      const lock = await runningLock(options, manifestKey(backup_id));
      if (lock === undefined) {
        expired.push(backup_id);
        continue;
      }
      locked.push(lock);
    } else if (note !== undefined) recoverable++;
    const manifest = await readLive(repository, backup_id, state);
    if (manifest === undefined) continue;
    const until_ms = manifest.expires_at_ms ?? Number.POSITIVE_INFINITY;
    for (const id of manifest.packs) {
      needed_until.set(id, Math.max(needed_until.get(id) ?? 0, until_ms));
      listed.set(id, Math.max(listed.get(id) ?? 0, manifest.created_at_ms));
      if (manifest.tree === null) pinned.add(id);
      if (reseal !== undefined) tiers.set(id, hotter(tiers.get(id), reseal.backups.get(backup_id) ?? "hot"));
    }
    noteMoves(manifest.packs_at_birth, state, moves_used);
    live.push({ backup_id, tree: manifest.tree });
  }
  return { live, expired, recoverable, locked, listed, needed_until, tiers, pinned, moves_used };
}

/** The hotter of two tiers. */
export function hotter(one: StorageTier | undefined, other: StorageTier): StorageTier {
  if (one === "hot" || other === "hot") return "hot";
  return one === "warm" || other === "warm" ? "warm" : "cold";
}

/** Adds every name on the way from these packs to where their chunks stand now. */
export function noteMoves(packs: readonly string[], { moves }: Pick<SweepState, "moves">, used: Set<string>): void {
  if (moves.size === 0) return;
  const waiting = [...packs];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const moved = moves.get(id);
    if (moved === undefined || used.has(id)) continue;
    used.add(id);
    waiting.push(...moved);
  }
}

/** `undefined` when it went meanwhile. @throws SWEEP_MANIFEST_UNREADABLE */
export async function readLive(
  repository: Repository,
  backup_id: string,
  state: SweepState,
): Promise<Manifest | undefined> {
  try {
    const bytes = await repository.store.get(manifestKey(backup_id));
    const manifest = await repository.openFresh(backup_id, bytes);
    return { ...manifest, packs: packsNow(manifest.packs, backup_id, state) };
  } catch (error) {
    if (hasCode(error, "STORE_NOT_FOUND")) return undefined;
    if (!hasCode(error, "MANIFEST_DAMAGED")) throw error;
    throw sweepError("SWEEP_MANIFEST_UNREADABLE", asHoldfastError(error).message, { backup_id }, error);
  }
}

/** The lock that keeps the sweep from removing this object. */
export async function runningLock(
  { repository, bypass_governance }: Pick<SweepOptions, "repository" | "bypass_governance">,
  object: string,
): Promise<LockedObject | undefined> {
  const found = await repository.store.stat(object);
  if (found === undefined || !isRunning(found.lock, repository.clock.now_ms())) return undefined;
  if (bypass_governance === true && found.lock.mode === "GOVERNANCE") return undefined;
  const { mode, retain_until_ms } = found.lock;
  return { object, size_bytes: found.size_bytes, mode, retain_until_ms };
}
