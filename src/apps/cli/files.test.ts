import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, lutimesSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { requestTierRun, writeTierSettings } from "../../control/tiering/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation, serveInstallation } from "../../testing/index.ts";
import { cli } from "./testing.ts";

const databases = testDatabases();

test("files out of a backup: listed, found, read in part, downloaded, searched, and on record", async (t) => {
  const it = await installation(t, databases);
  await it.run();
  const source = join(it.dir, "source");
  const deep = join(source, "home", "ada", "a name of more than a hundred bytes ".repeat(4).trim());
  mkdirSync(deep, { recursive: true });
  const big = randomBytes(9_000_000);
  writeFileSync(join(deep, "big.bin"), big);
  writeFileSync(join(source, "home", "Budget 2026.ods"), "figures");
  writeFileSync(Buffer.concat([Buffer.from(`${source}/home/latin-`), Buffer.of(0xe9)]), "bytes");
  symlinkSync("../home", join(source, "home", "link"));
  chmodSync(join(source, "home", "Budget 2026.ods"), 0o4750);
  lutimesSync(join(source, "home", "Budget 2026.ods"), 1_700_000_000.25, 1_700_000_000.25);
  execFileSync("setfattr", ["-n", "user.who", "-v", "ada", join(source, "home", "Budget 2026.ods")]);
  await it.workload("nas", [source]);
  const first = String((await it.backUp("nas")).backup_id);
  rmSync(join(source, "home", "Budget 2026.ods"));
  writeFileSync(join(source, "home", "new"), "new");
  const second = String((await it.backUp("nas")).backup_id);

  const { env } = await serveInstallation(t, it);
  const run = async (...argv: string[]) => {
    const done = await cli(["files", ...argv], { env, cwd: it.dir });
    assert.equal(done.code, 0, `${argv.join(" ")}: ${done.stderr}`);
    return done.stdout;
  };
  const json = async (...argv: string[]) => JSON.parse(await run(...argv, "--json")).items;
  const names = (rows: { name: string }[]) => rows.map(({ name }) => name);

  assert.deepEqual(names(await json("ls", "--backup-id", first)), [source.split("/")[1]], "down from the top");
  const home = await json("ls", "--backup-id", first, "--path", join(source, "home"));
  assert.deepEqual(names(home), ["Budget 2026.ods", "ada", "latin-\\xe9", "link"]);
  const budget = home[0];
  assert.deepEqual([budget.mode, budget.size_bytes, budget.mtime_ns], ["4750", 7, "1700000000250000000"]);
  assert.equal(Buffer.from(budget.xattrs[0].value_base64, "base64").toString(), "ada");
  assert.match(await run("ls", "--backup-id", first, budget.path), /-4750 .* 7 B .*Budget/);
  assert.equal(await run("cat", "--backup-id", first, home[2].path), "bytes", "a name that is no UTF-8");
  assert.equal(await run("cat", "--backup-id", first, budget.path, "--range", "2-4"), "gur");

  const [found] = await json("find", "--backup-id", first, "--path", source, "--name", "BIG.*");
  await run("get", "--backup-id", first, found.path);
  assert.ok(readFileSync(join(it.dir, "big.bin")).equals(big));
  const again = await cli(["files", "get", "--backup-id", first, found.path], { env, cwd: it.dir });
  assert.match(again.stderr, /CLI_FILE_EXISTS/);
  await run("get", "--backup-id", second, join(source, "home"), "--output", "home.tar");
  mkdirSync(join(it.dir, "out"));
  execFileSync("tar", ["xpf", "home.tar", "-C", "out"], { cwd: it.dir });
  execFileSync("diff", ["-r", "--no-dereference", join(source, "home"), join(it.dir, "out", "home")]);
  execFileSync("tar", ["--compare", "-f", join(it.dir, "home.tar")], { cwd: source });

  const hits = await json("search", "budget", "--workload", "nas");
  assert.deepEqual(
    hits.map((hit: { backup_id: string; path: string }) => [hit.backup_id, hit.path]),
    [[first, budget.path]],
  );
  const both = await json("search", "big.bin", "--workload", "nas");
  assert.deepEqual(
    both.map((hit: { backup_id: string }) => hit.backup_id),
    [second, first],
    "newest first",
  );

  // In the cold behind a thaw: said before a byte goes out, with what a thaw would take.
  const [region] = it.regions;
  const late = join(source, "late");
  writeFileSync(late, randomBytes(100_000));
  const third = String((await it.backUp("nas")).backup_id);
  const created_at = new Date(it.clock.now_ms() - 100 * 86_400_000);
  await it.db.updateTable("backups").set({ created_at }).execute();
  await withTransaction(it.db, (tx) => writeTierSettings(tx, region.name, { thaw_seconds: 3600 }, it));
  const place = { project_id: it.project.id, region_id: region.id };
  await it.ended((await withTransaction(it.db, (tx) => requestTierRun(tx, place, it))).job_id);
  for (const path of [late, join(source, "home")]) {
    const cold = await cli(["files", "get", "--backup-id", third, path, "--output", "cold"], { env, cwd: it.dir });
    assert.match(cold.stderr, /: a thaw of \d packs \(\d+ bytes\) would be ready about \d{4}-[^]*code: BACKUP_COLD/);
  }

  const wrong = await cli(["files", "cat", "--backup-id", first, "--path", "/nowhere"], { env });
  assert.deepEqual([wrong.code, /BROWSE_PATH_NOT_FOUND/.test(wrong.stderr)], [4, true], wrong.stderr);
  const up = await cli(["files", "ls", "--backup-id", first, "--path", "/../etc"], { env });
  assert.match(up.stderr, /BROWSE_PATH_INVALID/);
  const events = await it.db
    .selectFrom("events")
    .select(["type", "data"])
    .where("type", "like", "holdfast.files.%")
    .execute();
  const told = events.map(({ type, data }) => `${type.split(".")[2]} ${String(data["path"])} by ${String(data["by"])}`);
  for (const line of [`read ${budget.path} by test`, `downloaded ${source}/home by test`, "searched null by test"])
    assert.ok(told.includes(line), `${line} in ${told.join("; ")}`);
  assert.equal(told.filter((line) => line.startsWith(`read ${budget.path}`)).length, 1);
});

test("whoever may only read lists does not read data", async (t) => {
  const it = await installation(t, databases);
  const { env } = await serveInstallation(t, it, ["*:read"]);
  const refused = await cli(["files", "ls", "--backup-id", "bkp_x"], { env });
  assert.match(refused.stderr, /API_FORBIDDEN/);
});
