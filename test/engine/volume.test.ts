import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { newId } from "../../src/base/index.ts";
import { runStreamBackup } from "../../src/engine/backup/index.ts";
import { openVolume, type SnapshotKind } from "../../src/engine/source/volume/index.ts";
import type { StreamSource } from "../../src/engine/source/stream/index.ts";
import { clock, needsRoot, openAt, random, sh, World } from "./world.ts";

const MIB = 1024 * 1024;

async function backup(world: World, path: string, snapshot: SnapshotKind, during?: () => void) {
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  const backup_id = newId("bkp", clock, random);
  const report = await runStreamBackup({
    repository,
    backup_id,
    labels: {},
    clock,
    threads: 2,
    kind: "volume",
    root: "/volume/test",
    open: async (found): Promise<StreamSource> => {
      const parent = found === null ? null : await repository.readManifest(found.backup_id);
      const source = await openVolume({ root: "/volume/test", path, snapshot, backup_id, parent });
      during?.();
      return source;
    },
  });
  return { report, details: (await repository.readManifest(backup_id)).details };
}

function write(path: string, offset: number, bytes: Buffer): void {
  const fd = openSync(path, "r+");
  writeSync(fd, bytes, 0, bytes.length, offset);
  closeSync(fd);
}

for (const [name, make] of [
  ["btrfs", "mkfs.btrfs -q"],
  ["xfs", "mkfs.xfs -q -m reflink=1"],
] as const)
  test(`an image file on ${name} is read as of one instant, then only where it changed`, {
    skip: needsRoot,
  }, async () => {
    using world = await World.create();
    const mount = world.path("mount");
    mkdirSync(mount);
    using mounts = new DisposableStack();
    sh(`truncate -s 320M fs.img; ${make} fs.img; mount -o loop fs.img ${mount}`, world.folder);
    mounts.defer(() => sh(`umount ${mount}`));
    const path = join(mount, "disk.img");
    sh(`truncate -s 64M ${path}`);
    write(path, 3 * MIB, randomBytes(12 * MIB));
    const truth = world.path("truth");
    const check = async (snapshot: SnapshotKind, read: string) => {
      execFileSync("cp", ["--sparse=always", path, truth]);
      // What is written once the snapshot is there belongs to the next backup.
      const made = await backup(world, path, snapshot, () => write(path, 5 * MIB, randomBytes(MIB)));
      assert.equal(made.details["read"], read);
      const { target, failed } = await world.restore(made.report.backup_id);
      assert.deepEqual(failed, []);
      execFileSync("cmp", [join(target, "volume.raw"), truth]);
      assert.ok(statSync(join(target, "volume.raw")).blocks * 512 < 30 * MIB, "holes stay holes");
      assert.equal(made.report.stats.problems, 0);
      return made;
    };
    await check("reflink", "full");
    write(path, 40 * MIB, randomBytes(300_000));
    const second = await check("reflink", "incremental");
    assert.ok(second.report.stats.new_bytes < 2 * MIB, `${second.report.stats.new_bytes}`);
    sh(`fallocate -p -o ${4 * MIB} -l ${MIB} ${path}`);
    truncateSync(path, 70 * MIB);
    await check("reflink", "full"); // of another size
    write(path, 60 * MIB, randomBytes(5000));
    await check("reflink", "incremental");
    assert.equal(readdirSync(mount).filter((file) => file.startsWith(".disk.img.")).length, 2, "the last two at most");
  });

test("a snapshot nobody can take fails with the provider's words, before anything is read", {
  skip: needsRoot,
}, async () => {
  using world = await World.create();
  const path = world.path("image");
  sh(`truncate -s 1M ${path}`);
  for (const snapshot of ["reflink", "lvm-thin", "zfs", "rbd"] as const)
    await assert.rejects(
      openVolume({
        root: "/v",
        path: { reflink: path, "lvm-thin": "/dev/none/none", zfs: "/dev/zvol/none/none", rbd: "/none/none" }[snapshot],
        snapshot,
        backup_id: "bkp_1",
        parent: null,
      }),
      { code: "VOLUME_SNAPSHOT_FAILED", status_reason: "SnapshotFailed" },
      snapshot,
    );
  assert.deepEqual(
    readdirSync(world.folder).filter((name) => name.startsWith(".image")),
    [],
  );
});
