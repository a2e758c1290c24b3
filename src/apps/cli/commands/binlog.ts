import type { BinlogArchiveView } from "../../../protocol/index.ts";
import { formatDuration, formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, type ServerOptions, unwrap } from "../server/client.ts";
import { group, serverCommand } from "../server/command.ts";
import { type Column, renderTable } from "../table.ts";

const COLUMNS: readonly Column<BinlogArchiveView>[] = [
  { title: "workload", value: (row) => row.workload_name, shrink: true },
  { title: "state", value: (row) => row.state.toLowerCase() },
  {
    title: "rpo",
    value: (row) => (row.rpo_seconds === null ? null : formatDuration(row.rpo_seconds * 1000)),
    align: "right",
  },
  { title: "durable to", value: (row) => (row.file === null ? null : `${row.file}:${row.position ?? 0}`) },
  { title: "gtid", value: (row) => row.gtid },
  { title: "last event", value: (row) => (row.last_event_at === null ? null : formatTime(row.last_event_at)) },
  { title: "holes", value: (row) => row.gaps.length.toString(), align: "right" },
];

export const register: Register = (program, io) => {
  const binlog = group(program, "binlog", "binary logs of MariaDB servers", "baas binlog status");
  serverCommand(
    binlog,
    "status",
    "Show for each server how far its binary log is durable, how old that is, and where it has holes.",
    "baas binlog status",
  ).action(async (options: ServerOptions) => {
    const { api } = await connectServer(io, options);
    show(io, options, unwrap(await api.GET("/v1/binlogs")), ({ items }) => statusText(io, items));
  });
};

function statusText(io: CliIo, archives: readonly BinlogArchiveView[]): string {
  if (archives.length === 0) return "no workload has a binary log that is streamed";
  const lines = [renderTable(archives, COLUMNS, widthOf(io))];
  for (const { workload_name, message, gaps } of archives) {
    if (message !== null) lines.push("", `${workload_name}: ${message}`);
    for (const { from, to, from_time, reason } of gaps) {
      const since = from_time === null ? "" : `, after ${formatTime(from_time)}`;
      lines.push("", `${workload_name}: hole from ${from} to ${to}${since}`, `  ${reason}`);
    }
  }
  return lines.join("\n");
}
