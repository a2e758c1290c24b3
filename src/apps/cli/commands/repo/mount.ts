import type { Command } from "commander";
import type { CliIo } from "../../io.ts";
import { type MountOptions, stayMounted } from "../../mounting.ts";
import { type RepoOptions, resolveBackupId, withRepository } from "../../repository.ts";
import { repoCommand } from "./options.ts";

const DESCRIPTION = `Show a backup, or all of them by time, as a read-only folder of this machine (FUSE).

Without --backup each backup is a folder named by its time, e.g. 2026-11-03T02:00.
Stays in the foreground; Ctrl-C unmounts.`;

export function registerMount(repo: Command, io: CliIo): void {
  repoCommand(repo, "mount", DESCRIPTION, "baas repo mount --repo /srv/backups --backup latest /mnt/backup")
    .argument("<dir>", "an existing, empty folder")
    .option("--backup <id>", "backup id, its beginning, or `latest`")
    .option("--allow-other", "let other users in, held to owners and modes in the backup")
    .action(async (dir: string, options: RepoOptions & MountOptions & { backup?: string }) => {
      await withRepository(io, options, async (repository) => {
        const { BackupReader, BackupTree } = await import("../../../../engine/browse/index.ts");
        const { showBackup, TimesTree } = await import("../../../../engine/mount/index.ts");
        const { imageTree } = await import("../../../../engine/image/index.ts");
        const open = async (id: string) => {
          const reader = await BackupReader.open(repository, id);
          return showBackup(new BackupTree(reader, imageTree(reader, io)));
        };
        if (options.backup !== undefined) {
          const tree = await open(await resolveBackupId(repository, options.backup));
          return stayMounted(io, options, dir, tree, false);
        }
        const list = async () => {
          const forgotten = await repository.readForgotten();
          const ids = (await repository.listBackupIds()).filter((id) => !forgotten.has(id));
          const backups = [];
          for (const backup_id of ids) {
            const { created_at_ms } = await repository.readManifest(backup_id);
            backups.push({ backup_id, created_at_ms });
          }
          return backups;
        };
        const tree = new TimesTree(list, ({ backup_id }) => open(backup_id), io.clock);
        return stayMounted(io, options, dir, tree, true);
      });
    });
}
