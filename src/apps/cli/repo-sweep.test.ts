import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { cli } from "./testing.ts";

const dir = mkdtempSync(join(tmpdir(), "holdfast-cli-sweep-"));
after(() => rmSync(dir, { recursive: true, force: true }));
const repo = join(dir, "repo");
const env = { BAAS_REPO_PASSWORD: "correct horse", TZ: "UTC" };
const baas = (...argv: string[]) =>
  cli(["repo", argv[0] as string, "--repo", repo, ...argv.slice(1)], { env, cwd: dir });

async function json(...argv: string[]) {
  const run = await baas(...argv, "--json");
  assert.equal(run.code, 0, run.stderr);
  return JSON.parse(run.stdout);
}

test("forget, undelete, and a sweep that first only says what it would do", async () => {
  mkdirSync(join(dir, "source"));
  writeFileSync(join(dir, "source", "a"), "alpha".repeat(1000));
  await json("init");
  const first = (await json("backup", "source")).backup_id;
  writeFileSync(join(dir, "source", "b"), "beta".repeat(1000));
  const second = (await json("backup", "source")).backup_id;

  const forgotten = await baas("forget", second);
  assert.match(forgotten.stdout, /^deleted bkp_\w+, to be brought back until \d{4}-/);
  const { items } = await json("list");
  assert.deepEqual(
    items.map((row: { recoverable_until: string | null }) => row.recoverable_until === null),
    [true, false],
  );
  assert.match((await baas("undelete", second)).stdout, / is back$/m);
  assert.equal((await baas("undelete", second)).code, 5);

  await json("forget", second, "--recoverable", "0d");
  // `latest` is the newest that is not deleted.
  assert.equal((await json("forget", "latest", "--recoverable", "1h"))[0].backup_id, first);
  await json("undelete", first);
  const plan = await json("sweep", "--dry-run", "--fresh", "0d");
  assert.deepEqual([plan.backups_removed, plan.backups_live], [[second], 1]);
  assert.ok(plan.packs_deleted > 0 && plan.bytes_freed > 0);
  assert.equal((await json("list")).items.length, 2, "a dry run does nothing");
  const swept = await baas("sweep", "--fresh", "0d");
  assert.match(swept.stdout, /status +done\nbackups removed +1\npacks deleted +[1-9]/);
  assert.equal((await json("list")).items.length, 1);
  assert.equal((await json("check", "--read-data")).damaged.length, 0);
  assert.match((await baas("sweep", "--max-unused", "101")).stderr, /a number from 0 to 100/);
});
