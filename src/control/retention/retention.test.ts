import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { gfsClasses } from "../../model/index.ts";
import type { GfsClass } from "../../model/index.ts";
import { parsePolicy } from "../policy/index.ts";
import { runsBetween } from "../schedule/index.ts";
import { classify, retentionRuleOf } from "./classify.ts";
import type { RetentionRule } from "./classify.ts";
import { expiry, explain, retentionPlan } from "./plan.ts";
import type { RetainedBackup } from "./plan.ts";
import { preview } from "./preview.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const published = parsePolicy({
  name: "prod-daily-7d-30d-monthly-1y",
  schedule: { daily: "02:00 Asia/Dhaka" },
  retention: { daily: 7, weekly: 4, monthly: 12 },
  target: { object_lock: { mode: "GOVERNANCE", days: 365 } },
});

/** Writes backups at these instants, one after the other, each stamped by `classify`. */
function written(
  times: readonly number[],
  rule: RetentionRule,
  failed: ReadonlySet<number> = new Set(),
): RetainedBackup[] {
  const backups: RetainedBackup[] = [];
  times.forEach((created_at_ms, index) => {
    if (failed.has(index)) return;
    const existing = backups.map((it) => ({
      created_at_ms: it.created_at_ms,
      classes: it.gfs.map((mark) => mark.class),
    }));
    const { gfs, retain_until_ms, lock } = classify({ created_at_ms }, existing, rule);
    const id = `bkp_${String(index).padStart(5, "0")}`;
    backups.push({ id, created_at_ms, gfs, retain_until_ms, lock_until_ms: lock?.until_ms ?? null, good: true });
  });
  return backups;
}

const kept = (backups: readonly RetainedBackup[], rule: RetentionRule, now_ms: number) =>
  retentionPlan(backups, rule, now_ms)
    .filter((it) => it.keep)
    .map((it) => it.id)
    .sort();

test("the published policy: marks at birth, expiry from the longest, lock per backup and not 365 days for all", () => {
  const rule = retentionRuleOf(published);
  const first = classify({ created_at_ms: Date.parse("2026-05-31T20:00:00Z") }, [], rule); // 1 June, 02:00 in Dhaka
  assert.deepEqual(
    first.gfs.map((mark) => [mark.class, mark.period]),
    [
      ["daily", "2026-06-01"],
      ["weekly", "2026-W23"],
      ["monthly", "2026-06"],
    ],
  );
  assert.equal(first.retain_until_ms, Date.parse("2027-05-31T20:00:00Z"));
  const existing = [
    { created_at_ms: Date.parse("2026-05-31T20:00:00Z"), classes: first.gfs.map((mark) => mark.class) },
  ];
  const second = classify({ created_at_ms: Date.parse("2026-06-01T20:00:00Z") }, existing, rule);
  assert.deepEqual(
    second.gfs.map((mark) => mark.class),
    ["daily"],
  );
  assert.deepEqual(second.lock, { mode: "GOVERNANCE", until_ms: Date.parse("2026-06-08T20:00:00Z") });
  assert.match(second.reasons[0] ?? "", /^daily: first good backup of 2026-06-02, kept for 7 days until 2026-06-08T20/);
});

test("a year of dailies keeps 7 days, 4 weeks and 12 months", () => {
  const rule = retentionRuleOf(published);
  const times = runsBetween(
    { pattern: "0 2 * * *", zone: "Asia/Dhaka" },
    Date.parse("2025-01-01"),
    Date.parse("2026-06-15T12:00Z"),
    999,
  );
  const backups = written(times, rule);
  const ids = new Set(kept(backups, rule, Date.parse("2026-06-15T12:00Z")));
  const marks = (gfs_class: GfsClass) =>
    backups.filter((it) => ids.has(it.id) && it.gfs.some((mark) => mark.class === gfs_class)).length;
  const only = backups.filter((it) => ids.has(it.id)).length;
  assert.ok(marks("daily") >= 7 && marks("weekly") >= 4 && marks("monthly") === 12);
  assert.ok(only >= 7 + 3 + 11 - 2 && only <= 7 + 4 + 12, `${only} kept`);
});

test("the last good backup stays for ever; a damaged one neither counts nor is kept beyond its date", () => {
  const rule: RetentionRule = { retention: { daily: 2 }, zone: "UTC", lock: null };
  const [a, b, c] = written([0, DAY_MS, 2 * DAY_MS], rule);
  assert.ok(a && b && c);
  const late_ms = 400 * DAY_MS;
  assert.deepEqual(kept([a, b, c], rule, late_ms), [b.id, c.id], "two are kept, however long nothing followed");
  assert.deepEqual(kept([a, b, { ...c, good: false }], rule, late_ms), [a.id, b.id]);
  assert.deepEqual(kept([a, b, c], { ...rule, retention: {} }, late_ms), [c.id]);
  assert.match(explain(c.id, [a, b, c], rule, late_ms)?.reasons.join() ?? "", /never pruned/);
});

