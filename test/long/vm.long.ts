/** Backups of running VMs: many under load, and killed at every moment on either side. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import test from "node:test";
import { makeImage, TestMachine, type TestDisk } from "../../src/engine/source/vm/testing/machine.ts";
import { acknowledged, bootGuest, guestSkip, records } from "../engine/vm-guest.ts";
import { backupVm } from "../engine/vm-world.ts";
import { clock, World } from "../engine/world.ts";

const skip = existsSync("/usr/bin/qemu-system-x86_64") ? false : "needs qemu-system-x86";
const LIMIT_MS = 30 * 60_000;
const BACKUPS = 20;
const KILLS = 24;
const CHILD = new URL("../engine/vm-child.ts", import.meta.url).pathname;

test("twenty backups of a Linux guest under load", { skip: guestSkip, timeout: LIMIT_MS }, async (t) => {
  using world = await World.create();
  const vm = await bootGuest(t, world);
  for (let i = 0; i < BACKUPS; i++) {
    const before = acknowledged(vm);
    const consistency = i % 2 === 0 ? "agent" : "crash";
    const { report, details } = await backupVm(world, { qmp: vm.qmp, agent: vm.agent, consistency });
    assert.equal(details["consistency"], i % 2 === 0 ? "filesystem" : "crash");
    if (i > 0) assert.equal(details.disks[0]?.read, "incremental");
    const found = await records(world, report.backup_id);
    assert.ok(found.length >= before, `backup ${i} has ${found.length} records of ${before}`);
    assert.ok(found.every((record, at) => record === at + 1));
  }
});

async function twoDisks(t: test.TestContext, world: World) {
  const disks = [0, 1].map((i): TestDisk => ({ id: `vd${i}`, path: world.path(`disk${i}`), format: "qcow2" }));
  for (const disk of disks) makeImage(disk, 64 * 1024 * 1024);
  const start = async () => {
    const vm = await TestMachine.start({ folder: world.path("vm"), disks });
    t.after(() => vm.stop("SIGKILL"));
    return vm;
  };
  const vm = await start();
  for (const { id } of disks) await vm.io(id, "write -P 0x11 0 16M");
  return { disks, vm, start };
}

/** The next backup is right, the machine runs, and nothing of ours but one bitmap a disk is in it. */
async function assertRight(world: World, vm: TestMachine, disks: readonly TestDisk[]): Promise<void> {
  const { report } = await backupVm(world, { qmp: vm.qmp });
  const { target, failed } = await world.restore(report.backup_id);
  assert.deepEqual(failed, []);
  for (const { id, path } of disks) {
    await vm.io(id, "flush");
    const restored = join(target, "disks", `${id}.raw`);
    execFileSync("qemu-img", ["compare", "-U", "-f", "raw", "-F", "qcow2", restored, path]);
  }
  execFileSync("rm", ["-r", target]);
  const left = await vm.leftovers();
  assert.deepEqual([left.nodes, left.exports], [[], []]);
  assert.ok(left.bitmaps.length <= 2 * disks.length);
  assert.equal(await vm.status(), "running");
}

test("our process is killed at any moment of a backup", { skip, timeout: LIMIT_MS }, async (t) => {
  using world = await World.create();
  const { disks, vm } = await twoDisks(t, world);
  await backupVm(world, { qmp: vm.qmp });
  const begun = Date.now();
  await backupVm(world, { qmp: vm.qmp });
  const whole_ms = (Date.now() - begun) * 2; // and the start of a process
  for (let i = 0; i < KILLS; i++) {
    await vm.io("vd0", `write -P 0x${(32 + i).toString(16)} ${i}M 200k`);
    await vm.io("vd1", `write -P 0x${(64 + i).toString(16)} ${i * 2}M 200k`);
    const child = spawn(process.execPath, [CHILD, "backup", world.folder, vm.qmp, vm.agent], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await clock.sleep((whole_ms * (i + 1)) / KILLS);
    await vm.io("vd0", `write -P 0x77 ${40 + (i % 8)}M 70k`);
    child.kill("SIGKILL");
    await ended;
    for (let tries = 0; (await vm.status()) !== "running"; tries++) {
      assert.ok(tries < 150, "the machine stands still");
      await clock.sleep(100);
    }
    await assertRight(world, vm, disks);
  }
});

test("QEMU is killed during a backup, and started again", { skip, timeout: LIMIT_MS }, async (t) => {
  using world = await World.create();
  const { disks, start, ...first } = await twoDisks(t, world);
  let vm = first.vm;
  await backupVm(world, { qmp: vm.qmp });
  for (let i = 0; i < 3; i++) {
    await vm.io("vd0", `write -P 0x5${i} ${i}M 200k`);
    const dying = backupVm(world, { qmp: vm.qmp }, (source) => ({
      ...source,
      async *entries(context) {
        for await (const entry of source.entries(context)) {
          if (entry.path === `disks/vd${i % 2}.raw`) await vm.stop("SIGKILL");
          yield entry;
        }
      },
    }));
    await assert.rejects(dying, { status_reason: "SourceUnreachable" });
    vm = await start();
    await assertRight(world, vm, disks);
  }
});

test("the monitor's socket is cut during a backup", { skip, timeout: LIMIT_MS }, async (t) => {
  using world = await World.create();
  const { disks, vm } = await twoDisks(t, world);
  await backupVm(world, { qmp: vm.qmp });
  const path = join(world.folder, "proxy.sock");
  const cuts: (() => void)[] = [];
  const proxy = createServer((near) => {
    const far = connect(vm.qmp);
    for (const [a, b] of [
      [near, far],
      [far, near],
    ] as const) {
      a.on("error", () => undefined);
      a.on("close", () => b.destroy());
      a.pipe(b);
    }
    cuts.push(() => near.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(path, resolve));
  t.after(() => proxy.close());
  await vm.io("vd0", "write -P 0x99 9M 200k");
  const cut = backupVm(world, { qmp: path }, (source) => ({
    ...source,
    async *entries(context) {
      for await (const entry of source.entries(context)) {
        yield entry;
        for (const each of cuts.splice(0)) each();
      }
    },
  }));
  await cut.catch(() => undefined); // its data was read already: either is right, as long as what follows is
  await assertRight(world, vm, disks);
});
