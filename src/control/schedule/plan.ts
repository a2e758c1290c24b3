import { duration_ms } from "../../model/index.ts";
import type { PolicySpec, ScheduleRule } from "../../model/index.ts";
import { rulesOf } from "../policy/index.ts";
import { jitterShare_ms } from "./jitter.ts";
import { runsBetween } from "./runs.ts";

/** How far one rule has been planned. */
export interface Cursor {
  readonly policy_id: string;
  readonly rule: ScheduleRule;
  readonly rule_text: string;
  readonly planned_until_ms: number;
}

export interface PlanPolicy {
  readonly policy_id: string;
  readonly version: number;
  readonly spec: PolicySpec;
  /** Not bound before. */
  readonly since_ms: number;
}

/** A backup job of the workload that has not ended. */
export interface OpenJob {
  readonly job_id: string;
  /** Reading the source; otherwise it waits for its time, a worker or its next attempt. */
  readonly running: boolean;
  readonly started_at_ms: number | null;
}

/** One workload's part of the schedule, as the database has it. */
export interface PlanState {
  readonly workload_id: string;
  /** Those bound to the workload; the one that decides comes first. */
  readonly policies: readonly PlanPolicy[];
  readonly cursors: readonly Cursor[];
  readonly open_jobs: readonly OpenJob[];
}

/** `run`: gets the plan's job. `covered`: another job's backup serves it too. The others are decided at once. */
export type SlotDecision =
  | { readonly kind: "run" }
  | { readonly kind: "covered"; readonly job_id: string | null }
  | { readonly kind: "SKIPPED" | "EXPIRED"; readonly reason: string };

export interface PlannedSlot {
  readonly policy_id: string;
  readonly policy_version: number;
  readonly rule: ScheduleRule;
  readonly slot_at_ms: number;
  readonly due_at_ms: number;
  readonly window_until_ms: number;
  readonly decision: SlotDecision;
}

export interface PlannedJob {
  readonly policy_id: string;
  readonly policy_version: number;
  readonly spec: PolicySpec;
  readonly run_after_ms: number;
  readonly window_until_ms: number;
  readonly complete_until_ms: number;
  /** It makes up for runs that were missed. */
  readonly catch_up: boolean;
}

export interface Plan {
  /** Cursors to write. */
  readonly cursors: readonly Cursor[];
  /** Cursors of policies and rules that do not apply any more. */
  readonly drop: readonly Cursor[];
  readonly slots: readonly PlannedSlot[];
  /** At most one: all that is due for a workload is served by a single backup. */
  readonly job: PlannedJob | null;
  /** The clock ran ahead and was set back: slots recorded for times that are still to come are void. */
  readonly clock_stepped_back: boolean;
}

/** Cursors ahead of the clock by more than this were set by a wrong clock; by less, time will catch up. */
const CLOCK_STEP_MS = 3_600_000;
/** Slots of one rule planned in one go; what is left over comes with the next. */
const SLOTS_PER_RULE_MAX = 5000;
/** A new binding counts from when it was made, but this long ago at most: the tick that finds it is never far. */
const BINDING_LOOKBACK_MS = 120_000;

interface Candidate extends Omit<PlannedSlot, "decision"> {
  readonly policy: PlanPolicy;
  readonly missed: boolean;
}

/**
 * What is to be done for a workload at `now_ms`. Pure. Applied again after its outcome was written, it does nothing.
 *
 * A time whose start window is still open is due. One whose window has passed was missed: with `catch_up: one` all that
 * were missed within `catch_up_window` are made up for by one run, else they expire. Everything due is served by one
 * backup, for the policy that comes first; a job that still waits, or began at or after the slot's time, covers it.
 * A job that began before is in the way: `overlap` decides.
 */
export function planSlots(state: PlanState, now_ms: number): Plan {
  const known = new Map(state.cursors.map((cursor) => [cursorKey(cursor.policy_id, cursor.rule), cursor]));
  const cursors: Cursor[] = [];
  const slots: PlannedSlot[] = [];
  const candidates: Candidate[] = [];
  const current = new Set<string>();
  let clock_stepped_back = false;

  for (const policy of state.policies) {
    for (const rule of rulesOf(policy.spec)) {
      const key = cursorKey(policy.policy_id, rule.rule);
      current.add(key);
      const cursor = known.get(key);
      // A clock that was wrong for a while must not stop backups until it is right again.
      const ahead = cursor !== undefined && cursor.planned_until_ms > now_ms + CLOCK_STEP_MS;
      if (ahead) clock_stepped_back = true;
      const fresh = cursor === undefined || cursor.rule_text !== rule.text || ahead;
      const from_ms = fresh ? bindingStart_ms(policy, now_ms) : cursor.planned_until_ms;
      const times = runsBetween(rule, from_ms, now_ms, SLOTS_PER_RULE_MAX);
      const truncated = times.length === SLOTS_PER_RULE_MAX;
      const last_ms = times.at(-1);
      if (last_ms !== undefined || fresh) {
        const planned_until_ms = last_ms ?? from_ms;
        cursors.push({ policy_id: policy.policy_id, rule: rule.rule, rule_text: rule.text, planned_until_ms });
      }
      for (const slot_at_ms of times) {
        const candidate = candidateAt(state.workload_id, policy, rule.rule, slot_at_ms, now_ms);
        const decision = decideAlone(candidate, truncated, now_ms);
        if (decision === null) candidates.push(candidate);
        else slots.push(planned(candidate, decision));
      }
    }
  }

  const waiting = state.open_jobs.find((job) => !job.running);
  const rest: Candidate[] = [];
  for (const candidate of candidates) {
    const decision = decideByOpenJobs(candidate, waiting, state.open_jobs);
    if (decision === null) rest.push(candidate);
    else slots.push(planned(candidate, decision));
  }
  const primary = pickPrimary(rest, state.policies);
  for (const candidate of rest) {
    slots.push(planned(candidate, candidate === primary ? { kind: "run" } : { kind: "covered", job_id: null }));
  }
  const drop = state.cursors.filter((cursor) => !current.has(cursorKey(cursor.policy_id, cursor.rule)));
  return { cursors, drop, slots, job: primary === undefined ? null : jobFor(primary, now_ms), clock_stepped_back };
}

