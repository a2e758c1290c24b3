import {
  isCertainlyDead,
  readCommit,
  readLeases,
  type Repository,
  settle,
  type SweepState,
} from "../repository/index.ts";
import type { WaitingFor } from "./types.ts";

/** They commit to nothing; when they are gone, nothing has to be settled. */
const READERS = ["restore", "verify"];

/**
 * Writers and readers that may rely on what `state` condemned: they began before they could see it. A writer that is
 * gone is fenced off here, once and for all; one that has committed has its commit brought about.
 */
export async function blockers(repository: Repository, state: SweepState, fence = false): Promise<WaitingFor[]> {
  const { store, clock } = repository;
  const waiting: WaitingFor[] = [];
  for (const lease of await readLeases(store, clock)) {
    const { writer_id, operation, started_at_ms } = lease;
    if (operation === "sweep" || lease.sweep_seen >= state.seq) continue;
    const reads_only = READERS.includes(operation);
    if (fence && lease.stale && reads_only) await store.delete(lease.key);
    if (lease.stale && (reads_only || lease.abandoned)) continue;
    const decided = !reads_only && (await readCommit(store, writer_id)) !== undefined;
    if (fence && !reads_only && (lease.stale || decided)) await settle(store, writer_id);
    if (!lease.stale && !decided) waiting.push({ writer_id, operation, started_at_ms });
  }
  return waiting;
}

/** Does another sweep run, or sleep, that may still delete what was condemned before? */
export async function isOtherSweep(repository: Repository, own_writer_id: string): Promise<boolean> {
  let other = false;
  for (const lease of await readLeases(repository.store, repository.clock)) {
    if (lease.operation !== "sweep" || lease.writer_id === own_writer_id) continue;
    if (lease.abandoned || isCertainlyDead(lease.process)) await repository.store.delete(lease.key);
    else other = true;
  }
  return other;
}
