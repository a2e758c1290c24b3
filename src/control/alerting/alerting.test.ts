import assert from "node:assert/strict";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { systemRandom } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { installation } from "../../testing/index.ts";
import { requestBackup } from "../protect/index.ts";
import {
  acknowledgeAlert,
  createClockWatch,
  createEvaluator,
  factSources,
  markStep,
  noteBreaches,
  resolveAlert,
} from "./index.ts";
import type { Fact, FactSource } from "./index.ts";

const databases = testDatabases();
const HOUR_MS = 3_600_000;

function handClock(start = "2026-05-11T08:00:00Z") {
  const clock = {
    wall_ms: Date.parse(start),
    mono_ms: 0,
    now_ms: () => clock.wall_ms,
    monotonic_ms: () => clock.mono_ms,
    sleep: async () => {},
  };
  return {
    ...clock,
    pass: (ms: number) => void ((clock.wall_ms += ms), (clock.mono_ms += ms)),
    jump: (ms: number) => void (clock.wall_ms += ms),
    now_ms: () => clock.wall_ms,
    monotonic_ms: () => clock.mono_ms,
  };
}

async function rig() {
  const { db } = await databases.create();
  const clock = handClock();
  const ports = { db, clock, random: systemRandom, log: silentLogger };
  const facts: Fact[] = [];
  let fails = false;
  const source: FactSource = {
    name: "by hand",
    rules: ["backup_failed", "complete_failure", "quota"],
    load: async () => {
      if (fails) throw new Error("cannot look");
      return facts;
    },
  };
  return { ...ports, facts, evaluate: createEvaluator([source], ports), blind: (it: boolean) => void (fails = it) };
}

const fact = (cause: string, more: Partial<Fact> = {}): Fact => ({
  rule: "backup_failed",
  cause,
  project_id: null,
  subject: cause,
  summary: `${cause} failed`,
  members: [cause],
  ...more,
});

const states = async (db: Db) =>
  (
    await db.selectFrom("alerts").select(["rule", "state", "severity"]).orderBy("opened_at").orderBy("id").execute()
  ).map((it) => `${it.rule} ${it.state} ${it.severity}`);

test("a cause is one alert; it closes when the cause has gone, and not because nobody could look", async () => {
  const it = await rig();
  it.facts.push(fact("region", { rule: "quota", members: ["a"] }), fact("region", { rule: "quota", members: ["b"] }));
  const { opened } = await it.evaluate();
  assert.equal(opened.length, 1);
  assert.deepEqual((await it.db.selectFrom("alerts").select("members").executeTakeFirstOrThrow()).members, ["a", "b"]);
  assert.deepEqual(await it.evaluate(), { opened: [], reopened: [], resolved: [] });
  it.facts.length = 0;
  it.blind(true);
  await it.evaluate();
  assert.deepEqual(await states(it.db), ["quota OPEN 2"]);
  it.blind(false);
  assert.equal((await it.evaluate()).resolved.length, 1);
  it.facts.push(fact("region", { rule: "quota" }));
  assert.equal((await it.evaluate()).opened.length, 1, "and comes back as a new one");
});

test("two servers that look at once open one alert", async () => {
  const it = await rig();
  it.facts.push(fact("x"));
  const other = createEvaluator([{ name: "twin", rules: ["backup_failed"], load: async () => it.facts }], it);
  const both = await Promise.all([it.evaluate(), other(), it.evaluate()]);
  assert.equal(both.flatMap(({ opened }) => opened).length, 1);
});

test("an acknowledged alert opens again when it hurts more; one closed by hand stays quiet until then", async () => {
  const it = await rig();
  it.facts.push(fact("x", { members: ["a"] }));
  const [id = ""] = (await it.evaluate()).opened;
  await acknowledgeAlert(it.db, id, { who: "ada" }, it);
  assert.deepEqual((await it.evaluate()).reopened, []);
  it.facts[0] = fact("x", { members: ["a", "b"], severity: 1 });
  assert.deepEqual((await it.evaluate()).reopened, [id]);
  assert.deepEqual(await states(it.db), ["backup_failed OPEN 1"]);
  await resolveAlert(it.db, id, { who: "ada", note: "known" }, it);
  await assert.rejects(acknowledgeAlert(it.db, id, { who: "bob" }, it), { code: "ALERT_RESOLVED" });
  assert.deepEqual((await it.evaluate()).opened, []);
  it.facts[0] = fact("x", { members: ["a", "b", "c"] });
  assert.equal((await it.evaluate()).opened.length, 1);
});

