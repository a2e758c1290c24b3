import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import test from "node:test";
import { GuestAgent } from "../../src/engine/source/vm/testing/agent.ts";
import type { TestMachine } from "../../src/engine/source/vm/testing/machine.ts";
import { acknowledged, bootGuest, guestSkip, records, until } from "./vm-guest.ts";
import { backupVm } from "./vm-world.ts";
import { clock, World } from "./world.ts";

test("a Linux guest under load: every backup's file system is sound, and frozen ones hold every record", {
  skip: guestSkip,
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
  skip: guestSkip,
}, async (t) => {
  using world = await World.create();
  const vm = await bootGuest(t, world);
  const script = new URL("./vm-child.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [script, "freeze", world.folder, vm.qmp, vm.agent], {
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
