import assert from "node:assert/strict";
import test from "node:test";
import { systemClock, systemRandom } from "../../base/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import type { Wakeups } from "../../platform/queue/index.ts";
import { createProject, createRegion } from "../inventory/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import { agentVersionOf, endTask, getAgent, poll } from "./index.ts";

const databases = testDatabases();

test("of each task is known which version of the agent it was handed to", async () => {
  const { db } = await databases.create();
  let now_ms = Date.parse("2026-05-11T08:00:00Z");
  const clock = { ...systemClock, now_ms: () => now_ms };
  const ports = { clock, random: systemRandom };
  const region = await createRegion(db, { name: "r", country: "BD", store: { kind: "fs", path: "/nowhere" } }, ports);
  const { id: project_id } = await createProject(db, { name: "host", region: "r" }, ports);
  const at = { created_at: new Date(now_ms), updated_at: new Date(now_ms) };
  const host = { id: "agt_1", name: "host", project_id, created_by: "test", silence_minutes: 60 };
  await db
    .insertInto("agents")
    .values({ ...host, created_at: at.created_at })
    .execute();
  const wakeups = { subscribe: () => () => undefined } as unknown as Wakeups;
  const done = async (version: string) => {
    const { job_id } = await withTransaction(db, (tx) =>
      enqueueJob(tx, { kind: "backup", project_id, input: {} }, ports),
    );
    const task = { id: `${job_id}.1`, agent_id: "agt_1", job_id, kind: "backup" as const, region_id: region.id };
    await db
      .insertInto("agent_tasks")
      .values({ ...task, backup_id: `bkp_${job_id}`, state: "QUEUED", input: "{}", ...at })
      .execute();
    const request = { version, hostname: "h", running: [], free: 1, offline: [], wants_orders: false, wait_seconds: 0 };
    const agent = await getAgent(db, "agt_1");
    const { tasks } = await poll(
      agent,
      { ...request, protocol: 1 },
      { db, clock, wakeups },
      new AbortController().signal,
    );
    assert.deepEqual(
      tasks.map(({ id }) => id),
      [task.id],
    );
    await endTask(db, "agt_1", task.id, { result: {} }, new Date(now_ms));
    return job_id;
  };
  const first = await done("1.4.0");
  const made_at = new Date(now_ms);
  assert.equal(await agentVersionOf(db, first, made_at), "1.4.0");
  now_ms += 60_000;
  const second = await done("1.5.0");
  assert.equal(await agentVersionOf(db, first, made_at), "1.4.0", "as it was then");
  assert.equal(await agentVersionOf(db, second, new Date(now_ms)), "1.5.0");
  assert.equal(await agentVersionOf(db, second, made_at), null, "handed over by it, and made by another");
});
