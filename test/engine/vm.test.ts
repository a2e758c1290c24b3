import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { cleanVm } from "../../src/engine/source/vm/index.ts";
import { makeImage, TestMachine, type TestDisk } from "../../src/engine/source/vm/testing/machine.ts";
import type { StreamSource } from "../../src/engine/source/stream/index.ts";
import { backupVm } from "./vm-world.ts";
import { clock, World } from "./world.ts";

const skip = ["/usr/bin/qemu-system-x86_64", "/usr/bin/qemu-img"].every((path) => existsSync(path))
  ? false
  : "needs qemu-system-x86 and qemu-utils";
const MIB = 1024 * 1024;

async function restoredDisk(world: World, backup_id: string, name: string): Promise<string> {
  const { target, failed } = await world.restore(backup_id);
  assert.deepEqual(failed, []);
  return join(target, "disks", `${name}.raw`);
}

/** As QEMU's own tools see it. */
function assertSameDisk(restored: string, image: TestDisk, share = true): void {
  const more = share ? ["-U"] : [];
  execFileSync("qemu-img", ["compare", ...more, "-f", "raw", "-F", image.format, restored, image.path]);
}

async function machine(t: TestContext, world: World, disks: readonly TestDisk[]): Promise<TestMachine> {
  const vm = await TestMachine.start({ folder: world.path("vm"), disks });
  t.after(() => vm.stop());
  return vm;
}

function disksIn(world: World, ...formats: ("raw" | "qcow2")[]): TestDisk[] {
  return formats.map((format, i) => {
    const disk = { id: `vd${i}`, path: world.path(`disk${i}`), format };
    makeImage(disk, 64 * MIB);
    return disk;
  });
}