test("a longer policy holds what exists for longer, a shorter one shortens nothing", () => {
  const rule: RetentionRule = { retention: { daily: 7 }, zone: "UTC", lock: null };
  const [backup] = written([0], rule);
  assert.ok(backup);
  assert.equal(expiry(backup, { ...rule, retention: { daily: 30 } }).until_ms, 30 * DAY_MS);
  assert.equal(expiry(backup, { ...rule, retention: { daily: 1 } }).until_ms, 7 * DAY_MS);
  assert.equal(expiry(backup, null).until_ms, 7 * DAY_MS);
});

test("without a class: one unit when scheduled, the finest class when asked for, no end without a policy", () => {
  const rule: RetentionRule = { retention: { daily: 7 }, zone: "UTC", lock: null };
  const existing = [{ created_at_ms: 0, classes: ["daily" as const] }];
  assert.equal(classify({ created_at_ms: HOUR_MS }, existing, rule).retain_until_ms, HOUR_MS + DAY_MS);
  assert.equal(
    classify({ created_at_ms: HOUR_MS, on_demand: true }, existing, rule).retain_until_ms,
    HOUR_MS + 7 * DAY_MS,
  );
  assert.equal(classify({ created_at_ms: HOUR_MS }, existing, null).retain_until_ms, null);
});

test("immutable: COMPLIANCE to the backup's own expiry", () => {
  const rule = retentionRuleOf({ ...published, immutable: true });
  const { lock, retain_until_ms } = classify({ created_at_ms: 0 }, [], rule);
  assert.deepEqual(lock, { mode: "COMPLIANCE", until_ms: retain_until_ms });
});

/**
 * The same promise written down a second time, without marks or stored dates: of all backups ever written, a backup is
 * the representative of a period when it is the oldest in it; it stays while it is among the `count` newest
 * representatives, or younger than `count` units. Fixed-length units in UTC, so that plain division gives the periods.
 */
function bruteForce(times: readonly number[], counts: ReadonlyMap<GfsClass, number>, now_ms: number): Set<number> {
  const length_ms = { hourly: HOUR_MS, daily: DAY_MS };
  const keep = new Set<number>(times.length > 0 ? [Math.max(...times)] : []);
  for (const [gfs_class, count] of counts) {
    const unit_ms = length_ms[gfs_class as "hourly" | "daily"];
    const oldest = new Map<number, number>();
    for (const time of times) {
      const period = Math.floor(time / unit_ms);
      oldest.set(period, Math.min(time, oldest.get(period) ?? time));
    }
    const newest_first = [...oldest.values()].sort((a, b) => b - a);
    for (const [index, time] of newest_first.entries())
      if (index < count || time + count * unit_ms > now_ms) keep.add(time);
  }
  const finest_ms = counts.has("hourly") ? HOUR_MS : DAY_MS;
  for (const time of times) {
    const first = [...counts.keys()].some((gfs_class) => {
      const unit_ms = length_ms[gfs_class as "hourly" | "daily"];
      return !times.some((other) => other < time && Math.floor(other / unit_ms) === Math.floor(time / unit_ms));
    });
    if (!first && time + finest_ms > now_ms) keep.add(time);
  }
  return keep;
}

const increasing = fc
  .array(fc.integer({ min: 60_000, max: 2 * DAY_MS }), { minLength: 1, maxLength: 60 })
  .map((gaps) => gaps.reduce<number[]>((times, gap) => [...times, (times.at(-1) ?? Date.UTC(2026, 0)) + gap], []));

test("agrees with a model that knows nothing of marks", () => {
  fc.assert(
    fc.property(
      increasing,
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(40 * DAY_MS),
      (times, hourly, daily, later) => {
        const rule: RetentionRule = {
          retention: { ...(hourly > 0 ? { hourly } : {}), daily },
          zone: "UTC",
          lock: null,
        };
        const backups = written(times, rule);
        const now_ms = (times.at(-1) ?? 0) + later;
        const counts = new Map<GfsClass, number>([
          ...(hourly > 0 ? [["hourly", hourly] as const] : []),
          ["daily", daily],
        ]);
        const expected = [...bruteForce(times, counts, now_ms)].sort((a, b) => a - b);
        const ids = new Set(kept(backups, rule, now_ms));
        const actual = backups.filter((it) => ids.has(it.id)).map((it) => it.created_at_ms);
        assert.deepEqual(actual, expected);
      },
    ),
    { numRuns: 150 },
  );
});

const anyRule = fc.record({
  retention: fc.record(
    Object.fromEntries(gfsClasses.map((it) => [it, fc.integer({ min: 1, max: 10 })])) as Record<
      GfsClass,
      fc.Arbitrary<number>
    >,
    { requiredKeys: ["daily"] },
  ),
  zone: fc.constantFrom("UTC", "Asia/Dhaka", "Europe/Berlin", "Australia/Lord_Howe"),
  lock: fc.constantFrom(
    null,
    { mode: "COMPLIANCE" as const, days_max: null },
    { mode: "GOVERNANCE" as const, days_max: 5 },
  ),
});

