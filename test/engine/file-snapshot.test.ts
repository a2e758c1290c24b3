/** Files read as of one instant, from snapshots of a real btrfs. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { newId } from "../../src/base/index.ts";
import { withFiles } from "../../src/engine/source/files/index.ts";
import { clock, needsRoot, random, World } from "./world.ts";

const skip = needsRoot || (existsSync("/usr/bin/btrfs") ? false : "btrfs is missing: package btrfs-progs");
const run = (command: string, ...args: readonly string[]) => execFileSync(command, args, { stdio: "pipe" });

test("what is written while the backup runs is not in it; nested file systems are named, not left out", {
  skip,
}, async () => {
  using world = await World.create();
  const mount = world.path("mount");
  mkdirSync(mount);
  const image = world.path("fs.img");
  run("truncate", "-s", "320M", image);
  run("mkfs.btrfs", "-q", image);
  run("mount", "-o", "loop", image, mount);
  using mounts = new DisposableStack();
  mounts.defer(() => run("umount", "-R", mount));
  run("btrfs", "subvolume", "create", join(mount, "home"));
  const home = join(mount, "home");
  mkdirSync(join(home, "ada"));
  const [ledger, total] = [join(home, "ada", "ledger"), join(home, "ada", "total")];
  const snapshots = () => readdirSync(home).filter((name) => name.startsWith(".holdfast-"));

  const backUp = async (paths: readonly string[], during: () => void = () => undefined, one_file_system = false) => {
    const backup_id = newId("bkp", clock, random);
    const options = { paths, owner: "wkl_1", backup_id, one_file_system };
    const report = await withFiles("btrfs", options, (seen_at) => {
      during();
      const source = { kind: "files" as const, paths, one_file_system, seen_at };
      return world.backup({ backup_id, source });
    });
    assert.deepEqual(snapshots(), [], "none is left");
    return report;
  };

  writeFileSync(ledger, "1\n");
  writeFileSync(total, "1\n");
  const first = await backUp([home], () => {
    writeFileSync(ledger, "1\n2\n");
    writeFileSync(total, "2\n");
  });
  assert.deepEqual(first.problems, []);
  const restored = await world.restore(first.backup_id);
  const at = (name: string) => readFileSync(join(restored.target, "ada", name), "utf8");
  assert.deepEqual([at("ledger"), at("total")], ["1\n", "1\n"], "both as they were together");

  await clock.sleep(2_500); // what changed within two seconds before a backup is read once more by the next
  const second = await backUp([home]);
  assert.equal(second.parent_backup_id, first.backup_id, "it is known by its own name, not by that of its snapshot");
  assert.equal(second.stats.unchanged_files, 0);
  const third = await backUp([home]);
  assert.equal(third.stats.unchanged_files, 2, "what did not change is not read, whatever the snapshot is called");
  const part = await backUp([join(home, "ada")]);
  execFileSync("diff", ["-r", join(home, "ada"), (await world.restore(part.backup_id)).target]);

  const fails = (paths: readonly string[], message: RegExp) =>
    assert.rejects(backUp(paths), { code: "SOURCE_SNAPSHOT_FAILED", message });
  await fails([world.folder], /lies on .*, not on btrfs/);
  run("btrfs", "subvolume", "create", join(home, "ada", "mail"));
  await fails([home], /home\/ada\/mail, below .*home, is a file system or subvolume of its own/);
  await backUp([home], undefined, true);
  run("btrfs", "subvolume", "delete", join(home, "ada", "mail"));
  mkdirSync(join(home, "tmp"));
  run("mount", "-t", "tmpfs", "none", join(home, "tmp"));
  await fails([home], /home\/tmp, below/);
  run("umount", join(home, "tmp"));

  // One that a killed backup left goes with the next.
  run("btrfs", "subvolume", "snapshot", "-r", home, join(home, ".holdfast-wkl_1-bkp_killed"));
  run("btrfs", "subvolume", "snapshot", "-r", home, join(home, ".holdfast-wkl_2-bkp_running"));
  const options = { paths: [home], owner: "wkl_1", backup_id: "bkp_now", one_file_system: false };
  await withFiles("btrfs", options, async (seen_at) => {
    assert.equal(seen_at.get(home), join(home, ".holdfast-wkl_1-bkp_now"));
    assert.deepEqual(snapshots().toSorted(), [".holdfast-wkl_1-bkp_now", ".holdfast-wkl_2-bkp_running"]);
  });
  assert.deepEqual(snapshots(), [".holdfast-wkl_2-bkp_running"], "another workload's stays");
});