test("a VM's disks are read full, then only where they changed, and survive QEMU's restart and crash", {
  skip,
}, async (t) => {
  using world = await World.create();
  const disks = disksIn(world, "qcow2", "raw");
  const [qcow2, raw] = disks as [TestDisk, TestDisk];
  let vm = await machine(t, world, disks);
  await vm.io("vd0", "write -P 0x11 0 20M");
  await vm.io("vd1", "write -P 0x22 8M 4M");
  const first = await backupVm(world, { qmp: vm.qmp });
  assert.deepEqual(
    first.details.disks.map((disk) => [disk.name, disk.read]),
    [
      ["vd0", "full"],
      ["vd1", "full"],
    ],
  );
  assertSameDisk(await restoredDisk(world, first.report.backup_id, "vd0"), qcow2);
  assertSameDisk(await restoredDisk(world, first.report.backup_id, "vd1"), raw);

  await vm.io("vd0", "write -P 0x33 5M 1M");
  await vm.io("vd0", "discard 10M 2M");
  await vm.io("vd1", "write -P 0x44 40M 64k");
  const second = await backupVm(world, { qmp: vm.qmp });
  assert.deepEqual(
    second.details.disks.map((disk) => [disk.read, disk.read_bytes]),
    [
      ["incremental", MIB],
      ["incremental", 128 * 1024],
    ],
  );
  assertSameDisk(await restoredDisk(world, second.report.backup_id, "vd0"), qcow2);
  assertSameDisk(await restoredDisk(world, second.report.backup_id, "vd1"), raw);
  const left = await vm.leftovers();
  assert.deepEqual([left.nodes, left.exports], [[], []]);
  assert.equal(await vm.status(), "running");
  assert.deepEqual(readdirSync(join(world.folder, "scratch")), []);

  // In order: qcow2 keeps its bitmap, raw cannot.
  await vm.stop();
  vm = await machine(t, world, disks);
  await vm.io("vd0", "write -P 0x55 30M 128k");
  await vm.io("vd1", "write -P 0x56 30M 128k");
  const third = await backupVm(world, { qmp: vm.qmp });
  assert.deepEqual(
    third.details.disks.map((disk) => [disk.read, disk.reason]),
    [
      ["incremental", null],
      ["full", "the bitmap since the last backup is gone"],
    ],
  );
  assertSameDisk(await restoredDisk(world, third.report.backup_id, "vd0"), qcow2);
  assertSameDisk(await restoredDisk(world, third.report.backup_id, "vd1"), raw);

  await vm.stop();
  vm = await machine(t, world, disks);
  await vm.io("vd0", "write -P 0x66 31M 128k");
  await vm.io("vd0", "flush");
  await vm.stop("SIGKILL");
  vm = await machine(t, world, disks);
  await vm.io("vd0", "write -P 0x77 33M 128k");
  const fourth = await backupVm(world, { qmp: vm.qmp });
  assert.deepEqual(fourth.details.disks[0]?.reason, "the bitmap is inconsistent: QEMU did not end in order");
  assertSameDisk(await restoredDisk(world, fourth.report.backup_id, "vd0"), qcow2);

  // Stopped: from its image files, when they are declared.
  await vm.io("vd0", "write -P 0x88 34M 128k");
  await vm.stop();
  await assert.rejects(backupVm(world, { qmp: vm.qmp }), { code: "VM_UNREACHABLE" });
  const images = disks.map(({ id, path, format }) => ({ name: id, path, format }));
  const fifth = await backupVm(world, { qmp: vm.qmp, images });
  assert.deepEqual(
    fifth.details.disks.map((disk) => [disk.read, disk.read_bytes < 5 * MIB]),
    [
      ["incremental", true],
      ["full", true],
    ],
  );
  assert.equal(fifth.details.disks[0]?.read_bytes, 128 * 1024);
  assertSameDisk(await restoredDisk(world, fifth.report.backup_id, "vd0"), qcow2);
  vm = await machine(t, world, disks);
  await vm.io("vd0", "write -P 0x99 36M 128k");
  const sixth = await backupVm(world, { qmp: vm.qmp });
  assert.equal(sixth.details.disks[0]?.read, "incremental");
  assertSameDisk(await restoredDisk(world, sixth.report.backup_id, "vd0"), qcow2);
  const { target } = await world.restore(sixth.report.backup_id);
  const about = JSON.parse(readFileSync(join(target, "vm.json"), "utf8")) as Record<string, unknown>;
  assert.equal(about["name"], "test-vm");
  assert.equal(about["memory_bytes"], 256 * MIB);
  assert.ok((about["command_line"] as string[]).includes("test-vm"));
});

test("what the guest writes during a backup is not in it, and is in the next one", { skip }, async (t) => {
  using world = await World.create();
  const disks = disksIn(world, "qcow2", "qcow2");
  const vm = await machine(t, world, disks);
  await vm.io("vd0", "write -P 0x11 0 16M");
  await vm.io("vd1", "write -P 0x11 0 16M");
  let at = 0;
  /** Writes to both disks while the source is read. */
  const busy = (source: StreamSource): StreamSource => ({
    ...source,
    async *entries(context) {
      for await (const entry of source.entries(context)) {
        for (const disk of ["vd0", "vd1"]) await vm.io(disk, `write -P 0x${20 + at} ${at++}M 300k`);
        yield entry;
      }
    },
  });
  const copies: string[] = [];
  for (let i = 0; i < 4; i++) {
    // What the disks hold at the instant: nobody writes between this copy and the snapshot.
    for (const disk of disks) {
      await vm.io(disk.id, "flush");
      const copy = world.path("truth");
      execFileSync("qemu-img", ["convert", "-U", "-f", "qcow2", "-O", "raw", disk.path, copy]);
      copies.push(copy);
    }
    const { report } = await backupVm(world, { qmp: vm.qmp }, busy);
    for (const [d, name] of ["vd0", "vd1"].entries())
      execFileSync("cmp", [await restoredDisk(world, report.backup_id, name), copies[i * 2 + d] as string]);
  }
});

