import { createReadStream } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { asHoldfastError, hasCode } from "../../../base/index.ts";
import type { StreamContext, StreamEntry, StreamSource } from "../stream/index.ts";
import { GuestAgent } from "./agent.ts";
import { commandLineOf } from "./command-line.ts";
import { vmError } from "./errors.ts";
import { undoMarked } from "./freeze.ts";
import { describeMachine, listDisks, type VmDisk } from "./machine.ts";
import { BITMAP } from "./names.ts";
import { besideEntry, openStopped } from "./stopped.ts";
import { type DiskDetails, parentDisk, type VmOptions } from "./options.ts";
import { QmpClient } from "./qmp.ts";
import { type DiskToRead, readDisk } from "./read-disk.ts";
import { reclaim, settleBitmaps } from "./reclaim.ts";
import { type DiskPlan, VmSnapshot } from "./snapshot.ts";

const FREEZE_MS = 10_000;

/**
 * Takes a snapshot of a VM's disks and presents it as a tree: `vm.json`, `disks/NAME.raw`, `firmware/NAME`.
 * @throws VM_*, each with its `status_reason`
 */
export async function openVm(options: VmOptions): Promise<StreamSource> {
  let qmp: QmpClient;
  try {
    qmp = await QmpClient.connect(options.qmp, options.clock);
  } catch (error) {
    if (!hasCode(error, "VM_UNREACHABLE") || options.images === undefined) throw error;
    return openStopped(options, options.images);
  }
  try {
    return await openRunning(options, qmp);
  } catch (error) {
    qmp.close();
    throw error;
  }
}

/** Takes away what an earlier run left in a VM, and sets it going if that run stopped it. Bitmaps are kept. */
export async function cleanVm(options: Pick<VmOptions, "qmp" | "clock" | "scratch">): Promise<boolean> {
  const qmp = await QmpClient.connect(options.qmp, options.clock);
  try {
    const stood = await undoMarked(qmp, options.clock, options.scratch);
    return (await reclaim(qmp, options.clock, options.scratch)) || stood;
  } finally {
    qmp.close();
  }
}

/** Takes all our bitmaps out of a VM: it is not protected any more. */
export async function forgetVm(options: Pick<VmOptions, "qmp" | "clock" | "scratch">): Promise<void> {
  await cleanVm(options);
  const qmp = await QmpClient.connect(options.qmp, options.clock);
  try {
    for (const { node } of (await listDisks(qmp, [], [])).disks) await settleBitmaps(qmp, node, undefined);
  } finally {
    qmp.close();
  }
}

async function openRunning(options: VmOptions, qmp: QmpClient): Promise<StreamSource> {
  const { clock, scratch, disks: only = [], exclude_disks: excluded = [] } = options;
  await mkdir(scratch, { recursive: true }).catch((error: Error) => {
    throw vmError("VM_SNAPSHOT_FAILED", `the scratch folder cannot be made: ${error.message}`, { scratch }, error);
  });
  await undoMarked(qmp, clock, scratch);
  await reclaim(qmp, clock, scratch);
  const found = await listDisks(qmp, only, excluded);
  if (found.disks.length === 0) throw vmError("VM_NO_DISKS", `the VM at ${options.qmp} has no disk to back up`);
  const plans: DiskPlan[] = [];
  const reasons: (string | null)[] = [];
  for (const disk of found.disks) {
    const { usable, reason } = bitmapOf(options, disk);
    await settleBitmaps(qmp, disk.node, usable);
    const left = (await listDisks(qmp, [disk.name], [])).disks[0]?.bitmaps ?? [];
    const kept = left.some(({ name }) => name === usable) ? usable : undefined;
    reasons.push(kept === undefined ? (reason ?? "the bitmap did not record without a gap") : null);
    const new_bitmap = `${BITMAP}${options.random.bytes(8).toString("hex")}`;
    plans.push({ disk, new_bitmap, since_parent: kept });
  }
  const description = {
    ...(await describeMachine(qmp)),
    command_line: (await commandLineOf(options.qmp)) ?? null,
    disks: found.disks.map(({ name, node, qom_path, format, filename, size_bytes }) => ({
      name,
      node,
      device: qom_path,
      format,
      filename,
      size_bytes,
    })),
    firmware_files: found.firmware.map(({ name, filename, format, size_bytes }) => ({
      name,
      filename,
      format,
      size_bytes,
    })),
    left_out: found.left_out,
  };
  const warnings: string[] = [];
  const agent = await openAgent(options, (reason) => warnings.push(reason));
  let snapshot: VmSnapshot;
  try {
    snapshot = await VmSnapshot.take({
      qmp,
      qmp_path: options.qmp,
      clock,
      scratch,
      plans,
      agent:
        agent === undefined
          ? undefined
          : {
              client: agent,
              path: options.agent as string,
              timeout_ms: options.freeze_timeout_ms ?? FREEZE_MS,
            },
      onUnfrozen: (reason) => {
        if (options.consistency === "agent") throw vmError("VM_AGENT_FAILED", `the guest was not frozen: ${reason}`);
        warnings.push(reason);
      },
    });
  } finally {
    agent?.close();
  }
  const disks = plans.map(
    ({ disk, since_parent, new_bitmap }, i): DiskToRead => ({
      name: disk.name,
      size_bytes: disk.size_bytes,
      format: disk.format,
      since_parent,
      new_bitmap,
      reason: reasons[i] ?? null,
      socket: snapshot.socket,
    }),
  );
  const read: DiskDetails[] = [];
  return {
    kind: "vm",
    root: options.root,
    async *entries(context) {
      context.expect(
        null,
        disks.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
      );
      for (const reason of warnings) noteCrash(context, options, reason);
      yield jsonEntry("vm.json", { format: 1, ...description });
      for (const [path, bytes] of Object.entries(options.beside ?? {})) yield besideEntry(path, bytes);
      for (const { name, filename } of found.firmware) yield await fileEntry(`firmware/${name}`, filename);
      for (const disk of disks) yield* readDisk(disk, context, (details) => read.push(details));
    },
    details: async () => ({
      consistency: snapshot.frozen ? "filesystem" : "crash",
      snapshot_at: new Date(snapshot.taken_at_ms).toISOString(),
      running: true,
      name: (description as { name?: unknown }).name ?? null,
      disks: read,
    }),
    async close() {
      try {
        await releaseLastly(snapshot, options);
      } finally {
        qmp.close();
      }
    },
  };
}

