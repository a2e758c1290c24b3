/**
 * A simulated year of three subscription tiers (Standard, Enhanced, Compliance): the clock runs ahead, backups,
 * verifications, drills and reports are real, on small data. In it a source is gone for two days and nobody takes the
 * alert, a worker dies with jobs in its hands, and no server runs for nine days. HOLDFAST_YEAR_DAYS makes it shorter.
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import test from "node:test";
import { systemClock } from "../../src/base/index.ts";
import { createEvaluator, factSources, noteBreaches } from "../../src/control/alerting/index.ts";
import { listPrices, setSubscription } from "../../src/control/billing/index.ts";
import { createSnapshotWriter } from "../../src/control/catalog/index.ts";
import { changeDrillPlan, dueTimes, getDrillPlan, planDrills } from "../../src/control/drill/index.ts";
import {
  appendPending,
  exportBundle,
  lazySigner,
  nextDay,
  signHeads,
  verifyBundle,
} from "../../src/control/evidence/index.ts";
import { createProject, createWorkload } from "../../src/control/inventory/index.ts";
import { addChannel, channelFacts, deliverDue, pageDue } from "../../src/control/oncall/index.ts";
import { enqueueSlotBackup } from "../../src/control/protect/index.ts";
import { deliverReports, dueReports, planReports, subscribe } from "../../src/control/report/index.ts";
import { applyRetention } from "../../src/control/retention/index.ts";
import { tick } from "../../src/control/schedule/index.ts";
import { makeKit, planRecoveryDrills, recoveryFacts } from "../../src/control/selfrecovery/index.ts";
import { ledger, planDeepReads, planIntegrity } from "../../src/control/verification/index.ts";
import type { Cadence } from "../../src/model/index.ts";
import { withTransaction } from "../../src/platform/db/index.ts";
import { testDatabases } from "../../src/platform/db/testing.ts";
import { installation } from "../../src/testing/index.ts";

const databases = testDatabases();
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const DAYS = Number(process.env["HOLDFAST_YEAR_DAYS"] ?? 365);
const START_MS = Date.parse("2026-12-28T00:00:00Z");

/** Days of the story, from the start. */
const GONE = { from: 1, until: 3 };
const WORKER_DIES = new Set([4, 70, 200]);
const DOWN = { from: 9, until: 18 };

/** Subscription tiers, with the cadence of drills that the price book says of each, and what its workloads promise. */
const TIERS = [
  {
    name: "compliance",
    tier: "2",
    policy: "compliance-7yr",
    cadence: { every: "biweekly", weekday: "tue" },
    choose: "random",
  },
  {
    name: "enhanced",
    tier: "2",
    policy: "standard-daily",
    cadence: { every: "weekly", weekday: "sat" },
    choose: "random",
  },
  {
    name: "standard",
    tier: "3",
    policy: "weekly-light",
    cadence: { every: "monthly", week: 3, weekday: "thu" },
    choose: "latest",
  },
] as const;