test("a failed backup loses nothing: the next one reads what changed since the last good one", { skip }, async (t) => {
  using world = await World.create();
  const disks = disksIn(world, "qcow2", "qcow2");
  const vm = await machine(t, world, disks);
  await vm.io("vd0", "write -P 0x11 0 16M");
  await backupVm(world, { qmp: vm.qmp });
  for (let i = 0; i < 3; i++) {
    await vm.io("vd0", `write -P 0x2${i} ${i}M 64k`);
    const broken = (source: StreamSource): StreamSource => ({
      ...source,
      async *entries(context) {
        for await (const entry of source.entries(context)) {
          yield entry;
          throw new Error("cut");
        }
      },
    });
    await assert.rejects(backupVm(world, { qmp: vm.qmp }, broken), /cut/);
    await vm.io("vd0", `write -P 0x3${i} ${10 + i}M 64k`);
  }
  const { report, details } = await backupVm(world, { qmp: vm.qmp });
  assert.deepEqual([details.disks[0]?.read, details.disks[0]?.read_bytes], ["incremental", 6 * 128 * 1024]);
  assertSameDisk(await restoredDisk(world, report.backup_id, "vd0"), disks[0] as TestDisk);
  await backupVm(world, { qmp: vm.qmp });
  assert.ok((await vm.leftovers()).bitmaps.length <= 4, "two of each disk at most");
  await cleanVm({ qmp: vm.qmp, clock, scratch: join(world.folder, "scratch") });
});

test("a full scratch folder ends the backup, and never fails the guest's writes", { skip }, async (t) => {
  using world = await World.create();
  const disks = disksIn(world, "qcow2");
  const vm = await machine(t, world, disks);
  await vm.io("vd0", "write -P 0x11 0 32M");
  const scratch = world.path("small");
  mkdirSync(scratch);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", scratch]);
  using mounts = new DisposableStack();
  mounts.defer(() => execFileSync("umount", [scratch]));
  const busy = (source: StreamSource): StreamSource => ({
    ...source,
    async *entries(context) {
      for await (const entry of source.entries(context)) {
        if (entry.path === "disks/vd0.raw") await vm.io("vd0", "write -P 0x22 0 24M");
        yield entry;
      }
    },
  });
  await assert.rejects(backupVm(world, { qmp: vm.qmp, scratch }, busy), {
    code: "VM_SNAPSHOT_BROKEN",
    status_reason: "SnapshotFailed",
  });
  await vm.io("vd0", "read -P 0x22 0 24M");
  assert.deepEqual((await vm.leftovers()).nodes, []);
  const { report } = await backupVm(world, { qmp: vm.qmp });
  assertSameDisk(await restoredDisk(world, report.backup_id, "vd0"), disks[0] as TestDisk);
  await assert.rejects(backupVm(world, { qmp: vm.qmp, scratch: "/dev/null/none" }), {
    status_reason: "SnapshotFailed",
  });
});

test("killed while it reads: the machine goes on, and the next backup is right and leaves nothing", {
  skip,
}, async (t) => {
  using world = await World.create();
  const disks = disksIn(world, "qcow2", "qcow2");
  const vm = await machine(t, world, disks);
  await vm.io("vd0", "write -P 0x11 0 16M");
  await backupVm(world, { qmp: vm.qmp });
  await vm.io("vd0", "write -P 0x22 1M 100k");
  const script = new URL("./vm-child.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [script, "stay", world.folder, vm.qmp, vm.agent], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
  assert.ok((await vm.leftovers()).nodes.length > 0, "it was killed in the middle");
  child.kill("SIGKILL");
  await vm.io("vd0", "write -P 0x33 9M 100k");
  assert.equal(await vm.status(), "running");
  const { report, details } = await backupVm(world, { qmp: vm.qmp });
  assert.equal(details.disks[0]?.read, "incremental");
  assertSameDisk(await restoredDisk(world, report.backup_id, "vd0"), disks[0] as TestDisk);
  const left = await vm.leftovers();
  assert.deepEqual([left.nodes, left.exports], [[], []]);
});
