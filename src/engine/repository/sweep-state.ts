import { hasCode } from "../../base/index.ts";
import type { ObjectStore } from "../store/index.ts";
import { repositoryError } from "./errors.ts";
import { decodeMacObject, encodeMacObject } from "./mac-object.ts";

/**
 * What sweeps have decided, all of it in one object `sweeps/<seq>` (docs/format.md §13); the highest seq is in force.
 * A sweep puts the next one only if nobody has: of sweeps that knew the same state, one decides.
 */
export interface SweepState {
  /** 0: nothing was ever swept. */
  readonly seq: number;
  /**
   * Packs (ids in hex) on their way out: no writer that has seen this state relies on them, and they are deleted when
   * all writers that have not are gone. Empty once that is done.
   */
  readonly condemned_packs: ReadonlySet<string>;
  /** Deleted backups whose time is over, on their way out likewise. */
  readonly condemned_backups: ReadonlySet<string>;
  /** Backups that were looked at before: none of them needs a condemned pack. Any other backup may. */
  readonly marked: ReadonlySet<string>;
  /** Where the chunks of packs that are gone, or on their way out, stand now; followed until a pack has no entry. */
  readonly moves: ReadonlyMap<string, readonly string[]>;
  /** Packs and backups that a sweep that sleeps may still delete, gone or not: nothing new relies on these names. */
  readonly deleted: ReadonlySet<string>;
}

export const NO_SWEEP: SweepState = {
  seq: 0,
  condemned_packs: new Set(),
  condemned_backups: new Set(),
  marked: new Set(),
  moves: new Map(),
  deleted: new Set(),
};

const PREFIX = "sweeps/";
/** How often the state in force may be replaced while it is being read. */
const READS_MAX = 8;
const SEQ_MAX = 99_999_999;

const keyOf = (seq: number) => `${PREFIX}${String(seq).padStart(8, "0")}`;

async function seqsOf(store: ObjectStore): Promise<number[]> {
  const seqs: number[] = [];
  for await (const { key } of store.list(PREFIX)) {
    const seq = Number(key.slice(PREFIX.length));
    if (Number.isInteger(seq) && seq > 0 && keyOf(seq) === key) seqs.push(seq);
  }
  return seqs.sort((a, b) => a - b);
}

/** The state in force. @throws REPOSITORY_DAMAGED, STORE_* */
export async function readSweepState(store: ObjectStore, mac_key: Uint8Array): Promise<SweepState> {
  for (let attempt = 1; ; attempt++) {
    const seq = (await seqsOf(store)).at(-1);
    if (seq === undefined) return NO_SWEEP;
    try {
      return decode(seq, await store.get(keyOf(seq)), mac_key);
    } catch (error) {
      if (attempt >= READS_MAX || !hasCode(error, "STORE_NOT_FOUND")) throw error; // superseded meanwhile
    }
  }
}

/**
 * Puts the state after the one its writer knew.
 * @returns false when another sweep was quicker: then nothing of it holds
 */
export async function putSweepState(store: ObjectStore, state: SweepState, mac_key: Uint8Array): Promise<boolean> {
  try {
    await store.put(keyOf(state.seq), encode(state, mac_key), { if_absent: true });
  } catch (error) {
    if (hasCode(error, "STORE_ALREADY_EXISTS")) return false;
    throw error;
  }
  // Whoever slept so long that its successors were cleaned up finds the name free again, but a higher one in force.
  return (await seqsOf(store)).at(-1) === state.seq;
}

/** Deletes states that are no longer in force. */
export async function dropOldSweepStates(store: ObjectStore): Promise<void> {
  for (const seq of (await seqsOf(store)).slice(0, -1)) await store.delete(keyOf(seq));
}

/** Names of packs and backups that a sweep is deleting, or may be. */
export function goingOrGone(state: SweepState): Set<string> {
  return new Set([...state.condemned_packs, ...state.condemned_backups, ...state.deleted]);
}

/** Is anything condemned that is not gone yet? */
export function isPending(state: SweepState): boolean {
  return state.condemned_packs.size > 0 || state.condemned_backups.size > 0;
}

/**
 * Packs in which the chunks of a backup stand now, given those its manifest names. A backup that was not looked at when
 * a pack was condemned may need all of that pack.
 */
export function packsNow(packs: readonly string[], backup_id: string, state: SweepState): string[] {
  if (state.moves.size === 0) return [...packs];
  const was_marked = state.marked.has(backup_id);
  const found = new Set<string>();
  const seen = new Set<string>();
  const waiting = [...packs];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const moved = state.moves.get(id);
    if (moved === undefined || (!was_marked && state.condemned_packs.has(id))) found.add(id);
    else waiting.push(...moved);
  }
  return [...found].sort();
}

function encode(state: SweepState, mac_key: Uint8Array): Buffer {
  return encodeMacObject(
    {
      seq: state.seq,
      condemned_packs: [...state.condemned_packs].sort(),
      condemned_backups: [...state.condemned_backups].sort(),
      marked: [...state.marked].sort(),
      moves: Object.fromEntries([...state.moves].map(([from, to]) => [from, [...to].sort()])),
      deleted: [...state.deleted].sort(),
    },
    mac_key,
  );
}

function decode(seq: number, bytes: Buffer, mac_key: Uint8Array): SweepState {
  const key = keyOf(seq);
  const object = decodeMacObject(key, bytes, mac_key);
  const damaged = () =>
    repositoryError("REPOSITORY_DAMAGED", `${key}: a field is not what it should be`, { object: key });
  const strings = (value: unknown): string[] => {
    if (!Array.isArray(value) || value.some((it) => typeof it !== "string")) throw damaged();
    return value as string[];
  };
  const moves = object["moves"];
  if (object["seq"] !== seq || moves === null || typeof moves !== "object") throw damaged();
  return {
    seq,
    condemned_packs: new Set(strings(object["condemned_packs"])),
    condemned_backups: new Set(strings(object["condemned_backups"])),
    marked: new Set(strings(object["marked"])),
    moves: new Map(Object.entries(moves).map(([from, to]) => [from, strings(to)])),
    deleted: new Set(strings(object["deleted"])),
  };
}

/** The state after this one. @throws when the numbers are used up, which takes a sweep a second for three years */
export function nextSeq(state: SweepState): number {
  if (state.seq >= SEQ_MAX) throw new RangeError("no sweep number is left");
  return state.seq + 1;
}