/** Where the cursor of a new binding, or of an edited rule, starts. */
export function bindingStart_ms(policy: PlanPolicy, now_ms: number): number {
  return Math.min(now_ms, Math.max(policy.since_ms, now_ms - BINDING_LOOKBACK_MS));
}

function candidateAt(
  workload_id: string,
  policy: PlanPolicy,
  rule: ScheduleRule,
  slot_at_ms: number,
  now_ms: number,
): Candidate {
  const { spec } = policy;
  const window_until_ms = slot_at_ms + duration_ms(spec.start_window);
  return {
    policy,
    policy_id: policy.policy_id,
    policy_version: policy.version,
    rule,
    slot_at_ms,
    due_at_ms: slot_at_ms + jitterShare_ms(workload_id, policy.policy_id, duration_ms(spec.jitter)),
    window_until_ms,
    missed: window_until_ms <= now_ms,
  };
}

/** What the slot's own age decides. */
function decideAlone(candidate: Candidate, truncated: boolean, now_ms: number): SlotDecision | null {
  const { spec } = candidate.policy;
  if (!candidate.missed) return null;
  if (spec.catch_up === "none") return { kind: "EXPIRED", reason: "nothing planned it within its start window" };
  if (candidate.slot_at_ms < now_ms - duration_ms(spec.catch_up_window)) {
    return { kind: "EXPIRED", reason: "missed, and older than the catch-up window" };
  }
  // Newer missed ones follow with the next plan; one of those is the run that makes up for this one.
  return truncated ? { kind: "SKIPPED", reason: "missed, made up for by a later run" } : null;
}

function decideByOpenJobs(
  candidate: Candidate,
  waiting: OpenJob | undefined,
  open: readonly OpenJob[],
): SlotDecision | null {
  if (waiting !== undefined) return { kind: "covered", job_id: waiting.job_id };
  const since = open.find((job) => job.started_at_ms !== null && job.started_at_ms >= candidate.slot_at_ms);
  if (since !== undefined) return { kind: "covered", job_id: since.job_id };
  const [busy] = open;
  if (busy === undefined || candidate.policy.spec.overlap === "queue_one") return null;
  return { kind: "SKIPPED", reason: `job ${busy.job_id} was still running` };
}

/** The newest slot of the policy that comes first. */
function pickPrimary(candidates: readonly Candidate[], policies: readonly PlanPolicy[]): Candidate | undefined {
  const rank = new Map(policies.map((policy, index) => [policy, index]));
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    if (best === undefined) best = candidate;
    const by_policy = (rank.get(candidate.policy) ?? 0) - (rank.get(best.policy) ?? 0);
    if (by_policy < 0 || (by_policy === 0 && candidate.slot_at_ms > best.slot_at_ms)) best = candidate;
  }
  return best;
}

function jobFor({ policy, missed, slot_at_ms, due_at_ms, window_until_ms }: Candidate, now_ms: number): PlannedJob {
  const { spec } = policy;
  // After a long silence everybody has missed something: the jitter spreads that, too.
  const run_after_ms = missed ? now_ms + (due_at_ms - slot_at_ms) : due_at_ms;
  const counted_from_ms = missed ? now_ms : slot_at_ms;
  return {
    policy_id: policy.policy_id,
    policy_version: policy.version,
    spec,
    run_after_ms,
    window_until_ms: missed ? now_ms + duration_ms(spec.start_window) : window_until_ms,
    complete_until_ms: counted_from_ms + duration_ms(spec.complete_within),
    catch_up: missed,
  };
}

function planned({ policy: _, missed: __, ...slot }: Candidate, decision: SlotDecision): PlannedSlot {
  return { ...slot, decision };
}

function cursorKey(policy_id: string, rule: ScheduleRule): string {
  return `${policy_id} ${rule}`;
}
