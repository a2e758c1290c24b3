import { hasCode } from "../../base/index.ts";
import { packKey } from "../pack/index.ts";
import type { Meter } from "../pipeline/index.ts";
import {
  dropOldSweepStates,
  forgottenKey,
  manifestKey,
  nextSeq,
  type Repository,
  type SweepState,
} from "../repository/index.ts";
import type { DeleteOptions } from "../store/index.ts";
import { isOver, noteMoves, readLive, runningLock } from "./backups.ts";
import { sweepError } from "./errors.ts";
import { dropFromIndex } from "./segments.ts";
import type { LockedObject, SweepOptions, WaitingFor } from "./types.ts";
import { blockers, isOtherSweep } from "./writers.ts";

const POLL_MS = 500;
const DELETES_AT_ONCE = 4;

export interface Finished {
  /** Empty: it is finished. Else nothing was deleted. */
  readonly waiting_for: readonly WaitingFor[];
  readonly packs_deleted: number;
  readonly bytes_deleted: number;
  readonly packs_resurrected: number;
  readonly backups_removed: readonly string[];
  readonly locked: readonly LockedObject[];
}

/**
 * Deletes what `state` condemned, as soon as every writer that began before it is gone, but for what a backup needs
 * all the same. Every step may be the last one: the next sweep begins here again and ends the same.
 */
export async function finish(
  options: SweepOptions,
  state: SweepState,
  own_writer_id: string,
  meter: Meter,
): Promise<Finished> {
  const { repository, signal } = options;
  const bypass = bypassOf(options);
  const waiting_for = await waitForWriters(options, state);
  if (waiting_for.length > 0) {
    return { waiting_for, packs_deleted: 0, bytes_deleted: 0, packs_resurrected: 0, backups_removed: [], locked: [] };
  }
  // From here on nothing new can come to need a condemned pack: whoever could is gone, whoever comes avoids them.
  const locked: LockedObject[] = [];
  const backups_removed = await removeManifests(options, state, locked);
  const present = await packsPresent(repository);
  const needs = await packsNeeded(repository, state, present, signal);
  const doomed: string[] = [];
  for (const id of state.condemned_packs) {
    if (needs.resurrected.has(id)) continue;
    const lock = await runningLock(options, packKey(id));
    if (lock === undefined) doomed.push(id);
    else locked.push(lock);
  }
  // While this state is in force nobody comes to rely on what it condemns; under a later one it is not ours to judge.
  if ((await repository.sweepState()).seq !== state.seq)
    throw sweepError("SWEEP_SUPERSEDED", `another sweep of ${repository.description} went on meanwhile`);
  const doomed_now = new Set(doomed);
  // A segment may also name packs that never were, by a writer that was fenced off.
  const isDropped = async (id: string) =>
    doomed_now.has(id) ||
    (!present.has(id) && !needs.all.has(id) && (await repository.store.stat(packKey(id))) === undefined);
  await dropFromIndex(repository, isDropped, signal);
  const bytes_total = doomed.reduce((sum, id) => sum + (present.get(id) ?? 0), 0);
  meter.begin("delete", doomed.length, bytes_total);
  let [packs_deleted, bytes_deleted] = [0, 0];
  const left = doomed.filter((id) => present.has(id));
  const deleteOne = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      signal?.throwIfAborted();
      const size_bytes = present.get(id) ?? 0;
      try {
        await repository.store.delete(packKey(id), bypass);
        packs_deleted++;
        bytes_deleted += size_bytes;
        meter.add(1, size_bytes);
      } catch (error) {
        if (!hasCode(error, "STORE_LOCKED")) throw error;
        const lock = await runningLock(options, packKey(id));
        if (lock !== undefined) locked.push(lock);
      }
    }
  };
  await Promise.all(Array.from({ length: DELETES_AT_ONCE }, deleteOne));
  await removeNotes(repository, state, backups_removed);
  await close(repository, state, doomed_now, own_writer_id);
  const packs_resurrected = needs.resurrected.size;
  return { waiting_for: [], packs_deleted, bytes_deleted, packs_resurrected, backups_removed, locked };
}

function bypassOf({ bypass_governance = false }: SweepOptions): DeleteOptions {
  return { bypass_governance };
}

async function waitForWriters(options: SweepOptions, state: SweepState): Promise<WaitingFor[]> {
  const { repository, signal, wait_ms = 0 } = options;
  const { clock } = repository;
  const end_ms = clock.monotonic_ms() + wait_ms;
  for (;;) {
    const waiting = await blockers(repository, state, true);
    const left_ms = end_ms - clock.monotonic_ms();
    if (waiting.length === 0 || left_ms <= 0) return waiting;
    await clock.sleep(Math.min(POLL_MS, left_ms), signal);
  }
}

