import type { WalArchiveView } from "../../../protocol/index.ts";
import { formatBytes, formatDuration, formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, type ServerOptions, unwrap } from "../server/client.ts";
import { group, serverCommand } from "../server/command.ts";
import { type Column, renderTable } from "../table.ts";

const COLUMNS: readonly Column<WalArchiveView>[] = [
  { title: "workload", value: (row) => row.workload_name, shrink: true },
  { title: "state", value: (row) => row.state.toLowerCase() },
  {
    title: "rpo",
    value: (row) => (row.rpo_seconds === null ? null : formatDuration(row.rpo_seconds * 1000)),
    align: "right",
  },
  { title: "durable to", value: (row) => row.flushed_lsn },
  { title: "timeline", value: (row) => row.timeline?.toString() ?? null, align: "right" },
  { title: "lag", value: (row) => (row.lag_bytes === null ? null : formatBytes(row.lag_bytes)), align: "right" },
  { title: "slot", value: (row) => row.slot_status },
  {
    title: "kept on server",
    value: (row) => (row.slot_retained_bytes === null ? null : formatBytes(row.slot_retained_bytes)),
    align: "right",
  },
  { title: "holes", value: (row) => row.gaps.length.toString(), align: "right" },
];

export const register: Register = (program, io) => {
  const wal = group(program, "wal", "write-ahead logs of databases", "baas wal status");
  serverCommand(
    wal,
    "status",
    "Show for each database how far its write-ahead log is durable, how old that is, and where it has holes.",
    "baas wal status",
  ).action(async (options: ServerOptions) => {
    const { api } = await connectServer(io, options);
    show(io, options, unwrap(await api.GET("/v1/wal")), ({ items }) => statusText(io, items));
  });
};

function statusText(io: CliIo, archives: readonly WalArchiveView[]): string {
  if (archives.length === 0) return "no workload has a write-ahead log that is streamed";
  const lines = [renderTable(archives, COLUMNS, widthOf(io))];
  for (const { workload_name, message, heartbeat_error, gaps } of archives) {
    if (message !== null) lines.push("", `${workload_name}: ${message}`);
    if (heartbeat_error !== null) lines.push("", `${workload_name}: no heartbeat: ${heartbeat_error}`);
    for (const gap of gaps) {
      const since = gap.from_time === null ? "" : `, after ${formatTime(gap.from_time)}`;
      lines.push(
        "",
        `${workload_name}: hole from ${gap.from_lsn} to ${gap.to_lsn} on timeline ${gap.timeline}${since}`,
        `  ${gap.reason}`,
      );
    }
  }
  return lines.join("\n");
}
