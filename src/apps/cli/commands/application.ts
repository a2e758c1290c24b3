import type { ApplicationView } from "../../../protocol/index.ts";
import { formatCount, formatDuration, formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, type ServerOptions, unwrap } from "../server/client.ts";
import { group, serverCommand } from "../server/command.ts";
import { type Column, renderDetails, renderTable } from "../table.ts";

type Part = ApplicationView["parts"][number];

const COLUMNS: readonly Column<Part>[] = [
  { title: "part", value: (row) => row.name },
  { title: "order", value: (row) => row.order.toString(), align: "right" },
  { title: "workload", value: (row) => row.workload_name, shrink: true },
  { title: "kind", value: (row) => row.kind },
  {
    title: "rpo",
    value: (row) => (row.rpo_seconds === null ? "nothing held" : formatDuration(row.rpo_seconds * 1000)),
    align: "right",
  },
  { title: "by", value: (row) => row.rpo_by },
];

export const register: Register = (program, io) => {
  const application = group(
    program,
    "application",
    "workloads that are restored together",
    "baas application status mail",
  );
  serverCommand(
    application,
    "status",
    "Show how an application stands: RPO of each part, its last backup, its suppression log.",
    "baas application status mail",
  )
    .argument("<name>", "name or id of the application")
    .action(async (id: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const found = unwrap(await api.GET("/v1/applications/{id}", { params: { path: { id } } }));
      show(io, options, found, (view) => statusText(io, view));
    });
};

function statusText(io: CliIo, { parts, rpo_seconds, last_backup, suppressions, ...view }: ApplicationView): string {
  const log =
    suppressions === null
      ? "none"
      : `${formatCount(suppressions.entries)} entries, ${suppressions.state.toLowerCase()}, collected ${formatTime(suppressions.collected_at)}`;
  return [
    renderDetails([
      ["application", view.workload_name],
      ["profile", view.profile],
      ["rpo", rpo_seconds === null ? "one part has nothing" : formatDuration(rpo_seconds * 1000)],
      [
        "last backup",
        last_backup === null ? "none" : `${last_backup.backup_id}, whole at ${formatTime(last_backup.point)}`,
      ],
      ["suppressions", log],
      ...(suppressions === null || suppressions.message === null ? [] : [["", suppressions.message] as const]),
    ]),
    "",
    renderTable(parts, COLUMNS, widthOf(io)),
  ].join("\n");
}
