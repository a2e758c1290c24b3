import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { GuestAgent } from "../../src/engine/source/vm/testing/agent.ts";
import { bootArgs, linuxGuest } from "../../src/engine/source/vm/testing/linux.ts";
import { TestMachine } from "../../src/engine/source/vm/testing/machine.ts";
import { backupVm } from "./vm-world.ts";
import { clock, isRoot, sh, World } from "./world.ts";

const guest = existsSync("/usr/bin/qemu-system-x86_64") && isRoot ? linuxGuest() : "needs root and qemu-system-x86";
const skip = typeof guest === "string" ? guest : false;

/** The last record whose durability the guest has acknowledged. */
function acknowledged(vm: TestMachine): number {
  const acks = [...readFileSync(vm.serial, "latin1").matchAll(/^ACK (\d+)\r?$/gm)];
  return Number(acks.at(-1)?.[1] ?? 0);
}

async function until(what: string, holds: () => boolean | Promise<boolean>, limit_ms = 240_000): Promise<void> {
  for (const end = Date.now() + limit_ms; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`never ${what}`);
    await clock.sleep(100);
  }
}

async function bootGuest(t: TestContext, world: World): Promise<TestMachine> {
  if (typeof guest === "string") throw new Error(guest);
  const path = world.path("disk");
  sh(`truncate -s 96M raw; mkfs.ext4 -q -F raw; qemu-img convert -O qcow2 raw ${path}; rm raw`, world.folder);
  const disks = [{ id: "vd0", path, format: "qcow2" as const }];
  const vm = await TestMachine.start({ folder: world.path("vm"), disks, args: bootArgs(guest) });
  t.after(() => vm.stop("SIGKILL"));
  await until("wrote", () => acknowledged(vm) > 5);
  return vm;
}

/** Checks the file system and says which records are in it. */
async function records(world: World, backup_id: string): Promise<number[]> {
  const { target, failed } = await world.restore(backup_id);
  assert.deepEqual(failed, []);
  const disk = join(target, "disks/vd0.raw");
  sh(`e2fsck -E journal_only -p ${disk} || [ $? -eq 1 ]; e2fsck -fn ${disk}`);
  const log = execFileSync("debugfs", ["-R", "cat /log", disk], {
    encoding: "latin1",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return log.trim().split("\n").map(Number);
}

test("a Linux guest under load: every backup's file system is sound, and frozen ones hold every record", {
  skip,
}, async (t) => {
  using world = await World.create();
  const vm = await bootGuest(t, world);
  const made: { backup_id: string; before: number; frozen: boolean }[] = [];
  for (const consistency of ["agent", "crash", "auto"] as const) {
    const before = acknowledged(vm);
    const { report, details } = await backupVm(world, { qmp: vm.qmp, agent: vm.agent, consistency });
    made.push({ backup_id: report.backup_id, before, frozen: details["consistency"] === "filesystem" });
    assert.equal(report.stats.problems, 0);
    await until("went on", () => acknowledged(vm) > before);
  }
  assert.deepEqual(
    made.map(({ frozen }) => frozen),
    [true, false, true],
  );
  for (const { backup_id, before } of made) {
    const found = await records(world, backup_id);
    assert.deepEqual(
      found,
      Array.from({ length: found.length }, (_, i) => i + 1),
      "no gap, nothing twice",
    );
    assert.ok(found.length >= before, `${found.length} records, and ${before} were acknowledged`);
  }
  assert.equal(await agentStatus(vm), "thawed");
});

async function agentStatus(vm: TestMachine): Promise<string> {
  const agent = await GuestAgent.connect(vm.agent, clock);
  try {
    return await agent.status();
  } finally {
    agent.close();
  }
}

test("killed while the guest is frozen: it is thawed within seconds, and nothing is left after the next backup", {
  skip,
}, async (t) => {
  using world = await World.create();
  const vm = await bootGuest(t, world);
  const script = new URL("./vm-child.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [script, world.folder, vm.qmp, vm.agent], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
  child.kill("SIGKILL");
  await until("thawed", async () => (await agentStatus(vm)) === "thawed", 15_000);
  const stood_at = acknowledged(vm);
  await until("went on", () => acknowledged(vm) > stood_at);
  const { report } = await backupVm(world, { qmp: vm.qmp, agent: vm.agent, consistency: "agent" });
  const found = await records(world, report.backup_id);
  assert.ok(found.length >= stood_at);
  const left = await vm.leftovers();
  assert.deepEqual([left.nodes, left.exports, left.bitmaps.length], [[], [], 1]);
});
