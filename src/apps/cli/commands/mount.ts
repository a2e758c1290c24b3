import { cliError } from "../errors.ts";
import { type MountOptions, stayMounted } from "../mounting.ts";
import type { Register } from "../register.ts";
import { connectServer, type ServerOptions, unwrap } from "../server/client.ts";
import { PAGE_SIZE, serverCommand } from "../server/command.ts";
import { filterOf } from "../server/lists.ts";

interface Options extends ServerOptions, MountOptions {
  readonly backupId?: string;
  readonly workload?: string;
  readonly project?: string;
  readonly fromRegion?: string;
}

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
    .action(async (dir: string, options: Options) => {
      const { backupId, workload, fromRegion } = options;
      if ((backupId === undefined) === (workload === undefined))
        throw cliError("CLI_USAGE", "say what to mount: --backup-id ID, or --workload NAME");
      const connection = await connectServer(io, options);
      const { RemoteTree } = await import("../server/remote-tree.ts");
      const place = (id: string) => ({ backup_id: id, ...(fromRegion === undefined ? {} : { region: fromRegion }) });
      if (backupId !== undefined) {
        const tree = new RemoteTree(io, connection, place(backupId));
        await tree.find(Buffer.alloc(0)); // says what is wrong before anything is mounted
        await stayMounted(io, options, dir, tree, false);
        return;
      }
      const { TimesTree } = await import("../../../engine/mount/index.ts");
      const list = async () => {
        const terms = filterOf([
          ["workload=", workload],
          ["project=", options.project],
          ["state=", "AVAILABLE"],
        ]);
        const query = { page_size: PAGE_SIZE, ...terms };
        const page = unwrap(await connection.api.GET("/v1/backups", { params: { query } }));
        return page.items.map(({ id, created_at }) => ({ backup_id: id, created_at_ms: Date.parse(created_at) }));
      };
      if ((await list()).length === 0) throw cliError("CLI_BACKUP_NOT_FOUND", `${workload} has no backup`);
      const open = async ({ backup_id }: { backup_id: string }) => new RemoteTree(io, connection, place(backup_id));
      await stayMounted(io, options, dir, new TimesTree(list, open, io.clock), true);
    });
};