/** With QEMU gone there is nothing to release but files. */
async function releaseLastly(snapshot: VmSnapshot, options: VmOptions): Promise<void> {
  try {
    await snapshot.release();
  } catch (error) {
    if (!hasCode(error, "VM_UNREACHABLE")) throw error;
    await cleanVm(options).catch(() => undefined); // the monitor alone may have been cut; else QEMU ended
    const left = (await readdir(options.scratch).catch(() => [])).filter((name) => name.endsWith(".fleece"));
    for (const name of left) await rm(join(options.scratch, name), { force: true });
  }
}

/** The parent's bitmap, if it can be trusted to have seen every write since. */
function bitmapOf(options: VmOptions, disk: VmDisk): { usable: string | undefined; reason: string | null } {
  const before = parentDisk(options, disk.name);
  const name = before?.bitmap ?? undefined;
  const none = (reason: string) => ({ usable: undefined, reason });
  if (before === undefined || name === undefined) return none("there is no earlier backup with a bitmap");
  const bitmap = disk.bitmaps.find((each) => each.name === name);
  if (bitmap === undefined) return none("the bitmap since the last backup is gone");
  if (bitmap.inconsistent === true) return none("the bitmap is inconsistent: QEMU did not end in order");
  if (before.size_bytes !== disk.size_bytes) return none("the disk's size changed");
  return { usable: name, reason: null };
}

async function openAgent(options: VmOptions, onMissing: (reason: string) => void): Promise<GuestAgent | undefined> {
  const { agent, consistency = "auto", clock } = options;
  if (consistency === "crash") return undefined;
  try {
    if (agent === undefined) throw vmError("VM_AGENT_FAILED", "the source names no guest agent");
    return await GuestAgent.connect(agent, clock);
  } catch (error) {
    const { message } = asHoldfastError(error);
    if (consistency === "agent") throw vmError("VM_AGENT_FAILED", `no frozen guest: ${message}`, {}, error);
    onMissing(message);
    return undefined;
  }
}

function noteCrash(context: StreamContext, options: VmOptions, reason: string): void {
  context.problem({
    path: options.root,
    code: "VM_CRASH_CONSISTENT",
    message: `the guest was not frozen, its disks are as after a power cut: ${reason}`,
  });
}

function jsonEntry(path: string, value: unknown): StreamEntry {
  const bytes = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  return { type: "file", path, content: { kind: "bytes", bytes: [bytes] }, attributes: { mode: 0o600 } };
}

async function fileEntry(path: string, from: string): Promise<StreamEntry> {
  return {
    type: "file",
    path,
    content: { kind: "bytes", bytes: createReadStream(from) as AsyncIterable<Buffer> },
    attributes: { mode: 0o600 },
  };
}
