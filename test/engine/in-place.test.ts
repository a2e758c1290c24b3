/** Restores over something that is there already: what is overwritten, what is kept, what is left alone. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomFillSync } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { assertSameTree, describeTree, needsRoot, sh, World } from "./world.ts";

const bytes = (count: number) => randomFillSync(Buffer.alloc(count));
const IN_PLACE = { target: { kind: "in_place" }, existing: "replace" } as const;

test("in place over an unchanged tree with hard links: nothing is lost", async () => {
  using world = await World.create();
  writeFileSync(join(world.source, "a"), bytes(3_000_000));
  linkSync(join(world.source, "a"), join(world.source, "b"));
  const before = describeTree(world.source);
  const { backup_id } = await world.backup();
  const report = await world.restore(backup_id, IN_PLACE);
  assert.deepEqual(report.failed, []);
  assert.equal(describeTree(world.source), before);
});

test("in place over a file that got a second name and other bytes", async () => {
  using world = await World.create();
  const content = bytes(3_000_000);
  writeFileSync(join(world.source, "a"), content);
  const { backup_id } = await world.backup();
  linkSync(join(world.source, "a"), join(world.folder, "elsewhere"));
  content.copy(content, 0, 100, 200);
  writeFileSync(join(world.source, "a"), content);
  const { target } = await world.restore(backup_id);
  const report = await world.restore(backup_id, IN_PLACE);
  assert.deepEqual(report.failed, []);
  assertSameTree(target, world.source);
  assert.deepEqual(readFileSync(join(world.folder, "elsewhere")), content, "the other name is not ours to change");
});

test("in place over a file whose hole was filled: the hole is a hole again", async () => {
  using world = await World.create();
  const path = join(world.source, "sparse");
  writeFileSync(path, "head");
  truncateSync(path, 4_000_000);
  appendFileSync(path, "tail");
  const { backup_id } = await world.backup();
  const full = bytes(4_000_004);
  full.write("head", 0);
  full.write("tail", 4_000_000);
  writeFileSync(path, full);
  const { target } = await world.restore(backup_id);
  const report = await world.restore(backup_id, IN_PLACE);
  assert.deepEqual(report.failed, []);
  assertSameTree(target, world.source);
});

test("in place over a program that is running", async () => {
  using world = await World.create();
  const path = join(world.source, "program");
  copyFileSync("/bin/sleep", path);
  appendFileSync(path, bytes(3_000_000));
  chmodSync(path, 0o755);
  const { backup_id } = await world.backup();
  const { target } = await world.restore(backup_id);
  appendFileSync(path, "another version");
  const child = spawn(path, ["60"], { stdio: "ignore" });
  await new Promise((resolve) => child.once("spawn", resolve));
  try {
    const report = await world.restore(backup_id, IN_PLACE);
    if (report.failed.length === 0) assertSameTree(target, world.source);
    else assert.equal(readFileSync(path).subarray(-15).toString(), "another version", "refused, and left as it was");
  } finally {
    child.kill("SIGKILL");
  }
});

test("in place takes away attributes and ACLs that the backup does not have", { skip: needsRoot }, async () => {
  using world = await World.create();
  writeFileSync(join(world.source, "file"), "content");
  mkdirSync(join(world.source, "folder"));
  const { backup_id } = await world.backup();
  const before = describeTree(world.source);
  sh(
    `setfattr -n user.added -v 1 file folder . && setfacl -m u:1234:rwx file folder . && setfacl -d -m u:1234:rwx folder`,
    world.source,
  );
  const report = await world.restore(backup_id, IN_PLACE);
  assert.deepEqual([report.failed, report.warnings], [[], []]);
  const strip = (text: string) => text.replace(/^\|directory.*$/m, "");
  assert.equal(strip(describeTree(world.source)), strip(before));
});

test("a target folder with a default ACL gives nothing of it to what is restored", { skip: needsRoot }, async () => {
  using world = await World.create();
  mkdirSync(join(world.source, "folder"));
  writeFileSync(join(world.source, "folder/file"), "content");
  const { backup_id } = await world.backup();
  const target = world.path("target");
  mkdirSync(target);
  sh(`setfacl -d -m u:1234:rwx .`, target);
  const report = await world.restore(backup_id, { to: target });
  assert.deepEqual(report.failed, []);
  assertSameTree(world.source, target);
});

test("one path in place leaves the folders above it as they are", async () => {
  using world = await World.create();
  mkdirSync(join(world.source, "a/b"), { recursive: true });
  writeFileSync(join(world.source, "a/b/file"), "content");
  const { backup_id } = await world.backup();
  chmodSync(join(world.source, "a"), 0o711);
  chmodSync(join(world.source, "a/b"), 0o750);
  unlinkSync(join(world.source, "a/b/file"));
  const report = await world.restore(backup_id, { ...IN_PLACE, paths: ["a/b/file"] });
  assert.deepEqual(report.failed, []);
  assert.equal(readFileSync(join(world.source, "a/b/file"), "utf8"), "content");
  assert.equal(statSync(join(world.source, "a")).mode & 0o777, 0o711);
  assert.equal(statSync(join(world.source, "a/b")).mode & 0o777, 0o750);
});

test("refuse: nothing that exists is touched, whatever an earlier restore left behind", async () => {
  using world = await World.create();
  mkdirSync(join(world.source, "one"));
  mkdirSync(join(world.source, "two"));
  writeFileSync(join(world.source, "one/file"), "from the backup");
  writeFileSync(join(world.source, "two/file"), "from the backup");
  const { backup_id } = await world.backup();
  const target = world.path("target");
  mkdirSync(join(target, "two"), { recursive: true });
  writeFileSync(join(target, "two/file"), "precious");
  await assert.rejects(world.restore(backup_id, { to: target }), { code: "RESTORE_TARGET_EXISTS" });
  assert.deepEqual(sh("find . | sort", target).trim().split("\n"), [".", "./two", "./two/file"]);
  // The journal of another restore into the same folder must not be taken for leave to overwrite.
  writeFileSync(join(target, `.holdfast-restore-${backup_id}.journal`), '{"restore":"another","boot_id":"x"}\n');
  await assert.rejects(world.restore(backup_id, { to: target, paths: ["two"] }), { code: "RESTORE_TARGET_EXISTS" });
  assert.equal(readFileSync(join(target, "two/file"), "utf8"), "precious");
});

test("existing kinds that differ are replaced, and only within the target", async () => {
  using world = await World.create();
  const outside = join(world.folder, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "file"), "untouched");
  mkdirSync(join(world.source, "folder"));
  writeFileSync(join(world.source, "folder/file"), "inner");
  writeFileSync(join(world.source, "file"), "outer");
  symlinkSync("file", join(world.source, "link"));
  const { backup_id } = await world.backup();
  const target = world.path("target");
  mkdirSync(target);
  symlinkSync(outside, join(target, "folder"));
  symlinkSync(join(outside, "file"), join(target, "file"));
  writeFileSync(join(target, "link"), "a file where a link belongs");
  const report = await world.restore(backup_id, { to: target, existing: "replace", delete_extra: true });
  assert.deepEqual(report.failed, []);
  assertSameTree(world.source, target);
  assert.deepEqual(sh("find . -type f | sort", outside).trim(), "./file");
  assert.equal(readFileSync(join(outside, "file"), "utf8"), "untouched");
});

test("a symlink in the target where a root's parents should be leads nowhere", async () => {
  using world = await World.create();
  const outside = join(world.folder, "outside");
  mkdirSync(outside);
  const roots = ["x", "y"].map((name) => join(world.source, name));
  for (const root of roots) {
    mkdirSync(root);
    writeFileSync(join(root, "file"), root);
  }
  const { backup_id } = await world.backup({ source: { kind: "files", paths: roots } });
  const target = world.path("target");
  mkdirSync(target);
  const first = world.source.split("/")[1] as string;
  symlinkSync(outside, join(target, first));
  const outcome = await world.restore(backup_id, { to: target, existing: "replace" }).then(
    () => "restored",
    (error: { code?: string }) => error.code ?? String(error),
  );
  assert.deepEqual(sh("find . | sort", outside).trim(), ".", `something was written outside (${outcome})`);
  assert.equal(outcome, "RESTORE_TARGET_UNUSABLE");
  assert.equal(readlinkSync(join(target, first)), outside);
});

test("delete_extra removes what the backup does not have", async () => {
  using world = await World.create();
  mkdirSync(join(world.source, "folder"));
  writeFileSync(join(world.source, "folder/file"), "inner");
  const { backup_id } = await world.backup();
  const before = describeTree(world.source);
  mkdirSync(join(world.source, "folder/new/deep"), { recursive: true });
  sh(`printf x > $'odd\\xff\\nname'`, join(world.source, "folder/new"));
  writeFileSync(join(world.source, "extra"), "x");
  const report = await world.restore(backup_id, { ...IN_PLACE, delete_extra: true });
  assert.deepEqual(report.failed, []);
  assert.equal(describeTree(world.source), before);
});

test("delete_extra spares what the backup was never able to hold", { skip: needsRoot }, async () => {
  using world = await World.create();
  mkdirSync(join(world.source, "cache"));
  writeFileSync(join(world.source, "cache/excluded"), "never backed up");
  writeFileSync(join(world.source, "kept"), "content");
  mkdirSync(join(world.source, "mounted"));
  sh(`mount -t tmpfs -o size=1m tmpfs mounted`, world.source);
  try {
    writeFileSync(join(world.source, "mounted/other-disk"), "never backed up");
    const { backup_id } = await world.backup({
      source: { kind: "files", paths: [world.source], exclude: ["/cache"], one_file_system: true },
    });
    writeFileSync(join(world.source, "extra"), "x");
    await world.restore(backup_id, { ...IN_PLACE, delete_extra: true }).catch(() => undefined);
    assert.ok(existsSync(join(world.source, "mounted/other-disk")), "another file system was emptied");
    assert.ok(existsSync(join(world.source, "cache/excluded")), "an excluded file was deleted");
  } finally {
    sh(`umount mounted`, world.source);
  }
});
