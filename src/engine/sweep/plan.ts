import { packKey } from "../pack/index.ts";
import { Meter } from "../pipeline/index.ts";
import { isPending, type LoadedIndex, type SweepState } from "../repository/index.ts";
import { type Backups, readBackups, runningLock } from "./backups.ts";
import { type Marks, mark } from "./mark.ts";
import { chooseResealed } from "./resealed.ts";
import { type Survey, survey } from "./survey.ts";
import {
  COLD_UNUSED_SHARE_MAX,
  FRESH_MS,
  type LockedObject,
  type SweepOptions,
  type SweepPlan,
  UNUSED_SHARE_MAX,
} from "./types.ts";
import { blockers } from "./writers.ts";

const STATS_AT_ONCE = 8;
/** Packs one sweep state may condemn: 64 + 3 bytes each in an object that every writer reads when it begins. */
const CONDEMNED_MAX = 100_000;

/** The plan with what carrying it out needs. */
export interface Prepared {
  readonly plan: SweepPlan;
  readonly state: SweepState;
  readonly backups: Backups;
  readonly loaded: LoadedIndex;
  readonly marks: Marks;
  readonly survey: Survey;
  /** Numbers of packs nobody needs, and of packs to rewrite. */
  readonly dead: readonly number[];
  readonly partly: readonly number[];
  /** Numbers of packs in the cold tier. */
  readonly cold: ReadonlySet<number>;
  /** There is more than one state may condemn. */
  readonly more: boolean;
}

/** What a sweep would do now. Writes nothing. @throws SWEEP_MANIFEST_UNREADABLE, REPOSITORY_DAMAGED, STORE_* */
export async function planSweep(options: SweepOptions): Promise<SweepPlan> {
  return (await prepare(options, new Meter(options.repository.clock, options.onProgress))).plan;
}

export async function prepare(options: SweepOptions, meter: Meter): Promise<Prepared> {
  const { repository, signal } = options;
  const state = await repository.sweepState();
  const backups = await readBackups(options, state);
  meter.begin("mark", backups.live.length, null);
  const loaded = await repository.loadIndex({
    new_chunks: 0,
    new_frames: 0,
    new_packs: 0,
    all_packs: true,
    only_present: true,
    // What an earlier sweep condemned is looked at like anything else; what another one may still delete is not.
    avoid: new Set([...state.deleted].filter((id) => !backups.listed.has(id))),
    // A chunk that stands in several packs is best found in one that backups name: then nothing has to move. And in
    // the one that stays longest, so that the others can go.
    wanted: [...backups.listed.keys()],
    needed_until: backups.needed_until,
    ...(signal ? { signal } : {}),
  });
  const marks = await mark(repository, loaded, backups, () => meter.add(1, 0), signal);
  const found = await survey(repository, loaded, marks.live, signal);
  const candidates = await choose(options, state, backups, loaded, marks, found);
  const resealed =
    marks.damage.length > 0 ? [] : await chooseResealed(options, backups, loaded, found, candidates.partly);
  const { dead, more, cold, ...rest } = candidates;
  const partly = [...candidates.partly, ...resealed];
  const size = (pack: number) => loaded.pack_sizes[pack] ?? 0;
  const sum = (packs: readonly number[], of: (pack: number) => number) =>
    packs.reduce((all, pack) => all + of(pack), 0);
  const bytes_rewritten = Math.round(sum(partly, (pack) => size(pack) * liveShare(found, pack)));
  const put = partly.length === 0 ? 0 : Math.ceil(bytes_rewritten / repository.config.pack_bytes) + 2;
  const gone = dead.length + partly.length;
  const pending = isPending(state);
  const plan: SweepPlan = {
    backups_live: backups.live.length,
    backups_removed: backups.expired,
    backups_recoverable: backups.recoverable,
    packs_total: loaded.packs.size,
    bytes_total: sum([...loaded.packs.values()], size),
    packs_deleted: dead.length,
    packs_rewritten: partly.length,
    packs_resealed: resealed.length,
    bytes_rewritten,
    bytes_freed: sum([...dead, ...partly], size) - bytes_rewritten,
    ...rest,
    locked: [...backups.locked, ...rest.locked],
    damage: marks.damage,
    pending: {
      packs: state.condemned_packs.size,
      waiting_for: pending ? await blockers(repository, state) : [],
    },
    requests: {
      get: partly.length,
      put: put + (gone > 0 ? 2 : 0),
      delete: gone + backups.expired.length * 2,
    },
  };
  return { plan, state, backups, loaded, marks, survey: found, dead, partly, cold, more };
}

