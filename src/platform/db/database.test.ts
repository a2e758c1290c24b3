import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { sql } from "kysely";
import { hasCode, systemClock, systemRandom } from "../../base/index.ts";
import { silentLogger } from "../log/index.ts";
import { openDatabase } from "./database.ts";
import { runningPostmaster } from "./embedded/postmaster.ts";
import { appendEvent, readEvents } from "./events.ts";
import { testDatabases } from "./testing.ts";
import { withTransaction } from "./transaction.ts";

const databases = testDatabases();
const ports = { clock: systemClock, random: systemRandom };

async function temporaryFolder(t: { after(work: () => Promise<void>): void }): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "holdfast-db-"));
  await chmod(dir, 0o755);
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

test("opens, migrates once, keeps its data over a restart and is durable", async (t) => {
  const dir = await temporaryFolder(t);
  const first = await openDatabase({ embedded: { dir } }, { log: silentLogger });
  assert.deepEqual(first.migrated, ["0001_initial"]);
  for (const setting of ["fsync", "full_page_writes", "synchronous_commit", "data_checksums"]) {
    const { rows } = await sql<Record<string, string>>`show ${sql.raw(setting)}`.execute(first.db);
    assert.equal(rows[0]?.[setting], "on", setting);
  }
  assert.equal((await stat(join(dir, "password"))).mode & 0o777, 0o600);
  await first.db
    .insertInto("settings")
    .values({ key: "k", value: "1", updated_at: new Date(0) })
    .execute();

  await assert.rejects(openDatabase({ embedded: { dir } }, { log: silentLogger }), (error) =>
    hasCode(error, "DATABASE_IN_USE"),
  );

  await first.close();
  assert.equal(await runningPostmaster(join(dir, "data")), undefined);
  const second = await openDatabase({ embedded: { dir } }, { log: silentLogger });
  assert.deepEqual(second.migrated, []);
  assert.equal((await second.db.selectFrom("settings").select("value").executeTakeFirstOrThrow()).value, 1);
  await second.close();
});

test("a server killed with SIGKILL leaves PostgreSQL running, and the next start takes it over", async (t) => {
  const dir = await temporaryFolder(t);
  const script = join(dir, "victim.mjs");
  const here = new URL(".", import.meta.url).href;
  await writeFile(
    script,
    `import { openDatabase } from "${here}database.ts";
     import { silentLogger } from "${here}../log/index.ts";
     const { db } = await openDatabase({ embedded: { dir: ${JSON.stringify(join(dir, "db"))} } }, { log: silentLogger });
     await db.insertInto("settings").values({ key: "acknowledged", value: "true", updated_at: new Date() }).execute();
     process.stdout.write("ready");
     setInterval(() => {}, 1000);`,
  );
  const victim = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(victim.stdout, "data");
  const orphan = await runningPostmaster(join(dir, "db/data"));
  victim.kill("SIGKILL");
  await once(victim, "exit");

  const database = await openDatabase({ embedded: { dir: join(dir, "db") } }, { log: silentLogger });
  assert.equal((await runningPostmaster(join(dir, "db/data")))?.pid, orphan?.pid);
  assert.equal((await database.db.selectFrom("settings").selectAll().execute()).length, 1);
  await database.close();
  assert.equal(await runningPostmaster(join(dir, "db/data")), undefined);
});

test("a pid file whose number belongs to another process stops nobody", async (t) => {
  const dir = await temporaryFolder(t);
  await (await openDatabase({ embedded: { dir } }, { log: silentLogger })).close();
  await writeFile(join(dir, "data/postmaster.pid"), `${process.pid}\n${dir}/data\n0\n5432\n${dir}/socket\n`);
  assert.equal(await runningPostmaster(join(dir, "data")), undefined);
});

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
