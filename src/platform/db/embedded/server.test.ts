import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { sql } from "kysely";
import { hasCode } from "../../../base/index.ts";
import { silentLogger } from "../../log/index.ts";
import { openDatabase } from "../database.ts";
import { migrations } from "../migrations/index.ts";
import { runningPostmaster } from "./postmaster.ts";

async function temporaryFolder(t: { after(work: () => Promise<void>): void }): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "holdfast-db-"));
  await chmod(dir, 0o755);
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

test("opens, migrates once, keeps its data over a restart and is durable", async (t) => {
  const dir = await temporaryFolder(t);
  const first = await openDatabase({ embedded: { dir } }, { log: silentLogger });
  assert.deepEqual(first.migrated, Object.keys(migrations).sort());
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
  assert.equal(
    (await second.db.selectFrom("settings").select("value").where("key", "=", "k").executeTakeFirstOrThrow()).value,
    1,
  );
  await second.close();
});

test("a server killed with SIGKILL leaves PostgreSQL running, and the next start takes it over", async (t) => {
  const dir = await temporaryFolder(t);
  const script = join(dir, "victim.mjs");
  const here = new URL(".", import.meta.url).href;
  await writeFile(
    script,
    `import { openDatabase } from "${here}../database.ts";
     import { silentLogger } from "${here}../../log/index.ts";
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
  assert.equal(
    (await database.db.selectFrom("settings").where("key", "=", "acknowledged").selectAll().execute()).length,
    1,
  );
  await database.close();
  assert.equal(await runningPostmaster(join(dir, "db/data")), undefined);
});

test("PostgreSQL killed with SIGKILL: the server learns of it, and the next start finds all that was acknowledged", async (t) => {
  const dir = await temporaryFolder(t);
  const first = await openDatabase({ embedded: { dir } }, { log: silentLogger });
  await first.db
    .insertInto("settings")
    .values({ key: "k", value: "1", updated_at: new Date(0) })
    .execute();
  const lost = once(first.lost, "abort");
  process.kill((await runningPostmaster(join(dir, "data")))?.pid ?? 0, "SIGKILL");
  await lost;
  assert.ok(hasCode(first.lost.reason, "DATABASE_LOST"));
  await first.close();
  const second = await openDatabase({ embedded: { dir } }, { log: silentLogger });
  assert.equal((await second.db.selectFrom("settings").where("key", "=", "k").selectAll().execute()).length, 1);
  await second.close();
});

test("two first starts at once: one gets the folder, the other is told so, nothing is half made", async (t) => {
  const dir = await temporaryFolder(t);
  const open = () => openDatabase({ embedded: { dir } }, { log: silentLogger });
  const results = await Promise.allSettled([open(), open()]);
  const opened = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  for (const database of opened) await database.close();
  assert.equal(opened.length, 1, String(refused[0]));
  assert.ok(hasCode(refused[0], "DATABASE_IN_USE"), String(refused[0]));
  assert.deepEqual((await readdir(dir)).sort(), ["data", "password", "postgres.log", "socket"]);
});

test("a pid file whose number belongs to another process stops nobody", async (t) => {
  const dir = await temporaryFolder(t);
  await (await openDatabase({ embedded: { dir } }, { log: silentLogger })).close();
  await writeFile(join(dir, "data/postmaster.pid"), `${process.pid}\n${dir}/data\n0\n5432\n${dir}/socket\n`);
  assert.equal(await runningPostmaster(join(dir, "data")), undefined);
});
