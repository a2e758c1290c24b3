import { execFile } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Clock, hasCode } from "../../../base/index.ts";
import { GuestAgent } from "./agent.ts";
import { commandOf, type VmDescription } from "./definition.ts";
import type { DeclaredImage } from "./options.ts";
import { QmpClient } from "./qmp.ts";
import { startMachine } from "./run.ts";

const run = promisify(execFile);
const POLL_MS = 100;
const TAIL = 4000;

export interface BootProbeOptions {
  /** For overlays, sockets and the console's log; emptied afterwards but for the log. */
  readonly folder: string;
  readonly vm: VmDescription;
  /** Restored disks; they are not written. */
  readonly images: readonly DeclaredImage[];
  /** Seen on the serial console when it has booted. Without it, the guest agent has to answer. */
  readonly expect?: RegExp;
  readonly limit_ms: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

export interface BootProbe {
  readonly booted: boolean;
  readonly boot_ms: number;
  /** The end of what the console said. */
  readonly console_tail: string;
}

/** Boots restored disks without network and without writing to them, and says whether the guest came up. */
export async function bootProbe(options: BootProbeOptions): Promise<BootProbe> {
  const { folder, vm, images, expect, clock, signal } = options;
  await mkdir(folder, { recursive: true });
  const overlays = images.map(({ name }) => join(folder, `${name}.overlay`));
  const disks = [];
  for (const [i, { name, path, format }] of images.entries()) {
    const filename = overlays[i] as string;
    await run("qemu-img", ["create", "-q", "-f", "qcow2", "-b", path, "-F", format, filename]);
    const blockdev = { driver: "qcow2", "node-name": `${name}-disk`, file: { driver: "file", filename } };
    disks.push({ name, blockdev });
  }
  const console_log = async () => (await readFile(join(folder, "serial.log"), "latin1").catch(() => "")).slice(-TAIL);
  const begun_ms = clock.monotonic_ms();
  const elapsed_ms = () => Math.round(clock.monotonic_ms() - begun_ms);
  try {
    await startMachine(folder, commandOf(vm, { name: "boot-probe", folder, disks, network: "none" }), clock);
    for (;;) {
      const said = await console_log();
      const booted = expect === undefined ? await agentAnswers(join(folder, "agent.sock"), clock) : expect.test(said);
      if (booted || elapsed_ms() > options.limit_ms) return { booted, boot_ms: elapsed_ms(), console_tail: said };
      await clock.sleep(POLL_MS, signal);
    }
  } finally {
    await quit(join(folder, "qmp.sock"), clock);
    for (const overlay of overlays) await rm(overlay, { force: true });
  }
}

/** What a kernel, or the program it starts first, says when it hands over. */
const INIT = /Run \S+ as init process|systemd\[1\]|Reached target|\blogin: |^INIT-?OK/im;

/** Has the guest of a machine that runs in this folder come up, and what says so? `null`: not yet. */
export async function bootState(
  folder: string,
  clock: Clock,
): Promise<{ readonly by: string | null; readonly console_tail: string }> {
  const said = await readFile(join(folder, "serial.log"), "latin1").catch(() => "");
  const console_tail = said.slice(-TAIL);
  const line = INIT.exec(said)?.[0];
  if (line !== undefined) return { by: `its console says ${JSON.stringify(line.trim())}`, console_tail };
  const answers = await agentAnswers(join(folder, "agent.sock"), clock);
  return { by: answers ? "its guest agent answers" : null, console_tail };
}

async function agentAnswers(path: string, clock: Clock): Promise<boolean> {
  try {
    (await GuestAgent.connect(path, clock)).close();
    return true;
  } catch (error) {
    if (hasCode(error, "VM_TIMEOUT") || hasCode(error, "VM_UNREACHABLE")) return false;
    throw error;
  }
}

async function quit(qmp_path: string, clock: Clock): Promise<void> {
  try {
    const qmp = await QmpClient.connect(qmp_path, clock);
    await qmp.execute("quit").catch(() => undefined);
    qmp.close();
  } catch (error) {
    if (!hasCode(error, "VM_UNREACHABLE")) throw error; // it is gone already
  }
}
