import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "kysely";
import { hasCode, systemClock, systemRandom } from "../../base/index.ts";
import { silentLogger } from "../log/index.ts";
import { openDatabase } from "./database.ts";
import { appendEvent, readEvents } from "./events.ts";
import { testDatabases } from "./testing.ts";
import { withTransaction } from "./transaction.ts";

const databases = testDatabases();
const ports = { clock: systemClock, random: systemRandom };

test("an unreachable server is named without its password", async () => {
  await assert.rejects(
    openDatabase({ url: "postgres://someone:hunter2@127.0.0.1:1/nothing" }, { log: silentLogger }),
    (error) => hasCode(error, "DATABASE_UNREACHABLE") && !error.message.includes("hunter2"),
  );
});

test("bigint comes back as a number, jsonb as data, timestamptz as Date", async () => {
  const { db } = await databases.create();
  const row = await sql<{
    n: unknown;
    j: unknown;
    t: unknown;
  }>`select 5000000000::bigint n, '{"a":[1]}'::jsonb j, '2026-01-01T00:00Z'::timestamptz t`
    .execute(db)
    .then((it) => it.rows[0]);
  assert.deepEqual(row, { n: 5_000_000_000, j: { a: [1] }, t: new Date("2026-01-01T00:00:00Z") });
  await assert.rejects(sql`select 9007199254740993::bigint`.execute(db), RangeError);
});

test("withTransaction runs again after a serialization failure, and joins an outer transaction", async () => {
  const { db } = await databases.create();
  await db.insertInto("settings").values({ key: "counter", value: "0", updated_at: new Date() }).execute();
  const increment = () =>
    withTransaction(
      db,
      async (tx) => {
        const { value } = await tx
          .selectFrom("settings")
          .select("value")
          .where("key", "=", "counter")
          .executeTakeFirstOrThrow();
        const next = JSON.stringify((value as number) + 1);
        await withTransaction(tx, (inner) =>
          inner.updateTable("settings").set({ value: next }).where("key", "=", "counter").execute(),
        );
      },
      { isolation: "serializable" },
    );
  await Promise.all([increment(), increment(), increment()]);
  const { value } = await db.selectFrom("settings").select("value").executeTakeFirstOrThrow();
  assert.equal(value, 3);
});

test("events: a reader never passes a transaction that is still open", async () => {
  const { db } = await databases.create();
  let finish = () => {};
  const waiting = new Promise<void>((resolve) => (finish = resolve));
  let written = () => {};
  const first_written = new Promise<void>((resolve) => (written = resolve));
  const slow = withTransaction(db, async (tx) => {
    await appendEvent(tx, { type: "holdfast.test", subject: "slow", data: { n: 1 } }, ports);
    written();
    await waiting;
  });
  await first_written;
  await appendEvent(db, { type: "holdfast.test", subject: "fast", data: { n: 2 } }, ports);
  assert.deepEqual(await readEvents(db, { after_sequence: 0, limit: 10 }), []);
  finish();
  await slow;
  const events = await readEvents(db, { after_sequence: 0, limit: 10 });
  assert.deepEqual(
    events.map((event) => event.subject),
    ["slow", "fast"],
  );
});
