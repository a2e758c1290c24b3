/** A server that is killed in the middle of a drill leaves a database running: the next one takes all of it away. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { Cluster, needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { Installation } from "../e2e/installation.ts";

test("kill -9 while the drilled database runs: the drill comes to its end, and a canceled one is taken away, too", {
  skip: needsPostgres,
  timeout: 600_000,
}, async (t) => {
  await using cluster = await Cluster.start(["autovacuum = off"]);
  await cluster.sql("CREATE TABLE t AS SELECT generate_series(1, 1000) AS id");
  // Asked for some time, so that there is time to kill.
  const validations = [{ name: "slow", sql: "SELECT pg_sleep(20)::text" }];
  const tls = { mode: "disable" };
  const source = {
    kind: "postgresql",
    host: cluster.folder,
    user: "postgres",
    tls,
    validations,
    wal: { enabled: false },
  };
  const it = new Installation(t, "drill-kill");
  const env = { BAAS_SCHEDULE_TICK_SECONDS: "1" };
  await it.start(env);
  await it.ok("project", "create", "sandbox", "--region", "bd-dha-1", "--sandbox");
  const add = ["workload", "add", "db", "--project", "default", "--type", "database"];
  await it.ok(...add, "--source", JSON.stringify(source));
  await it.ok("backup", "run", "--workload", "db");
  const drills = join(it.data, "restores", "drills");
  const running = () => it.processes().filter((line) => line.includes(drills) && /\/postgres /.test(line));
  const there = () => {
    try {
      return readdirSync(drills);
    } catch {
      return [];
    }
  };
  const drill = async () => {
    await it.ok("drill", "run", "--workload", "db", "--sandbox", "sandbox", "--owner", "ops", "--detach");
    await it.until("the drilled database runs", async () => running().length > 0);
    await it.kill();
    assert.equal(running().length, 1, "it outlives the server");
    await it.start(env);
  };

  await drill();
  await it.until("the drill has ended", async () => {
    const jobs = (await it.jobs()).filter(({ kind }) => kind === "drill");
    return jobs.length === 1 && jobs.every(({ finished_at }) => finished_at !== null);
  });
  assert.deepEqual([running(), there()], [[], []]);
  const [first] = (await it.ok("drill", "list")).items;
  assert.equal(first?.state, "PASSED", JSON.stringify(first));

  await drill();
  const job = (await it.jobs()).find(({ kind, finished_at }) => kind === "drill" && finished_at === null);
  await it.ok("job", "cancel", String(job?.id));
  await it.until("nothing is left", async () => running().length === 0 && there().length === 0);
  const states = (await it.ok("drill", "list")).items.map(({ state }) => state);
  assert.deepEqual(states.sort(), ["CANCELED", "PASSED"]);
  await it.stop();
});
