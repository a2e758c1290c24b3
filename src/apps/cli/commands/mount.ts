import { type MountOptions, stayMounted } from "../mounting.ts";
import type { Register } from "../register.ts";
import { serverCommand } from "../server/command.ts";
import { openShown, type ShownOptions } from "../server/shown-tree.ts";

const DESCRIPTION = `Show a backup, or all backups of a workload, as a read-only folder of this machine (FUSE).

With --workload each backup is a folder named by its time, e.g. 2026-11-03T02:00. What nobody looks at is not read.
Stays in the foreground; Ctrl-C unmounts.`;

export const register: Register = (program, io) => {
  serverCommand(program, "mount", DESCRIPTION, "baas mount --workload fileserver /mnt/backups")
    .argument("<dir>", "an existing, empty folder")
    .option("--backup-id <id>", "this backup")
    .option("--workload <name>", "all backups of this workload, by time")
    .option("--project <name>", "project of the workload")
    .option("--from-region <name>", "read the copies in this region")
    .option("--allow-other", "let other users in, held to owners and modes in the backup")
    .action(async (dir: string, options: ShownOptions & MountOptions) => {
      const { tree, changes } = await openShown(io, options);
      await stayMounted(io, options, dir, tree, changes);
    });
};
