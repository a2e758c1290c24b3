import type { ReplicationView } from "../../../protocol/index.ts";
import { formatBytes, formatDuration, formatTime } from "../format.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, type ServerOptions, unwrap } from "../server/client.ts";
import { group, serverCommand } from "../server/command.ts";
import { type Column, renderTable } from "../table.ts";

type Pair = ReplicationView["pairs"][number];

const COLUMNS: readonly Column<Pair>[] = [
  { title: "from", value: (row) => row.from_region },
  { title: "to", value: (row) => row.to_region },
  { title: "lag", value: (row) => formatDuration(row.lag_seconds * 1000), align: "right" },
  { title: "pending", value: (row) => row.pending, align: "right" },
  { title: "failed", value: (row) => row.failed, align: "right" },
  { title: "failures 24h", value: (row) => row.failures_24h, align: "right" },
  { title: "copied 24h", value: (row) => formatBytes(row.copied_bytes_24h), align: "right" },
  {
    title: "rate",
    value: ({ bytes_per_second_24h: rate }) => (rate === null ? null : `${formatBytes(rate)}/s`),
    align: "right",
  },
  { title: "newest copy", value: (row) => formatTime(row.newest_copy_at) },
];

export const register: Register = (program, io) => {
  const example = "baas replication status --policy critical-1h";
  const replication = group(program, "replication", "the second region", example);
  serverCommand(replication, "status", "Show how far the second region is behind, for each pair of regions.", example)
    .option("--policy <name>", "only backups of this policy")
    .action(async (options: ServerOptions & { policy?: string }) => {
      const { api } = await connectServer(io, options);
      const query = options.policy === undefined ? {} : { policy: options.policy };
      const status = unwrap(await api.GET("/v1/replication", { params: { query } }));
      show(io, options, status, ({ pairs, lag_seconds, failures_24h }) =>
        pairs.length === 0
          ? "no copies were asked for"
          : `lag ${formatDuration(lag_seconds * 1000)}, ${failures_24h} failures in 24 hours\n\n${renderTable(pairs, COLUMNS, widthOf(io))}`,
      );
    });
};