/** Manifests before packs: a backup is there whole, or not at all. @returns ids of those that are gone */
async function removeManifests(options: SweepOptions, state: SweepState, locked: LockedObject[]): Promise<string[]> {
  const { repository, held = new Set() } = options;
  const forgotten = state.condemned_backups.size === 0 ? new Map() : await repository.readForgotten();
  const removed: string[] = [];
  for (const backup_id of state.condemned_backups) {
    if (!isOver(forgotten.get(backup_id), held, repository.clock.now_ms())) continue; // brought back meanwhile
    const key = manifestKey(backup_id);
    try {
      await repository.store.delete(key, bypassOf(options));
      removed.push(backup_id);
    } catch (error) {
      if (!hasCode(error, "STORE_LOCKED")) throw error;
      const lock = await runningLock(options, key);
      if (lock !== undefined) locked.push(lock);
    }
  }
  return removed;
}

async function packsPresent(repository: Repository): Promise<Map<string, number>> {
  const present = new Map<string, number>();
  for await (const { key, size_bytes } of repository.store.list("packs/"))
    present.set(key.slice(key.lastIndexOf("/") + 1), size_bytes);
  return present;
}

/**
 * The last look before anything is deleted: what do the backups that are there now need? Those made since may need
 * packs that were condemned; and where a pack that took over from a condemned one is not there, all of them stay.
 */
async function packsNeeded(
  repository: Repository,
  state: SweepState,
  present: ReadonlyMap<string, number>,
  signal: AbortSignal | undefined,
): Promise<{ all: Set<string>; resurrected: Set<string> }> {
  const all = new Set<string>();
  const resurrected = new Set<string>();
  for (const backup_id of await repository.listBackupIds()) {
    signal?.throwIfAborted();
    const manifest = await readLive(repository, backup_id, state);
    if (manifest === undefined) continue;
    const was = new Set(manifest.packs_at_birth);
    for (const id of manifest.packs) {
      all.add(id);
      if (state.condemned_packs.has(id)) resurrected.add(id);
      else if (!was.has(id) && !present.has(id))
        for (const condemned of state.condemned_packs) resurrected.add(condemned);
    }
  }
  return { all, resurrected };
}

/** The notes of deleted backups go last; one stays when a writer that ended unseen may still put its manifest. */
async function removeNotes(repository: Repository, state: SweepState, removed: readonly string[]): Promise<void> {
  if (state.condemned_backups.size === 0) return;
  const notes = await repository.readForgotten();
  const committed = await repository.committedBackups();
  for (const backup_id of removed) {
    const note = notes.get(backup_id);
    if (note === undefined) continue;
    if (committed.has(backup_id)) await repository.putRemoved(note);
    else await repository.store.delete(forgottenKey(backup_id));
  }
}

/**
 * The state without anything condemned: packs that stay are like any other again. All that was condemned is first kept
 * out of use, then, when no other sweep has a lease, let go: a sweep that knew the state before had its lease before
 * this one was put, and may still delete by it.
 */
async function close(repository: Repository, state: SweepState, doomed: ReadonlySet<string>, own_writer_id: string) {
  const moves = new Map([...state.moves].filter(([from]) => doomed.has(from) || !state.condemned_packs.has(from)));
  const used = new Set<string>();
  for (const backup_id of await repository.listBackupIds()) {
    const manifest = await readLive(repository, backup_id, state);
    if (manifest !== undefined) noteMoves(manifest.packs_at_birth, { moves }, used);
  }
  const closed: SweepState = {
    seq: nextSeq(state),
    condemned_packs: new Set(),
    condemned_backups: new Set(),
    marked: new Set(),
    moves: new Map([...moves].filter(([from]) => used.has(from))),
    deleted: new Set([...state.deleted, ...state.condemned_packs, ...state.condemned_backups]),
  };
  // If it is there already, another sweep has done the same.
  if (await repository.putSweepState(closed)) await letNamesGo(repository, closed, own_writer_id);
  await dropOldSweepStates(repository.store);
}

/**
 * Lets names be used again that another sweep might have deleted by, if there is none. Leases of sweeps that died go in
 * any case: one killed before it had decided anything leaves nothing else, and nobody but a sweep removes them.
 */
export async function letNamesGo(repository: Repository, state: SweepState, own_writer_id: string): Promise<void> {
  if ((await isOtherSweep(repository, own_writer_id)) || state.deleted.size === 0) return;
  await repository.putSweepState({ ...state, seq: nextSeq(state), deleted: new Set() });
}
