/** From a restore's command to a Linux guest's init, beside the same guest's own boot from its own disk. */
import { readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createSources } from "../../../src/control/sources/index.ts";
import { bootArgs, linuxGuest } from "../../../src/engine/source/vm/testing/linux.ts";
import { TestMachine } from "../../../src/engine/source/vm/testing/machine.ts";
import { createLogger } from "../../../src/platform/log/index.ts";
import { acknowledged, until } from "../../engine/vm-guest.ts";
import { backupVm } from "../../engine/vm-world.ts";
import { clock, openAt, random, sh, World } from "../../engine/world.ts";

const INIT = /INIT-OK/;

type Hooks = NonNullable<ReturnType<ReturnType<typeof createSources>["driver"]>["restore"]>;
type Bootable = Parameters<NonNullable<Hooks["instead"]>>[0];

export async function benchBoot(rounds: number, print: (line: string) => void): Promise<void> {
  const guest = linuxGuest();
  if (typeof guest === "string") throw new Error(guest);
  const log = createLogger({ level: "error", format: "json" });
  const driver = createSources({ clock, random, log }).driver("vm");
  using world = await World.create();
  const path = world.path("disk");
  sh(`truncate -s 96M raw; mkfs.ext4 -q -F raw; qemu-img convert -O qcow2 raw ${path}; rm raw`, world.folder);
  const disks = [{ id: "vd0", path, format: "qcow2" as const }];
  let backup_id = "";
  for (let round = 0; round < rounds; round++) {
    const folder = world.path("vm");
    const begun_ms = clock.monotonic_ms();
    const vm = await TestMachine.start({ folder, disks, args: bootArgs(guest) });
    await until("booted", () => INIT.test(said(vm.serial)));
    print(`the guest's own boot, to its init: ${seconds(begun_ms)} s`);
    await until("wrote", () => acknowledged(vm) > 5);
    backup_id = (await backupVm(world, { qmp: vm.qmp })).report.backup_id;
    await vm.stop("SIGKILL");

    const target = world.path("instant");
    sh(`mkdir ${target}`);
    await using opened = await openAt(world.repo);
    const { repository } = opened;
    const manifest = await repository.readManifest(backup_id);
    const restored_ms = clock.monotonic_ms();
    const restore = {
      restore_id: "rst_bench",
      repository,
      manifest,
      clock,
      random,
      log,
      secret: () => Promise.reject(new Error("needs no secret")),
      source: { kind: "vm", qmp: vm.qmp, consistency: "crash", freeze_timeout_s: 10 },
      target_dir: target,
      new_name: "restored",
      options: { instant: true },
    } as unknown as Bootable;
    const signal = AbortSignal.timeout(30 * 60_000);
    const running = driver.restore?.instead?.(restore, { signal, onProgress: () => undefined });
    if (running === undefined) throw new Error("the driver does not boot machines out of backups");
    running.catch(() => undefined); // thrown below
    await until("booted from the backup", () => INIT.test(said(join(target, "serial.log"))));
    print(`from the restore to its init, out of the backup: ${seconds(restored_ms)} s`);
    await running;
    print(`and until nothing was needed of the backup: ${seconds(restored_ms)} s`);
    await quit(join(target, "qmp.sock"));
    rmSync(target, { recursive: true, force: true });
  }
}

function said(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // not begun yet
  }
}

/** Ends a machine through its monitor. */
function quit(path: string): Promise<void> {
  return new Promise((resolve) => {
    const monitor = connect(path, () => monitor.write('{"execute":"qmp_capabilities"}\n{"execute":"quit"}\n'));
    monitor.resume();
    monitor.once("close", () => resolve());
    monitor.once("error", () => monitor.destroy());
  });
}

function seconds(since_ms: number): string {
  return ((clock.monotonic_ms() - since_ms) / 1000).toFixed(2);
}
