import { walkSegment } from "../index/index.ts";
import { packKey } from "../pack/index.ts";
import type { Repository } from "../repository/index.ts";
import { isRunning, type ObjectStat } from "../store/index.ts";
import { hotter, isOver, openedSegments, readLive } from "../sweep/index.ts";
import { type BackupPhases, type Phase, PHASES } from "./phases.ts";

const STATS_AT_ONCE = 8;

export interface PhaseFigures {
  /** Packs of older epochs that live backups need and nothing locks. */
  readonly packs: number;
  readonly bytes: number;
  /** Those that a lock keeps as they are. */
  readonly locked_packs: number;
  readonly locked_bytes: number;
  readonly locked_until_ms: number | null;
}

/** What lies under one epoch, of what live (and recoverable deleted) backups need. */
export interface EpochNeed {
  readonly epoch: number;
  readonly packs: number;
  readonly bytes: number;
  /** Backups whose manifest is sealed under it: their labels and paths. A manifest is never sealed anew. */
  readonly manifests: number;
  /** Backups that need it by manifest or pack. */
  readonly backups: readonly string[];
  /** When the last of them expires; null: never, or nobody knows. */
  readonly last_expires_at_ms: number | null;
  readonly locked_packs: number;
  readonly locked_until_ms: number | null;
}

export interface EpochSurvey {
  readonly current_epoch: number;
  readonly epochs: readonly EpochNeed[];
  /** What is still to be sealed anew, by phase. */
  readonly phases: Readonly<Record<Phase, PhaseFigures>>;
  /** Packs under the epoch in force. */
  readonly current: { readonly packs: number; readonly bytes: number };
}

export interface SurveyOptions {
  /** Deleted backups (ids) that must stay all the same. */
  readonly held?: ReadonlySet<string>;
  /** Look at it as if this epoch were in force: what a rotation would have to do. */
  readonly epoch?: number;
  readonly signal?: AbortSignal;
}

interface Backup {
  readonly backup_id: string;
  readonly epoch: number;
  readonly expires_at_ms: number | null;
  readonly packs: readonly string[];
}

/** Tells under which epochs the packs and manifests lie that live backups need. Reads manifests and index only. */
export async function surveyEpochs(
  repository: Repository,
  phase_of: BackupPhases,
  options: SurveyOptions = {},
): Promise<EpochSurvey> {
  await repository.refreshKeys();
  const current_epoch = options.epoch ?? repository.current_epoch.epoch;
  const backups = await liveBackups(repository, options.held ?? new Set(), options.signal);
  const needed = new Map<string, Phase>();
  for (const { packs, backup_id } of backups) {
    const phase = phase_of.get(backup_id) ?? "hot";
    for (const id of packs) needed.set(id, hotter(needed.get(id), phase));
  }
  const found = await placesOf(repository, needed, options.signal);
  const locks = await locksOf(repository, found, current_epoch, options.signal);
  const phases = new Map<Phase, { -readonly [Name in keyof PhaseFigures]: PhaseFigures[Name] }>();
  for (const phase of PHASES)
    phases.set(phase, { packs: 0, bytes: 0, locked_packs: 0, locked_bytes: 0, locked_until_ms: null });
  const current = { packs: 0, bytes: 0 };
  for (const [id, { epoch, size_bytes }] of found) {
    if (epoch >= current_epoch) {
      current.packs++;
      current.bytes += size_bytes;
      continue;
    }
    const figures = phases.get(needed.get(id) ?? "hot");
    if (figures === undefined) continue;
    const until_ms = locks.get(id);
    if (until_ms === undefined) {
      figures.packs++;
      figures.bytes += size_bytes;
    } else {
      figures.locked_packs++;
      figures.locked_bytes += size_bytes;
      figures.locked_until_ms = Math.max(figures.locked_until_ms ?? 0, until_ms);
    }
  }
  const epochs = needs(repository, backups, found, locks);
  return { current_epoch, epochs, phases: Object.fromEntries(phases) as EpochSurvey["phases"], current };
}

async function liveBackups(
  repository: Repository,
  held: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<Backup[]> {
  const state = await repository.sweepState();
  const forgotten = await repository.readForgotten();
  const now_ms = repository.clock.now_ms();
  const found: Backup[] = [];
  for (const backup_id of await repository.listBackupIds()) {
    signal?.throwIfAborted();
    if (isOver(forgotten.get(backup_id), held, now_ms)) continue;
    const manifest = await readLive(repository, backup_id, state);
    if (manifest === undefined) continue;
    const { epoch, expires_at_ms, packs } = manifest;
    found.push({ backup_id, epoch, expires_at_ms, packs });
  }
  return found;
}

interface Place {
  readonly epoch: number;
  readonly size_bytes: number;
}

async function placesOf(
  repository: Repository,
  wanted: ReadonlyMap<string, Phase>,
  signal: AbortSignal | undefined,
): Promise<Map<string, Place>> {
  const found = new Map<string, Place>();
  for await (const { raw } of openedSegments(repository, signal)) {
    walkSegment(raw, ({ pack_id, epoch, size_bytes }) => {
      const id = pack_id.toString("hex");
      if (wanted.has(id)) found.set(id, { epoch, size_bytes });
      return undefined;
    });
  }
  return found;
}

/** Until when the packs of older epochs that are locked are. */
async function locksOf(
  { store, clock }: Repository,
  found: ReadonlyMap<string, Place>,
  current_epoch: number,
  signal: AbortSignal | undefined,
): Promise<Map<string, number>> {
  const locks = new Map<string, number>();
  const waiting = [...found].flatMap(([id, { epoch }]) => (epoch < current_epoch ? [id] : []));
  const lookAtOne = async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      signal?.throwIfAborted();
      const stat: ObjectStat | undefined = await store.stat(packKey(id));
      if (stat !== undefined && isRunning(stat.lock, clock.now_ms())) locks.set(id, stat.lock.retain_until_ms);
    }
  };
  await Promise.all(Array.from({ length: STATS_AT_ONCE }, lookAtOne));
  return locks;
}

function needs(
  repository: Repository,
  backups: readonly Backup[],
  found: ReadonlyMap<string, Place>,
  locks: ReadonlyMap<string, number>,
): EpochNeed[] {
  return [...repository.epoch_keys.keys()]
    .sort((a, b) => a - b)
    .map((epoch) => {
      const packs = [...found].filter(([, place]) => place.epoch === epoch);
      const ids = new Set(packs.map(([id]) => id));
      const needing = backups.filter((it) => it.epoch === epoch || it.packs.some((id) => ids.has(id)));
      const dates = needing.map(({ expires_at_ms }) => expires_at_ms);
      const until = packs.flatMap(([id]) => locks.get(id) ?? []);
      return {
        epoch,
        packs: packs.length,
        bytes: packs.reduce((sum, [, { size_bytes }]) => sum + size_bytes, 0),
        manifests: backups.filter((it) => it.epoch === epoch).length,
        backups: needing.map(({ backup_id }) => backup_id),
        last_expires_at_ms: dates.includes(null) || dates.length === 0 ? null : Math.max(...(dates as number[])),
        locked_packs: until.length,
        locked_until_ms: until.length === 0 ? null : Math.max(...until),
      };
    });
}