test(`${DAYS} days: everything that was due happened, once, and the evidence of it holds`, {
  timeout: 7_000_000,
}, async (t) => {
  let ahead_ms = START_MS - systemClock.now_ms();
  const clock = { ...systemClock, now_ms: () => systemClock.now_ms() + ahead_ms };
  const it = await installation(t, databases, { clock });
  const { db } = it;
  const key = "the key of the signature";
  const got: { kind: string; report?: { id: string; kind: string; period: string | null } }[] = [];
  const sink = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts).toString();
      const [time = "", v1 = ""] = String(request.headers["x-holdfast-signature"])
        .split(",")
        .map((part) => part.slice(part.indexOf("=") + 1));
      assert.equal(createHmac("sha256", key).update(`${time}.${body}`).digest("hex"), v1);
      got.push(JSON.parse(body) as (typeof got)[number]);
      response.end();
    });
  });
  sink.listen(0, "127.0.0.1");
  await once(sink, "listening");
  t.after(() => sink.close());
  const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
  await addChannel(db, { name: "ops", kind: "webhook", config: { url }, secret_ref: "env:KEY" }, it);
  const wanted = {
    name: "ops",
    channel: "ops",
    project_id: null,
    kinds: ["attestation", "health", "compliance"],
    by: "ops",
  } as const;
  await withTransaction(db, (tx) => subscribe(tx, wanted, it));
  await withTransaction(db, (tx) => makeKit(tx, "ops", it));

  const folder = (name: string) => join(it.dir, `source-${name}`);
  for (const { name, tier, policy, cadence, choose } of TIERS) {
    await createProject(db, { name, region: "bd-dha-1" }, it);
    const terms = { addons: {}, billing: "monthly", currency: "EUR", tax_percent: "0", setup: false } as const;
    await withTransaction(db, (tx) => setSubscription(tx, { project: name, tier: name, ...terms }, "ops", it));
    const drives = (await listPrices(db, "EUR")).find(({ item }) => item === name)?.drives;
    assert.equal(drives?.drills, cadence.every, `${name} is drilled as its tier says`);
    await mkdir(folder(name));
    await writeFile(join(folder(name), "ledger"), it.random.bytes(20_000));
    const source = { kind: "files" as const, paths: [folder(name)] };
    const tags = { tier, "backup-policy": policy };
    await createWorkload(db, { name: `${name}-w`, project: name, type: "host", source, tags }, it);
    // The tier makes the plan; when in the week, what is restored, and who gets the tasks, its customer says.
    const made = await getDrillPlan(db, `subscription-${name}`);
    assert.equal(made.spec.cadence.every, cadence.every);
    const backup = choose === "latest" ? { choose } : { choose, within: "30d" };
    const changes = { cadence: { ...cadence, at: "03:00" }, backup, owner: "ops" };
    await withTransaction(db, (tx) => changeDrillPlan(tx, made.id, changes, { ...it, by: "ops" }));
  }

  const evaluate = createEvaluator([...factSources, channelFacts, recoveryFacts], it);
  const signer = lazySigner(it);
  const snapshots = createSnapshotWriter(it);
  const pass = async () => {
    await tick(db, { ...it, enqueue: (tx, spec) => enqueueSlotBackup(tx, spec, it) });
    await planDrills(db, it);
    await planReports(db, it);
    await deliverReports(db, it);
    await planIntegrity(db, it);
    await planDeepReads(db, it);
    await planRecoveryDrills(db, it);
    await applyRetention(db, it);
    await rest();
    await planReports(db, it);
    await rest();
    await deliverReports(db, it);
    await evaluate();
    await noteBreaches(db, it);
    await pageDue(db, it);
    await deliverDue({ ...it, readSecret: async () => key });
    await appendPending(db, it);
    await signHeads(db, await signer(), it);
    await snapshots.save();
  };
  /** Until no job is left that may run now; one that waits longer before it tries again waits for the clock. */
  const rest = async () => {
    for (const end = performance.now() + 300_000; ; await clock.sleep(50)) {
      const soon = new Date(clock.now_ms() + 5000);
      const open = await db
        .selectFrom("jobs")
        .select(["kind", "state", "error"])
        .where("finished_at", "is", null)
        .where("run_after", "<=", soon)
        .execute();
      if (open.length === 0) return;
      assert.ok(performance.now() < end, `never at rest: ${JSON.stringify(open)}`);
    }
  };
  /** When the server looked what was due. */
  const looks: number[] = [];
  const at = async (ms: number) => {
    ahead_ms = ms - systemClock.now_ms();
    looks.push(ms);
    await pass();
  };

  const began = performance.now();
  let runner = await it.run();
  for (let day = 0; day < DAYS; day++) {
    const midnight_ms = START_MS + day * DAY_MS;
    if (day % 7 === 0) t.diagnostic(`day ${day} after ${Math.round((performance.now() - began) / 1000)} s`);
    if (process.env["HOLDFAST_YEAR_TRACE"] !== undefined) console.error(day, Math.round(performance.now() - began));
    if (day === DOWN.from) await runner.drain(0);
    if (day >= DOWN.from && day < DOWN.until) continue;
    if (day === DOWN.until) runner = await it.run();
    if (day === GONE.from) await rename(folder("enhanced"), `${folder("enhanced")}-away`);
    if (day === GONE.until) await rename(`${folder("enhanced")}-away`, folder("enhanced"));
    await writeFile(join(folder("compliance"), "ledger"), it.random.bytes(20_000));
    if (WORKER_DIES.has(day)) {
      // It dies with everything in its hands that is due: as its rows say, until their leases run out. Leases go by the
      // database's own clock.
      await runner.drain(0);
      ahead_ms = midnight_ms + 170 * MINUTE_MS - systemClock.now_ms();
      await tick(db, { ...it, enqueue: (tx, spec) => enqueueSlotBackup(tx, spec, it) });
      await planIntegrity(db, it);
      const dead = {
        state: "RUNNING",
        lease_owner: "dead",
        lease_until: new Date(systemClock.now_ms() + 2000),
        attempt: 1,
        lease_fence: 1,
      } as const;
      const held = await db.updateTable("jobs").set(dead).where("finished_at", "is", null).executeTakeFirst();
      assert.ok(Number(held.numUpdatedRows) > 0, "it held something");
      runner = await it.run();
      await rest();
    }
    await at(midnight_ms + 170 * MINUTE_MS);
    await at(midnight_ms + 190 * MINUTE_MS);
    if (day === GONE.from)
      for (let minutes = 210; minutes < 400; minutes += 20) await at(midnight_ms + minutes * MINUTE_MS);
  }
  const end_ms = clock.now_ms();

  // Backups: each slot of the time has one outcome; only those of the days of trouble are not good.
  const slots = await db.selectFrom("schedule_slots").select(["slot_at", "outcome", "workload_id"]).execute();
  assert.ok(
    slots.every(({ outcome, slot_at }) => outcome !== null || slot_at.getTime() > end_ms - DAY_MS),
    "each slot has its outcome",
  );
  const dayIn = (when: Date) => Math.floor((when.getTime() - START_MS) / DAY_MS);
  // On the morning the source is back, the last day's backup may still try, and the new one leaves it to that.
  const left = ({ outcome, slot_at }: (typeof slots)[number]) => outcome === "SKIPPED" && dayIn(slot_at) === GONE.until;
  const bad = slots.filter(
    (slot) => slot.outcome !== null && slot.outcome !== "SUCCEEDED" && slot.outcome !== "COVERED_BY" && !left(slot),
  );
  for (const { workload_id } of slots.filter(left)) {
    const [from, to] = [GONE.until, GONE.until + 1].map((day) => new Date(START_MS + day * DAY_MS));
    const made = await db
      .selectFrom("backups")
      .select("id")
      .where("workload_id", "=", workload_id)
      .where("created_at", ">=", from ?? new Date(0))
      .where("created_at", "<", to ?? new Date(0))
      .execute();
    assert.ok(made.length > 0, "it was backed up on that day");
  }
  const trouble = (day: number) => (day >= GONE.from && day < GONE.until) || (day >= DOWN.from && day < DOWN.until);
  assert.deepEqual(
    [...new Set(bad.map(({ slot_at }) => dayIn(slot_at)).filter((day) => !trouble(day)))],
    [],
    JSON.stringify(bad),
  );

  // Verifications: every project has an account of every day that ended, also of those on which no server ran.
  const projects = await db.selectFrom("projects").select(["id", "name"]).execute();
  for (const project of projects) {
    const days = (
      await db
        .selectFrom("integrity_reports")
        .select("day")
        .where("project_id", "=", project.id)
        .orderBy("day")
        .execute()
    ).map(({ day }) => day);
    const expected: string[] = [];
    for (let day = "2026-12-28"; day < new Date(end_ms).toISOString().slice(0, 10); day = nextDay(day))
      expected.push(day);
    assert.deepEqual(days, expected, project.name);
  }

  // Every pack was read whole within the time that is set for it.
  for (const line of await ledger(db, clock)) assert.ok(line.on_time, JSON.stringify(line));

  // Drills: every due time has one outcome, those of the days without a server too; what was started ended, with a
  // report.
  const plans = await db.selectFrom("drill_plans").selectAll().execute();
  for (const plan of plans) {
    const due = await db
      .selectFrom("drill_dues")
      .selectAll()
      .where("plan_id", "=", plan.id)
      .orderBy("due_at")
      .execute();
    const expected = dueTimes(plan.spec.cadence as Cadence, plan.created_at.getTime(), end_ms);
    assert.deepEqual(
      due.map(({ due_at }) => due_at.getTime()),
      expected,
      plan.name,
    );
    const drills = await db.selectFrom("drills").selectAll().where("plan_id", "=", plan.id).execute();
    assert.deepEqual(
      drills.map(({ due_at }) => due_at?.getTime()).sort(),
      due
        .filter(({ outcome }) => outcome !== "COVERED_BY")
        .map(({ due_at }) => due_at.getTime())
        .sort(),
    );
    for (const drill of drills) {
      // Before there was a first backup to restore, a drill rightly fails.
      const too_early =
        drill.findings[0]?.code === "NO_ELIGIBLE_BACKUP" && dayIn(drill.due_at ?? new Date(0)) < GONE.until;
      assert.ok(
        ["PASSED", "MISSED_TARGET"].includes(drill.state) || too_early,
        JSON.stringify([plan.name, drill.state, drill.due_at, drill.findings]),
      );
      const due_ms = drill.due_at?.getTime() ?? 0;
      const late = (drill.started_at?.getTime() ?? 0) - (looks.find((ms) => ms >= due_ms) ?? due_ms);
      assert.ok(late < 60 * MINUTE_MS, `${plan.name}, due ${drill.due_at?.toISOString()}: ${late} ms late`);
      const tasks = await db.selectFrom("tasks").selectAll().where("drill_id", "=", drill.id).execute();
      assert.equal(tasks.length, drill.findings.length);
      assert.ok(tasks.every(({ owner, due_at }) => owner === "ops" && due_at > drill.requested_at));
    }
    t.diagnostic(`${plan.name}: ${drills.length} drills, ${drills.map(({ state }) => state).join(" ")}`);
  }
  for (const plan of plans.filter(({ spec }) => spec.backup.choose === "random")) {
    const targets = (
      await db.selectFrom("drills").select("target_time").where("plan_id", "=", plan.id).execute()
    ).flatMap(({ target_time }) => (target_time === null ? [] : [target_time.getTime() % (7 * DAY_MS)]));
    const hours = new Set(targets.map((ms) => Math.floor(ms / 3_600_000))).size;
    t.diagnostic(`${plan.name}: ${hours} hours of the week in ${targets.length} drills`);
    assert.ok(hours >= targets.length * 0.8, "hardly an hour of the week twice");
  }

  // Reports: each month, quarter and drill once; those that were subscribed to arrived once.
  const reports = await db.selectFrom("reports").selectAll().execute();
  assert.ok(reports.every(({ state }) => state === "READY"));
  const named = (list: readonly { kind: string; period: string | null }[]) =>
    list.map(({ kind, period }) => `${kind} ${period ?? ""}`).sort();
  const due = dueReports(new Date(START_MS), new Date(end_ms), ["attestation", "health", "compliance"]);
  const of = (project_id: string | null) =>
    named(reports.filter((it) => it.kind !== "drill" && it.project_id === project_id));
  assert.deepEqual(of(null), named(due));
  // Of the tier that promises it, the package of each quarter as well; of the others none.
  for (const { id, name } of projects) {
    const packages = name === "compliance" ? dueReports(new Date(START_MS), new Date(end_ms), ["compliance"]) : [];
    assert.deepEqual(of(id), named(packages), name);
  }
  const arrived = got.flatMap(({ report }) => (report === undefined ? [] : [report]));
  assert.deepEqual(named(arrived), named(due));
  const drill_count = (await db.selectFrom("drills").select("id").execute()).length;
  assert.equal(reports.filter(({ kind }) => kind === "drill").length, drill_count);

  // Self-recovery: once a month, and each came back as it is.
  const recoveries = await db.selectFrom("recovery_drills").selectAll().orderBy("period").execute();
  const months = new Set<string>();
  for (let ms = START_MS + 2 * DAY_MS; ms < end_ms; ms += DAY_MS)
    if (new Date(ms).getUTCDate() >= 3) months.add(new Date(ms).toISOString().slice(0, 7));
  assert.deepEqual(
    recoveries.map(({ period, state }) => `${period} ${state}`),
    [...months].sort().map((month) => `${month} PASSED`),
    JSON.stringify(recoveries.map(({ findings }) => findings)),
  );

  // Escalation of the alert that nobody took: opened, escalated while it was open, its clocks ran out, resolved.
  const kinds = got.map(({ kind }) => kind);
  for (const kind of ["opened", "escalated", "breached", "resolved"])
    assert.ok(kinds.includes(kind), `${kind} of ${[...new Set(kinds)].join(" ")}`);
  const open = await db
    .selectFrom("alerts")
    .select(["rule", "summary", "state"])
    .where("state", "!=", "RESOLVED")
    .execute();
  assert.deepEqual(
    open.filter(({ rule }) => !rule.startsWith("drill_")),
    [],
  );
  const alerts = await db.selectFrom("alerts").select(["rule", "severity"]).execute();
  t.diagnostic(
    `alerts: ${JSON.stringify(alerts)}; messages: ${JSON.stringify(Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((each) => each === kind).length])))}`,
  );

  // Evidence: a head for every day, and the whole log proves itself; a copy with one record changed, or left out, does
  // not.
  const { fingerprint } = await signer();
  const bundle = await exportBundle(db, {}, await signer(), it);
  const verdict = await verifyBundle(bundle, fingerprint);
  assert.deepEqual(verdict.findings, []);
  t.diagnostic(`${verdict.records} records, ${bundle.heads.length} heads, ${verdict.quiet_days.length} quiet days`);
  const at_drill = bundle.records.findIndex(({ record }) => record?.includes("holdfast.drill.completed"));
  const changed = {
    ...bundle,
    records: bundle.records.map((each, i) =>
      i === at_drill
        ? { ...each, record: String(each.record).replace("PASSED", "FAILED").replace("MISSED_TARGET", "PASSED") }
        : each,
    ),
  };
  const codes = async (copy: typeof bundle) => (await verifyBundle(copy, fingerprint)).findings.map(({ code }) => code);
  assert.ok((await codes(changed)).includes("RECORD_ALTERED"));
  const removed = await codes({ ...bundle, records: bundle.records.filter((_, i) => i !== at_drill) });
  assert.ok(removed.length > 0, "a record left out is found");
});
