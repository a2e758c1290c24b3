import type { ShownTree } from "../../../engine/mount/index.ts";
import { cliError } from "../errors.ts";
import type { CliIo } from "../io.ts";
import { connectServer, type ServerOptions, unwrap } from "./client.ts";
import { PAGE_SIZE } from "./command.ts";
import { filterOf } from "./lists.ts";

export interface ShownOptions extends ServerOptions {
  readonly backupId?: string;
  readonly workload?: string;
  readonly project?: string;
  readonly fromRegion?: string;
}

/**
 * A backup of a server, or all of a workload by time, as a tree to show.
 * @returns `changes`: the top lists backups, and may change
 * @throws CLI_USAGE, CLI_BACKUP_NOT_FOUND, and what the server says, before anything is shown
 */
export async function openShown(
  io: CliIo,
  options: ShownOptions,
): Promise<{ readonly tree: ShownTree; readonly changes: boolean }> {
  const { backupId, workload, fromRegion } = options;
  if ((backupId === undefined) === (workload === undefined))
    throw cliError("CLI_USAGE", "say what to show: --backup-id ID, or --workload NAME");
  const connection = await connectServer(io, options);
  const { RemoteTree } = await import("./remote-tree.ts");
  const place = (id: string) => ({ backup_id: id, ...(fromRegion === undefined ? {} : { region: fromRegion }) });
  if (backupId !== undefined) {
    const tree = new RemoteTree(io, connection, place(backupId));
    await tree.find(Buffer.alloc(0)); // says what is wrong before anything is shown
    return { tree, changes: false };
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
  return { tree: new TimesTree(list, open, io.clock), changes: true };
}
