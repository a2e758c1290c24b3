import type { HoldView } from "../../../protocol/index.ts";
import { formatTime } from "../format.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, serverCommand } from "../server/command.ts";
import { filterOf, showPages } from "../server/lists.ts";
import { cliError } from "../errors.ts";
import type { Column } from "../table.ts";

interface AddOptions extends ServerOptions {
  readonly backupId?: string;
  readonly workload?: string;
  readonly project?: string;
  readonly reason: string;
}

const COLUMNS: readonly Column<HoldView>[] = [
  { title: "hold", value: (row) => row.id },
  { title: "on", value: (row) => row.backup_id ?? "every backup" },
  { title: "workload", value: (row) => row.workload_name, shrink: true },
  { title: "since", value: (row) => formatTime(row.created_at) },
  { title: "released", value: (row) => (row.released_at === null ? "no" : formatTime(row.released_at)) },
  { title: "reason", value: (row) => row.reason, shrink: true },
];

export const register: Register = (program, io) => {
  const example = 'baas hold add --workload web-1 --reason "case 2026-117"';
  const hold = group(program, "hold", "legal holds", example);

  serverCommand(
    hold,
    "add",
    "Put a backup, or all backups of a workload (those to come too), under legal hold: nothing of it is deleted before\n" +
      "somebody releases it, not by retention, by hand or by a sweep. Storage that has legal holds gets them as well.",
    example,
  )
    .option("--backup-id <id>", "one backup")
    .option("--workload <name>", "all backups of this workload")
    .option("--project <name>", "project, when several have a workload of this name")
    .requiredOption("--reason <text>", "why, for the record")
    .action(async (options: AddOptions) => {
      if ((options.backupId === undefined) === (options.workload === undefined)) {
        throw cliError("CLI_USAGE", "give either --backup-id or --workload");
      }
      const { api } = await connectServer(io, options);
      const body = {
        ...(options.backupId === undefined ? {} : { backup_id: options.backupId }),
        ...(options.workload === undefined ? {} : { workload: options.workload }),
        ...(options.project === undefined ? {} : { project: options.project }),
        reason: options.reason,
      };
      const made = unwrap(await api.POST("/v1/holds", { params: { header: idempotencyKey(io) }, body }));
      show(io, options, made, () => `legal hold ${made.resource_id} is in force`);
    });

  serverCommand(hold, "list", "List the legal holds, newest first.", "baas hold list --workload web-1")
    .option("--workload <name>", "only on this workload and its backups")
    .option("--backup-id <id>", "only on this backup")
    .action(async (options: ServerOptions & { workload?: string; backupId?: string }) => {
      const { api } = await connectServer(io, options);
      const filter = filterOf([
        ["workload=", options.workload],
        ["backup_id=", options.backupId],
      ]);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const query = { page_size: PAGE_SIZE, ...filter, ...(page_token === undefined ? {} : { page_token }) };
          return unwrap(await api.GET("/v1/holds", { params: { query } }));
        },
        columns: COLUMNS,
        empty: "no legal holds",
      });
    });

  serverCommand(
    hold,
    "release",
    "Release a legal hold. What kept the backups before keeps them again.",
    'baas hold release hld_01m82fn4m7b1bcgh598b1rgqfe --reason "case closed"',
  )
    .argument("<hold>", "id of the hold")
    .requiredOption("--reason <text>", "why, for the record")
    .action(async (id: string, options: ServerOptions & { reason: string }) => {
      const { api } = await connectServer(io, options);
      const params = { path: { id }, header: idempotencyKey(io) };
      const done = unwrap(await api.POST("/v1/holds/{id}/release", { params, body: { reason: options.reason } }));
      show(io, options, done, () => `legal hold ${id} is released`);
    });
};
