import { chmod, chown, mkdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanVm, openVm } from "../../engine/source/vm/index.ts";
import type { SourceDriver, SourceOf } from "./driver.ts";
import { finishVm, planVm, vmRestoreOptions } from "./vm-restore.ts";
import { runInstant } from "./vm-instant.ts";
import { restoreVmInPlace } from "./vm-in-place.ts";
import { whereIs } from "./vm-where.ts";

type VmSource = SourceOf<"vm">;

/** Each workload has its own: scratch files and sockets in it are known to be nobody else's. */
function scratchOf(source: VmSource, workload_id: string): string {
  return join(source.scratch ?? join(tmpdir(), "holdfast-scratch"), workload_id);
}

/** QEMU may be somebody else's process, who may write into the folder above: then into this one, too. */
async function makeLike(above: string, folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true }).catch(() => undefined); // told when it is used
  if (made !== folder) return;
  const { uid, gid, mode } = await stat(above);
  const own = await stat(folder);
  // Only root may give it away.
  if (own.uid === 0 && uid !== 0) await chown(folder, uid, gid);
  await chmod(folder, mode & 0o7777);
}

/** A machine of QEMU, through its monitor. */
export const vmDriver: SourceDriver<VmSource> = {
  kind: "vm",
  root: (_source, workload_id) => `/vm/${workload_id}`,
  async open(source, { workload_id, parent, signal, clock, random }) {
    const { agent, disks, exclude_disks, consistency, freeze_timeout_s } = source;
    const { qmp, images, beside } = await whereIs(source);
    const scratch = scratchOf(source, workload_id);
    if (source.scratch !== undefined) await makeLike(source.scratch, scratch);
    return openVm({
      root: `/vm/${workload_id}`,
      qmp,
      beside,
      scratch,
      parent,
      signal,
      clock,
      random,
      consistency,
      freeze_timeout_ms: freeze_timeout_s * 1000,
      ...(agent === undefined ? {} : { agent }),
      ...(images === undefined ? {} : { images }),
      ...(disks === undefined ? {} : { disks }),
      ...(exclude_disks === undefined ? {} : { exclude_disks }),
    });
  },
  tidy: async (source, { workload_id, clock }) =>
    cleanVm({ qmp: (await whereIs(source)).qmp, clock, scratch: scratchOf(source, workload_id) }),
  restore: {
    options: vmRestoreOptions,
    plan: planVm,
    finish: finishVm,
    inPlace: restoreVmInPlace,
    instead: (restore, context) => (restore.options["instant"] === true ? runInstant(restore, context) : undefined),
  },
};
