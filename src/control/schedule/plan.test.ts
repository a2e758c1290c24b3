import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { PolicySpecInput } from "../../model/index.ts";
import { parsePolicy, rulesOf } from "../policy/index.ts";
import { planSlots } from "./plan.ts";
import type { Cursor, OpenJob, Plan, PlanPolicy } from "./plan.ts";
import { runsBetween } from "./runs.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const t0 = Date.parse("2026-05-11T00:00:00Z");

function policy(spec: Partial<PolicySpecInput>, id = "pol_1"): PlanPolicy {
  const full = { name: "p", schedule: { daily: "02:00 UTC" }, retention: { daily: 7 }, ...spec };
  return { policy_id: id, version: 1, spec: parsePolicy(full), since_ms: 0 };
}

/** Cursors of policies that have been planned up to some instant. */
function plannedUntil(policies: readonly PlanPolicy[], planned_until_ms: number): Cursor[] {
  return policies.flatMap(({ policy_id, spec }) =>
    rulesOf(spec).map(({ rule, text }) => ({ policy_id, rule, rule_text: text, planned_until_ms })),
  );
}

function plan(
  policies: readonly PlanPolicy[],
  from_ms: number,
  now_ms: number,
  open_jobs: readonly OpenJob[] = [],
): Plan {
  return planSlots({ workload_id: "wkl_1", policies, cursors: plannedUntil(policies, from_ms), open_jobs }, now_ms);
}

const kinds = (it: Plan) => it.slots.map((slot) => slot.decision.kind);

test("a new binding starts now: nothing of the past is made up for", () => {
  const it = planSlots({ workload_id: "wkl_1", policies: [policy({})], cursors: [], open_jobs: [] }, t0 + 30 * DAY_MS);
  assert.deepEqual(it.slots, []);
  assert.equal(it.cursors.length, 1);
});

test("a workload tagged seconds before its time is not made to wait a day", () => {
  const tagged_ms = t0 + 2 * HOUR_MS - 10_000;
  const late = { ...policy({}), since_ms: tagged_ms };
  const it = planSlots({ workload_id: "wkl_1", policies: [late], cursors: [], open_jobs: [] }, tagged_ms + 20_000);
  assert.deepEqual(kinds(it), ["run"]);
});

test("an edited rule starts anew, an unchanged one goes on", () => {
  const before = plannedUntil([policy({ schedule: { daily: "01:00 UTC" } })], t0 - 5 * DAY_MS);
  const it = planSlots({ workload_id: "wkl_1", policies: [policy({})], cursors: before, open_jobs: [] }, t0);
  assert.deepEqual(it.slots, []);
  assert.equal(it.cursors[0]?.rule_text, "02:00 UTC");
});

test("due within its window: one job with the workload's jitter, inside the window", () => {
  const it = plan([policy({ jitter: "1h", start_window: "4h" })], t0, t0 + 2 * HOUR_MS);
  assert.deepEqual(kinds(it), ["run"]);
  assert.ok(it.job !== null && !it.job.catch_up);
  assert.ok(it.job.run_after_ms >= t0 + 2 * HOUR_MS && it.job.run_after_ms < t0 + 3 * HOUR_MS);
  assert.equal(it.job.window_until_ms, t0 + 6 * HOUR_MS);
});

test("ten days without a server: one catch-up run, which covers what was missed in its window; the rest expired", () => {
  const it = plan([policy({ start_window: "1h" })], t0, t0 + 10 * DAY_MS);
  assert.equal(it.slots.filter((slot) => slot.decision.kind === "run").length, 1);
  assert.equal(it.slots.filter((slot) => slot.decision.kind === "covered").length, 6);
  assert.equal(it.slots.filter((slot) => slot.decision.kind === "EXPIRED").length, 3);
  assert.equal(it.job?.catch_up, true);
  assert.equal(it.job?.window_until_ms, t0 + 10 * DAY_MS + HOUR_MS);
  const none = plan([policy({ start_window: "1h", catch_up: "none" })], t0, t0 + 10 * DAY_MS);
  assert.deepEqual(new Set(kinds(none)), new Set(["EXPIRED"]));
  assert.equal(none.job, null);
});

test("overlap: a job that began before the slot is in the way, one that began after covers it, one that waits does too", () => {
  const now_ms = t0 + 2 * HOUR_MS + 60_000;
  const running = (started_at_ms: number): OpenJob => ({ job_id: "job_1", running: true, started_at_ms });
  assert.deepEqual(kinds(plan([policy({})], t0, now_ms, [running(t0 + HOUR_MS)])), ["SKIPPED"]);
  assert.deepEqual(kinds(plan([policy({ overlap: "queue_one" })], t0, now_ms, [running(t0 + HOUR_MS)])), ["run"]);
  const covered = plan([policy({})], t0, now_ms, [running(t0 + 2 * HOUR_MS + 1)]);
  assert.deepEqual(covered.slots[0]?.decision, { kind: "covered", job_id: "job_1" });
  const waiting: OpenJob = { job_id: "job_2", running: false, started_at_ms: null };
  const queued = plan([policy({ overlap: "queue_one" })], t0, now_ms, [running(t0 + HOUR_MS), waiting]);
  assert.deepEqual(queued.slots[0]?.decision, { kind: "covered", job_id: "job_2" });
});