function liveShare({ raw, raw_live }: Survey, pack: number): number {
  const all = raw[pack] ?? 0;
  return all === 0 ? 1 : (raw_live[pack] ?? 0) / all;
}

/**
 * Dead packs, and those whose dead part is worth the rewriting: the emptiest first, until what is left of dead bytes is
 * within the share allowed. When a backup could not be walked whole, only packs that no backup names at all.
 */
async function choose(
  options: SweepOptions,
  state: SweepState,
  { listed, pinned }: Backups,
  loaded: LoadedIndex,
  { damage }: Marks,
  found: Survey,
) {
  const { fresh, cold } = await freshAndCold(options);
  const size = (pack: number) => loaded.pack_sizes[pack] ?? 0;
  const unused = (pack: number) => size(pack) * (1 - liveShare(found, pack));
  const dead: number[] = [];
  const partly: number[] = [];
  const locked: LockedObject[] = [];
  let [bytes_live, packs_fresh, bytes_unused_kept] = [0, 0, 0];
  const dead_found: string[] = [];
  const partly_found: string[] = [];
  const cold_found: string[] = [];
  for (const [id, pack] of loaded.packs) {
    const share = liveShare(found, pack);
    bytes_live += size(pack) * share;
    if (damage.length > 0 ? listed.has(id) : pinned.has(id)) continue;
    if (share === 0) {
      if (fresh.has(id) && !state.condemned_packs.has(id)) packs_fresh++;
      else dead_found.push(id);
    } else if (share < 1 && damage.length === 0) (cold.has(id) ? cold_found : partly_found).push(id);
  }
  const number = (id: string) => loaded.packs.get(id) as number;
  for (const [id, lock] of await locksOf(options, dead_found)) {
    if (lock === undefined) dead.push(number(id));
    else locked.push(lock);
  }
  const share_max = options.unused_share_max ?? UNUSED_SHARE_MAX;
  for (const [ids, allowed] of [
    [partly_found, bytes_live * share_max],
    // Reading from the cold and leaving it are paid for: only what is beyond a share of its own.
    [cold_found, bytes_live * Math.max(share_max, COLD_UNUSED_SHARE_MAX)],
  ] as const) {
    ids.sort((a, b) => liveShare(found, number(a)) - liveShare(found, number(b)));
    let kept = ids.reduce((sum, id) => sum + unused(number(id)), 0);
    for (let at = 0; at < ids.length && kept > allowed; at += STATS_AT_ONCE) {
      for (const [id, lock] of await locksOf(options, ids.slice(at, at + STATS_AT_ONCE))) {
        if (lock !== undefined || kept <= allowed) continue; // a locked pack is needed; no news to anybody
        partly.push(number(id));
        kept -= unused(number(id));
      }
    }
    bytes_unused_kept += kept;
  }
  const more = dead.length + partly.length > CONDEMNED_MAX;
  dead.length = Math.min(dead.length, CONDEMNED_MAX);
  partly.length = Math.min(partly.length, CONDEMNED_MAX - dead.length);
  return {
    dead,
    partly,
    more,
    locked,
    packs_fresh,
    cold: new Set([...cold].flatMap((id) => loaded.packs.get(id) ?? [])),
    bytes_live: Math.round(bytes_live),
    bytes_unused_kept: Math.round(Math.max(0, bytes_unused_kept)),
  };
}

async function locksOf(options: SweepOptions, ids: readonly string[]): Promise<[string, LockedObject | undefined][]> {
  const found: [string, LockedObject | undefined][] = [];
  for (let at = 0; at < ids.length; at += STATS_AT_ONCE) {
    options.signal?.throwIfAborted();
    const some = ids.slice(at, at + STATS_AT_ONCE);
    const locks = await Promise.all(some.map((id) => runningLock(options, packKey(id))));
    some.forEach((id, i) => found.push([id, locks[i]]));
  }
  return found;
}

/** Packs too young to be sure of, and those in the cold tier, which may not be readable at once. */
async function freshAndCold({ repository, fresh_ms = FRESH_MS }: SweepOptions) {
  const fresh = new Set<string>();
  const cold = new Set<string>();
  const from_ms = repository.clock.now_ms() - fresh_ms;
  for await (const { key, modified_ms, tier } of repository.store.list("packs/")) {
    const id = key.slice(key.lastIndexOf("/") + 1);
    if (fresh_ms > 0 && modified_ms > from_ms && tier === undefined) fresh.add(id);
    if (tier === "cold") cold.add(id);
  }
  return { fresh, cold };
}
