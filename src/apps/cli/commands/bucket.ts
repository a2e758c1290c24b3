import type { BucketStreamView } from "../../../protocol/index.ts";
import { formatBytes, formatDuration, formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, serverCommand } from "../server/command.ts";
import { type Column, renderTable } from "../table.ts";

const COLUMNS: readonly Column<BucketStreamView>[] = [
  { title: "workload", value: (row) => row.workload_name, shrink: true },
  { title: "to", value: (row) => row.target, shrink: true },
  { title: "state", value: (row) => row.state.toLowerCase() },
  { title: "lag", value: ({ lag_seconds: lag }) => (lag === null ? null : formatDuration(lag * 1000)), align: "right" },
  { title: "missing", value: (row) => missingText(row), align: "right" },
  { title: "failed", value: (row) => row.failed_keys, align: "right" },
  { title: "copied", value: (row) => row.copied_versions, align: "right" },
  { title: "whole as of", value: (row) => formatTime(row.complete_at) },
  { title: "last event", value: (row) => (row.events ? formatTime(row.told_at) : "none expected") },
];

function missingText({ missing_keys, missing_bytes, missing_more }: BucketStreamView): string {
  const more = missing_more ? " or more" : "";
  return missing_keys === 0 ? `0${more}` : `${missing_keys}${more} (${formatBytes(missing_bytes)})`;
}

export const register: Register = (program, io) => {
  const bucket = group(program, "bucket", "buckets between their backups", "baas bucket status");
  serverCommand(
    bucket,
    "status",
    "Show for each bucket that is replicated or watched how far that is: lag, what is missing, what failed.",
    "baas bucket status",
  ).action(async (options: ServerOptions) => {
    const { api } = await connectServer(io, options);
    show(io, options, unwrap(await api.GET("/v1/bucket-streams")), ({ items }) => bucketsText(io, items));
  });

  serverCommand(
    bucket,
    "events",
    "Make the address that a bucket's service sends its events to; it is shown once, and an earlier one ends.",
    "baas bucket events photos --register --base-url https://backup.example.com",
  )
    .argument("<workload>", "name or id of the workload")
    .option("--register", "have the bucket's service send them (Ceph's gateway)")
    .option("--base-url <url>", "where the service reaches this server; by default as this command does")
    .action(async (name: string, options: ServerOptions & { register?: boolean; baseUrl?: string }) => {
      const { api } = await connectServer(io, options);
      const body = {
        register: options.register === true,
        ...(options.baseUrl === undefined ? {} : { base_url: options.baseUrl }),
      };
      const params = { path: { id: name }, header: idempotencyKey(io) };
      const made = unwrap(await api.POST("/v1/workloads/{id}/bucket-events", { params, body }));
      show(io, options, made, ({ url, topic }) =>
        topic === null ? `${url}\nHave the bucket's service POST its events there.` : `${url}\n${topic} sends there`,
      );
    });
};

export function bucketsText(io: CliIo, items: readonly BucketStreamView[]): string {
  if (items.length === 0) return "no bucket is replicated, or watched between its backups";
  const why = items.flatMap(({ workload_name, message, failure, conflicts }) => [
    ...(message === null ? [] : [`${workload_name}: ${message}`]),
    ...(failure === null ? [] : [`${workload_name}: could not be brought over: ${failure}`]),
    ...(conflicts === 0 ? [] : [`${workload_name}: somebody else wrote to ${conflicts} keys of its replica`]),
  ]);
  return [renderTable(items, COLUMNS, widthOf(io)), ...(why.length === 0 ? [] : ["", ...why])].join("\n");
}