test("when every backup of a project fails, that is told and not each of them", async () => {
  const it = await rig();
  // Projects are only names here.
  it.facts.push(fact("a"), fact("b"), fact("p", { rule: "complete_failure", severity: 1, members: ["a", "b"] }));
  await it.evaluate();
  assert.deepEqual(await states(it.db), ["complete_failure OPEN 1"]);
});

test("clocks of severity 1 run out in their order, once each, and what was done in time does not", async () => {
  const it = await rig();
  it.facts.push(fact("x", { severity: 1 }));
  const [id = ""] = (await it.evaluate()).opened;
  const breached = async (ms: number) => {
    it.clock.pass(ms);
    return (await noteBreaches(it.db, it)).map(({ step }) => step);
  };
  assert.deepEqual(await breached(14 * 60_000), []);
  assert.deepEqual(await breached(2 * 60_000), ["investigation"]);
  await acknowledgeAlert(it.db, id, { who: "ada" }, it);
  assert.deepEqual(await breached(2 * HOUR_MS), [], "the alert was seen within its hour");
  await markStep(it.db, id, "customer", { who: "ada", note: "called" }, it);
  assert.deepEqual(await breached(2 * HOUR_MS), []);
  assert.deepEqual(await breached(20 * HOUR_MS), ["root_cause"]);
  assert.deepEqual(await breached(24 * HOUR_MS), ["remedy"]);
  assert.deepEqual(await breached(24 * HOUR_MS), []);
  await assert.rejects(markStep(it.db, id, "customer", { who: "ada", note: "again" }, it), {
    code: "ALERT_STEP_UNKNOWN",
  });
});

test("a clock that jumps is told of, a slow one is not, and one set back while nobody looked is", async () => {
  const { db } = await databases.create();
  const clock = handClock();
  const ports = { clock, random: systemRandom };
  const watch = createClockWatch(db, ports);
  assert.equal(await watch(), null);
  clock.pass(3_600_000);
  clock.jump(2000);
  assert.equal(await watch(), null);
  clock.jump(HOUR_MS);
  assert.equal(await watch(), HOUR_MS);
  clock.jump(-2 * HOUR_MS);
  assert.equal(await createClockWatch(db, ports)(), -2 * HOUR_MS);
});

test("a real failure, a real recovery, a missed slot and an uncovered workload", async (t) => {
  const it = await installation(t, databases);
  const source = join(it.dir, "source");
  await mkdir(source);
  await writeFile(join(source, "a"), "a");
  await it.workload("web-1", [source], { "backup-policy": "standard-daily" });
  await it.run();
  const evaluate = createEvaluator(factSources, it);
  const run = async () => it.ended((await requestBackup(it.db, { workload: "web-1" }, it)).job_id);
  await evaluate();
  assert.deepEqual(await states(it.db), []);
  await rename(source, `${source}-gone`);
  assert.equal((await run()).state, "FAILED");
  await evaluate();
  assert.deepEqual(await states(it.db), ["backup_failed OPEN 2"]);
  await rename(`${source}-gone`, source);
  assert.equal((await run()).state, "SUCCEEDED");
  await evaluate();
  assert.deepEqual(await states(it.db), ["backup_failed RESOLVED 2"]);

  const lonely = await it.workload("lonely", [source], { env: "odd" });
  await it.db
    .updateTable("workloads")
    .set({ updated_at: new Date(it.clock.now_ms() - 15_000) })
    .where("id", "=", lonely.id)
    .execute();
  await evaluate();
  assert.deepEqual((await states(it.db)).slice(1), ["workload_uncovered OPEN 2"]);
});
