import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanVm, openVm } from "../../engine/source/vm/index.ts";
import type { SourceDriver, SourceOf } from "./driver.ts";
import { finishVm, planVm, vmRestoreOptions } from "./vm-restore.ts";
import { runInstant } from "./vm-instant.ts";
import { restoreVmInPlace } from "./vm-in-place.ts";

type VmSource = SourceOf<"vm">;

/** Each workload has its own: scratch files and sockets in it are known to be nobody else's. */
function scratchOf(source: VmSource, workload_id: string): string {
  return join(source.scratch ?? join(tmpdir(), "holdfast-scratch"), workload_id);
}

/** A machine of QEMU, through its monitor. */
export const vmDriver: SourceDriver<VmSource> = {
  kind: "vm",
  root: (_source, workload_id) => `/vm/${workload_id}`,
  async open(source, { workload_id, parent, signal, clock, random }) {
    const { qmp, agent, images, disks, exclude_disks, consistency, freeze_timeout_s } = source;
    const scratch = scratchOf(source, workload_id);
    return openVm({
      root: `/vm/${workload_id}`,
      qmp,
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
  tidy: (source, { workload_id, clock }) =>
    cleanVm({ qmp: source.qmp, clock, scratch: scratchOf(source, workload_id) }),
  restore: {
    options: vmRestoreOptions,
    plan: planVm,
    finish: finishVm,
    inPlace: restoreVmInPlace,
    instead: (restore, context) => (restore.options["instant"] === true ? runInstant(restore, context) : undefined),
  },
};
