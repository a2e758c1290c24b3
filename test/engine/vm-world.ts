/** Backups of a VM into the repository of a {@link World}. */
import { join } from "node:path";
import { newId } from "../../src/base/index.ts";
import { type BackupReport, runStreamBackup } from "../../src/engine/backup/index.ts";
import { openVm, type VmOptions } from "../../src/engine/source/vm/index.ts";
import type { StreamSource } from "../../src/engine/source/stream/index.ts";
import { clock, openAt, random, type World } from "./world.ts";

const ROOT = "/vm/test";

export type VmDetails = Record<string, unknown> & {
  disks: { name: string; read: string; reason: string | null; read_bytes: number; bitmap: string | null }[];
};

export async function backupVm(
  world: Pick<World, "folder" | "repo">,
  options: Pick<VmOptions, "qmp"> & Partial<VmOptions>,
  wrap: (source: StreamSource) => StreamSource = (source) => source,
): Promise<{ report: BackupReport; details: VmDetails }> {
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  const report = await runStreamBackup({
    repository,
    backup_id: newId("bkp", clock, random),
    labels: {},
    clock,
    threads: 2,
    kind: "vm",
    root: ROOT,
    open: async (parent) => {
      const manifest = parent === null ? null : await repository.readManifest(parent.backup_id);
      const scratch = join(world.folder, "scratch");
      return wrap(
        await openVm({ root: ROOT, scratch, clock, random, parent: manifest, consistency: "crash", ...options }),
      );
    },
  });
  return { report, details: (await repository.readManifest(report.backup_id)).details as VmDetails };
}
