/** A Linux guest that writes records, and what its restored disk says of them. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { bootArgs, linuxGuest } from "../../src/engine/source/vm/testing/linux.ts";
import { TestMachine } from "../../src/engine/source/vm/testing/machine.ts";
import { clock, isRoot, sh, type World } from "./world.ts";

const guest = existsSync("/usr/bin/qemu-system-x86_64") && isRoot ? linuxGuest() : "needs root and qemu-system-x86";
export const guestSkip = typeof guest === "string" ? guest : false;

/** The last record whose durability the guest has acknowledged. */
export function acknowledged(vm: TestMachine): number {
  const acks = [...readFileSync(vm.serial, "latin1").matchAll(/^ACK (\d+)\r?$/gm)];
  return Number(acks.at(-1)?.[1] ?? 0);
}

export async function until(what: string, holds: () => boolean | Promise<boolean>, limit_ms = 240_000): Promise<void> {
  for (const end = Date.now() + limit_ms; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`never ${what}`);
    await clock.sleep(100);
  }
}

export async function bootGuest(t: TestContext, world: World): Promise<TestMachine> {
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
export async function records(world: World, backup_id: string): Promise<number[]> {
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