test("two policies due together: one backup, for the one that comes first", () => {
  const strict = policy({ schedule: { hourly: ":00" }, retention: { hourly: 24 } }, "pol_strict");
  const daily = policy({}, "pol_daily");
  const it = plan([strict, daily], t0 + HOUR_MS, t0 + 2 * HOUR_MS);
  assert.deepEqual(
    it.slots.map((slot) => [slot.policy_id, slot.decision.kind]),
    [
      ["pol_strict", "run"],
      ["pol_daily", "covered"],
    ],
  );
  assert.equal(it.job?.policy_id, "pol_strict");
});

/** Everything a schedule may hold, in any zone. */
const anySpec = fc.record({
  zone: fc.constantFrom("Asia/Dhaka", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"),
  schedule: fc.constantFrom<PolicySpecInput["schedule"]>(
    { daily: "02:30" },
    { hourly: ":15" },
    { weekly: "sun,wed 03:00" },
    { monthly: "last 04:00" },
    { cron: "*/20 * * * *" },
    { daily: "02:00", weekly: "sun 02:00", monthly: "1 02:00" },
  ),
  start_window: fc.constantFrom("30m", "4h", "2d"),
  jitter: fc.constantFrom("0s", "10m"),
  catch_up: fc.constantFrom("one" as const, "none" as const),
  catch_up_window: fc.constantFrom("1h", "1d", "7d"),
  overlap: fc.constantFrom("skip" as const, "queue_one" as const),
});

test("whenever the server looks, and however long it was away: every slot exactly once, each with one decision", () => {
  const starts = fc.constantFrom("2026-03-25", "2026-10-22", "2028-02-27", "2026-12-29").map((day) => Date.parse(day));
  const pauses = fc.array(fc.oneof(fc.nat(20 * 60_000), fc.nat(9 * HOUR_MS), fc.nat(12 * DAY_MS)), {
    minLength: 1,
    maxLength: 12,
  });
  const job_ms = fc.nat(5 * HOUR_MS);
  fc.assert(
    fc.property(
      starts,
      fc.array(anySpec, { minLength: 1, maxLength: 2 }),
      pauses,
      job_ms,
      (start_ms, specs, pauses, job_ms) => {
        const policies = specs.map(({ zone, ...spec }, index) =>
          policy({ timezone: zone, complete_within: "7d", ...spec }, `pol_${index}`),
        );
        let cursors = plannedUntil(policies, start_ms);
        let jobs: (OpenJob & { ends_ms: number })[] = [];
        let now_ms = start_ms;
        let job_count = 0;
        const seen = new Map<string, string>();
        for (const pause_ms of pauses) {
          now_ms += pause_ms;
          jobs = jobs.filter((job) => job.ends_ms > now_ms);
          const state = { workload_id: "wkl_1", policies, cursors, open_jobs: jobs };
          const it = planSlots(state, now_ms);

          const runs = it.slots.filter((slot) => slot.decision.kind === "run");
          assert.equal(runs.length, it.job === null ? 0 : 1, "one job exactly when one slot runs");
          if (it.job !== null) {
            assert.ok(it.job.window_until_ms > now_ms, "a job is never born with its window closed");
            assert.ok(
              it.job.run_after_ms < it.job.window_until_ms && it.job.complete_until_ms >= it.job.window_until_ms,
            );
            jobs.push({ job_id: `job_${++job_count}`, running: true, started_at_ms: now_ms, ends_ms: now_ms + job_ms });
          }
          for (const slot of it.slots) {
            const key = `${slot.policy_id} ${slot.rule} ${slot.slot_at_ms}`;
            assert.ok(!seen.has(key), `${key} planned twice`);
            assert.ok(slot.slot_at_ms <= now_ms, "nothing is planned before its time");
            seen.set(key, slot.decision.kind);
            if (slot.decision.kind === "covered" && slot.decision.job_id === null) assert.notEqual(it.job, null);
          }
          const moved = new Map(it.cursors.map((cursor) => [`${cursor.policy_id} ${cursor.rule}`, cursor]));
          cursors = cursors.map((cursor) => moved.get(`${cursor.policy_id} ${cursor.rule}`) ?? cursor);
          assert.deepEqual(it.drop, []);
          const again = planSlots({ ...state, cursors }, now_ms);
          assert.deepEqual([again.slots, again.cursors, again.job], [[], [], null], "planned again, nothing happens");
        }
        const expected = policies.flatMap(({ policy_id, spec }) =>
          rulesOf(spec).flatMap((rule) =>
            runsBetween(rule, start_ms, now_ms, 1e6).map((at_ms) => `${policy_id} ${rule.rule} ${at_ms}`),
          ),
        );
        assert.deepEqual([...seen.keys()].sort(), expected.sort());
      },
    ),
    { numRuns: 40 },
  );
});

test("a backlog beyond the limit of one plan is worked off in pieces, none left out", () => {
  const often = policy({
    schedule: { cron: "*/5 * * * *" },
    start_window: "5m",
    complete_within: "1h",
    catch_up_window: "60d",
  });
  let cursors = plannedUntil([often], t0);
  const now_ms = t0 + 40 * DAY_MS;
  const times: number[] = [];
  let jobs = 0;
  for (let round = 0; round < 4; round++) {
    const it = planSlots({ workload_id: "wkl_1", policies: [often], cursors, open_jobs: [] }, now_ms);
    times.push(...it.slots.map((slot) => slot.slot_at_ms));
    if (it.job !== null) jobs++;
    if (it.cursors.length > 0) cursors = [...it.cursors];
  }
  assert.equal(new Set(times).size, (40 * DAY_MS) / 300_000);
  assert.equal(times.length, new Set(times).size);
  assert.equal(jobs, 1);
});
