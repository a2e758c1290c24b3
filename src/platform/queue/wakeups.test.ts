import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "kysely";
import { systemClock } from "../../base/index.ts";
import { withTransaction } from "../db/index.ts";
import { testDatabases } from "../db/testing.ts";
import { silentLogger } from "../log/index.ts";
import { openWakeups, wake } from "./index.ts";

const databases = testDatabases();

test("rings after commit, never for a rollback, and again after its connection broke", async () => {
  const { db, connection } = await databases.create();
  const wakeups = await openWakeups(connection, { log: silentLogger, clock: systemClock });
  const heard: string[] = [];
  let next: () => void = () => undefined;
  const hear = () => new Promise<void>((resolve) => (next = resolve));
  wakeups.subscribe("holdfast_jobs", (payload) => {
    heard.push(payload);
    next();
  });
  const undo = new Error("undo");
  await assert.rejects(
    withTransaction(db, async (tx) => {
      await wake(tx, "holdfast_jobs", "rolled back");
      throw undo;
    }),
    undo,
  );
  const first = hear();
  await withTransaction(db, (tx) => wake(tx, "holdfast_jobs", "job_1"));
  await first;
  assert.deepEqual(heard, ["job_1"]);

  const again = hear();
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holdfast-wakeups'`.execute(
    db,
  );
  await again;
  assert.equal(heard[1], "", "listeners are told that some may have been missed");
  const second = hear();
  await wake(db, "holdfast_jobs", "job_2");
  await second;
  assert.equal(heard[2], "job_2");
  await wakeups.close();
});
