import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "kysely";
import { hasCode, systemClock, systemRandom } from "../../base/index.ts";
import { silentLogger } from "../log/index.ts";
import { openDatabase } from "./database.ts";
import { appendEvent, readEvents } from "./events.ts";
import { testDatabases } from "./testing.ts";
import { withTransaction } from "./transaction.ts";
import type { Db } from "./transaction.ts";

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
  const { value } = await db
    .selectFrom("settings")
    .select("value")
    .where("key", "=", "counter")
    .executeTakeFirstOrThrow();
  assert.equal(value, 3);
});

test("events: numbered in the order of commits, so a reader that goes on from the last one misses none", async () => {
  const { db } = await databases.create();
  const turn = () => Promise.withResolvers<void>();
  const [early_began, late_wrote, early_may_end, late_may_end] = [turn(), turn(), turn(), turn()];
  const append = (tx: Db, subject: string) =>
    appendEvent(tx, { type: "holdfast.test", subject, data: { n: 1 } }, ports);
  const subjects = async (after_sequence: number) => {
    const events = await readEvents(db, { after_sequence, limit: 10 });
    return { last: Number(events.at(-1)?.sequence ?? after_sequence), names: events.map((event) => event.subject) };
  };

  // `early` has the lower transaction id and writes its event later than `late`, which is still open when it commits.
  const early = withTransaction(db, async (tx) => {
    await tx.insertInto("settings").values({ key: "early", value: "1", updated_at: new Date() }).execute();
    early_began.resolve();
    await early_may_end.promise;
    await append(tx, "early");
    await append(tx, "early, second");
  });
  await early_began.promise;
  const late = withTransaction(db, async (tx) => {
    await append(tx, "late");
    late_wrote.resolve();
    await late_may_end.promise;
  });
  await late_wrote.promise;
  early_may_end.resolve();
  await early;

  const first = await subjects(0);
  assert.deepEqual(first.names, ["early", "early, second"]); // not held back by the one that is open
  late_may_end.resolve();
  await late;
  assert.deepEqual((await subjects(first.last)).names, ["late"]);
});

test("events: many writers, one reader that follows, nothing missed, nothing twice", async () => {
  const { db } = await databases.create();
  const names = Array.from({ length: 200 }, (_, n) => `subject ${n}`);
  const seen: string[] = [];
  const writing = Promise.all(
    names.map((subject, n) =>
      withTransaction(db, async (tx) => {
        await appendEvent(tx, { type: "holdfast.test", subject, data: { n } }, ports);
        await sql`select pg_sleep(${(n % 7) / 1000})`.execute(tx);
      }),
    ),
  );
  for (let after_sequence = 0; seen.length < names.length; ) {
    const events = await readEvents(db, { after_sequence, limit: 7 });
    seen.push(...events.map((event) => event.subject));
    after_sequence = Number(events.at(-1)?.sequence ?? after_sequence);
  }
  await writing;
  assert.deepEqual(seen.toSorted(), names.toSorted());
});
