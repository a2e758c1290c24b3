import { Meter } from "../pipeline/index.ts";
import { isPending, readLeases, retireLeases } from "../repository/index.ts";
import { condemn } from "./condemn.ts";
import { sweepError } from "./errors.ts";
import { type Finished, finish, letNamesGo } from "./finish.ts";
import { type Prepared, prepare } from "./plan.ts";
import { rewrite } from "./rewrite.ts";
import { NOTHING_THAWING, withoutFrozen } from "./thaw.ts";
import type { SweepOptions, SweepPlan, SweepReport } from "./types.ts";

/** A state condemns a bounded number of packs; more rounds than this are left to the next sweep. */
const ROUNDS_MAX = 100;

/**
 * Frees what no live backup needs, beside running backups, copies and restores: finishes what an earlier sweep left,
 * marks, stores half-dead packs anew, condemns, and deletes when every writer that could rely on it has ended.
 * @throws SWEEP_MANIFEST_UNREADABLE, SWEEP_SUPERSEDED, SWEEP_CANCELED, REPOSITORY_DAMAGED, STORE_*
 */
export async function runSweep(options: SweepOptions): Promise<SweepReport> {
  const { repository, signal } = options;
  const began_ms = repository.clock.monotonic_ms();
  const meter = new Meter(repository.clock, options.onProgress);
  const lease = await repository.beginLease("sweep");
  const total = new Total();
  try {
    const before = await repository.sweepState();
    if (isPending(before)) total.add(await finish(options, before, lease.writer_id, meter));
    else await letNamesGo(repository, before, lease.writer_id);
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const all = await prepare(options, meter);
      total.plan ??= all.plan;
      // What is condemned has to go first: each state rests on the one before.
      if (total.waiting_for.length > 0) break;
      const { prepared, thawing } = await withoutFrozen(options, all);
      total.thawing = thawing;
      total.locked.push(...prepared.plan.locked);
      await adopt(options, prepared);
      const rewritten = await rewrite(options, prepared, meter);
      total.bytes_written += rewritten.bytes_written;
      total.packs_rewritten += rewritten.ids.length;
      total.damage.push(...prepared.plan.damage, ...rewritten.damage);
      const state = await condemn(options, prepared, rewritten);
      if (state !== undefined) total.add(await finish(options, state, lease.writer_id, meter));
      if (!prepared.more || total.waiting_for.length > 0) break;
    }
    await lease.end();
    meter.end();
    return total.report(Math.round(repository.clock.monotonic_ms() - began_ms));
  } catch (error) {
    await lease.end().catch(() => undefined); // nothing of it is needed by anybody; a lease that stays is cleaned up
    if (signal?.aborted === true) throw sweepError("SWEEP_CANCELED", "the sweep was called off", {}, error);
    throw error;
  }
}

/**
 * Names packs that writers left unnamed and that stay, and then removes the leases of those writers, who are fenced
 * off first.
 */
async function adopt({ repository }: SweepOptions, { loaded, dead, partly }: Prepared): Promise<void> {
  const stale = (await readLeases(repository.store, repository.clock)).filter(
    (lease) => lease.stale && loaded.stale_leases.some(({ key }) => key === lease.key),
  );
  if (stale.length === 0 && loaded.damaged.length === 0) return;
  const goes = new Set([...dead, ...partly]);
  const kept = loaded.adopted.filter(({ pack_id }) => {
    const number = loaded.packs.get(pack_id.toString("hex"));
    return number !== undefined && !goes.has(number);
  });
  if (kept.length > 0) await repository.writeSegment(kept);
  await retireLeases(repository.store, stale);
}

class Total {
  plan: SweepPlan | undefined;
  packs_rewritten = 0;
  bytes_written = 0;
  #packs_deleted = 0;
  #packs_resurrected = 0;
  #bytes_deleted = 0;
  #backups_removed: string[] = [];
  readonly locked: SweepReport["locked"][number][] = [];
  readonly damage: SweepReport["damage"][number][] = [];
  waiting_for: Finished["waiting_for"] = [];
  thawing = NOTHING_THAWING;

  add(finished: Finished): void {
    this.#packs_deleted += finished.packs_deleted;
    this.#bytes_deleted += finished.bytes_deleted;
    this.#packs_resurrected += finished.packs_resurrected;
    this.#backups_removed.push(...finished.backups_removed);
    this.locked.push(...finished.locked);
    this.waiting_for = finished.waiting_for;
  }

  report(duration_ms: number): SweepReport {
    return {
      status: this.waiting_for.length > 0 ? "waiting" : "done",
      plan: this.plan as SweepPlan,
      packs_deleted: this.#packs_deleted,
      packs_rewritten: this.packs_rewritten,
      packs_resurrected: this.#packs_resurrected,
      bytes_deleted: this.#bytes_deleted,
      bytes_written: this.bytes_written,
      backups_removed: this.#backups_removed,
      locked: this.locked.filter((it, i, all) => all.findIndex(({ object }) => object === it.object) === i),
      damage: this.damage,
      waiting_for: this.waiting_for,
      thawing: this.thawing,
      duration_ms,
    };
  }
}