test("in any zone: nothing is pruned before its date or while locked, locks end with retention, later means fewer", () => {
  fc.assert(
    fc.property(increasing, anyRule, fc.nat(500 * DAY_MS), fc.nat(100 * DAY_MS), (times, rule, later, pause) => {
      const backups = written(times, rule);
      const now_ms = (times.at(-1) ?? 0) + later;
      const verdicts = retentionPlan(backups, rule, now_ms);
      assert.ok(
        verdicts.some((it) => it.keep),
        "something is always kept",
      );
      for (const verdict of verdicts) {
        const backup = backups.find((it) => it.id === verdict.id);
        assert.ok(backup && verdict.reasons.length > 0);
        const promised_ms = backup.retain_until_ms ?? Number.POSITIVE_INFINITY;
        if (promised_ms > now_ms || (backup.lock_until_ms ?? 0) > now_ms) assert.ok(verdict.keep);
        assert.ok((backup.lock_until_ms ?? 0) <= promised_ms);
        if (verdict.until_ms !== null) assert.ok(verdict.keep && verdict.until_ms > now_ms);
        for (const mark of backup.gfs) {
          const twins = backups.filter((it) =>
            it.gfs.some((other) => other.class === mark.class && other.period === mark.period),
          );
          assert.equal(twins.length, 1, "one backup carries a period's class");
        }
      }
      const after = new Set(kept(backups, rule, now_ms + pause));
      const before = new Set(kept(backups, rule, now_ms));
      for (const id of after) assert.ok(before.has(id), "what was pruned does not come back");
    }),
    { numRuns: 100 },
  );
});

test("preview: ten runs, each with class, expiry and reason, as it will really be", () => {
  const now_ms = Date.parse("2026-05-29T12:00:00Z");
  const it = preview(published, now_ms);
  assert.equal(it.runs.length, 10);
  assert.deepEqual(it.runs.map((run) => run.classes.join("+")).slice(0, 5), [
    "daily+weekly+monthly",
    "daily",
    "daily+weekly+monthly",
    "daily",
    "daily",
  ]);
  assert.equal(it.rpo_seconds, 86_400);
  const rule = retentionRuleOf(published);
  const real = written(
    it.runs.map((run) => Date.parse(run.at)),
    rule,
  );
  assert.deepEqual(
    real.map((backup) => new Date(backup.retain_until_ms ?? 0).toISOString()),
    it.runs.map((run) => run.retain_until),
  );
  const trap = parsePolicy({ ...published, retention: { daily: 7 } });
  assert.match(preview(trap, now_ms).warnings.join(), /object_lock\.days is 365, but nothing is kept that long/);
});

test("keep_last keeps the newest good ones however old, keep_within everything younger, known at birth", () => {
  const spec = { name: "p", schedule: { daily: "02:00 UTC" }, retention: { keep_last: 3, keep_within: "10d" } };
  const rule = retentionRuleOf(parsePolicy({ ...spec, immutable: true }));
  const day = (n: number) => Date.parse("2026-01-01T02:00Z") + n * DAY_MS;
  const backups = written([0, 1, 2, 3, 20, 21, 22, 23, 24].map(day), rule);
  assert.deepEqual(backups[0]?.lock_until_ms, day(10), "keep_within locks; keep_last cannot");
  assert.deepEqual(kept(backups, rule, day(24) + 1), ["bkp_00004", "bkp_00005", "bkp_00006", "bkp_00007", "bkp_00008"]);
  assert.deepEqual(kept(backups, rule, day(500)), ["bkp_00006", "bkp_00007", "bkp_00008"]);
  const last_only = retentionRuleOf(parsePolicy({ ...spec, retention: { keep_last: 2 } }));
  assert.deepEqual(kept(written([0, 1, 2].map(day), last_only), last_only, day(2) + 1), ["bkp_00001", "bkp_00002"]);
  assert.deepEqual(
    preview(parsePolicy(spec), day(0)).kept.map((it) => [it.class, it.count]),
    [
      ["keep_last", 3],
      ["keep_within", 10],
    ],
  );
  assert.throws(() => parsePolicy({ ...spec, retention: { keep_last: 0 } }), /would keep nothing/);
});

test("a legal hold keeps what nothing else keeps", () => {
  const rule = retentionRuleOf(published);
  const [old, next] = written([Date.parse("2020-01-01"), Date.parse("2026-01-01")], rule) as [
    RetainedBackup,
    RetainedBackup,
  ];
  const now_ms = Date.parse("2026-01-02");
  const bare = { ...old, gfs: [], lock_until_ms: null };
  assert.equal(explain(old.id, [bare, next], rule, now_ms)?.keep, false);
  const held = { ...bare, holds: [{ id: "hld_1", reason: "case 7" }] };
  const verdict = explain(old.id, [held, next], rule, now_ms);
  assert.deepEqual([verdict?.keep, verdict?.until_ms, verdict?.reasons], [true, null, ["legal hold hld_1: case 7"]]);
});
