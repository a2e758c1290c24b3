import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { open, readdir, readFile, readlink, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { openAt, World } from "../../../test/engine/world.ts";
import { systemClock } from "../../base/index.ts";
import { BackupReader, BackupTree } from "../browse/index.ts";
import { mountTree, showBackup, TimesTree } from "./index.ts";

const run = promisify(execFile);
const skip = existsSync("/dev/fuse") ? false : "this machine has no /dev/fuse";

test("a backup as a read-only folder, and backups by time", { skip }, async () => {
  using world = await World.create();
  const big = randomBytes(5_500_000);
  mkdirSync(join(world.source, "a/b"), { recursive: true });
  writeFileSync(join(world.source, "a/b/big"), big);
  truncateSync(join(world.source, "a/b/big"), 7_000_000);
  writeFileSync(join(world.source, "a/small"), "small", { mode: 0o640 });
  linkSync(join(world.source, "a/small"), join(world.source, "a/twin"));
  symlinkSync("b/big", join(world.source, "a/link"));
  writeFileSync(Buffer.concat([Buffer.from(`${world.source}/a/latin-`), Buffer.of(0xe9)]), "bytes");
  execFileSync("setfattr", ["-n", "user.who", "-v", "ada", join(world.source, "a/small")]);
  const first = await world.backup();
  rmSync(join(world.source, "a/twin"));
  const second = await world.backup();
  await using opened = await openAt(world.repo);
  const at = async (id: string) => showBackup(new BackupTree(await BackupReader.open(opened.repository, id)));
  const dir = mkdtempSync(join(tmpdir(), "holdfast-mount-"));

  const tree = await at(first.backup_id);
  let mounted = await mountTree(tree, { dir });
  try {
    const shown = join(dir, world.source);
    // By other processes: what this one's kernel threads wait for, this one answers.
    await run("diff", ["-r", "--no-dereference", join(world.source, "a/b"), join(shown, "a/b")]);
    assert.deepEqual(await readdir(join(shown, "a")), ["b", "latin-\\xe9", "link", "small", "twin"]);
    assert.equal(await readFile(join(shown, "a/latin-\\xe9"), "utf8"), "bytes");
    assert.equal(await readlink(join(shown, "a/link")), "b/big");
    const small = await stat(join(shown, "a/small"));
    assert.deepEqual([small.mode & 0o7777, small.nlink, small.size], [0o640, 2, 5]);
    assert.match((await run("getfattr", ["-d", "--absolute-names", join(shown, "a/small")])).stdout, /user.who="ada"/);
    const file = await open(join(shown, "a/b/big"));
    const { bytesRead, buffer } = await file.read(Buffer.alloc(100_000), 0, 100_000, 5_450_000);
    await file.close();
    assert.ok(
      buffer.subarray(0, bytesRead).equals(Buffer.concat([big, Buffer.alloc(100_000)]).subarray(5_450_000, 5_550_000)),
    );
    await assert.rejects(writeFile(join(shown, "new"), "x"), { code: "EROFS" });
    await assert.rejects(stat(join(shown, "none")), { code: "ENOENT" });
  } finally {
    await mounted.unmount();
    await tree.close?.();
  }
  assert.deepEqual(readdirSync(dir), []);

  const backups = [first, second].map(({ backup_id }, i) => ({
    backup_id,
    created_at_ms: Date.UTC(2026, 10, 3, 2, 0, i),
  }));
  const times = new TimesTree(
    async () => backups,
    ({ backup_id }) => at(backup_id),
    systemClock,
  );
  mounted = await mountTree(times, { dir, changes: true });
  try {
    const names = await readdir(dir);
    assert.deepEqual(
      names.map((name) => name.replace(/^2026-11-0\dT\d\d/, "")),
      [":00", ":00:01"],
    );
    const twins = await Promise.all(names.map((name) => readdir(join(dir, name, world.source, "a"))));
    assert.deepEqual(
      twins.map((each) => each.includes("twin")),
      [true, false],
    );
  } finally {
    await mounted.unmount();
    await times.close();
    rmSync(dir, { recursive: true });
  }
});
