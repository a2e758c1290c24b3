import type { RegionLinkView, ReplicationView } from "../../../protocol/index.ts";
import { formatBytes, formatDuration, formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, required, serverCommand } from "../server/command.ts";
import { parseSize } from "../size.ts";
import { type Column, renderTable } from "../table.ts";
import { bucketsText } from "./bucket.ts";

type Pair = ReplicationView["pairs"][number];

const COLUMNS: readonly Column<Pair>[] = [
  { title: "from", value: (row) => row.from_region },
  { title: "to", value: (row) => row.to_region },
  { title: "lag", value: (row) => formatDuration(row.lag_seconds * 1000), align: "right" },
  { title: "pending", value: (row) => row.pending, align: "right" },
  { title: "failed", value: (row) => row.failed, align: "right" },
  { title: "backlog", value: (row) => formatBytes(row.backlog_bytes), align: "right" },
  { title: "failures 24h", value: (row) => row.failures_24h, align: "right" },
  { title: "copied 24h", value: (row) => formatBytes(row.copied_bytes_24h), align: "right" },
  { title: "rate", value: ({ bytes_per_second_24h: rate }) => rateText(rate), align: "right" },
  { title: "newest copy", value: (row) => formatTime(row.newest_copy_at) },
];

const LINKS: readonly Column<RegionLinkView>[] = [
  { title: "from", value: (row) => row.from_region },
  { title: "to", value: (row) => row.to_region },
  { title: "limit", value: (row) => rateText(row.bytes_per_second) ?? "none", align: "right" },
  { title: "window", value: (row) => row.window ?? "at all times" },
  { title: "now", value: ({ opens_at }) => (opens_at === null ? "open" : `closed until ${formatTime(opens_at)}`) },
];

function rateText(bytes_per_second: number | null): string | null {
  return bytes_per_second === null ? null : `${formatBytes(bytes_per_second)}/s`;
}

interface LinkOptions extends ServerOptions {
  readonly from?: string;
  readonly to?: string;
  /** `false`: `--no-limit`. */
  readonly limit?: number | false;
  readonly window?: string | false;
}

export const register: Register = (program, io) => {
  const example = "baas replication status --policy critical-1h";
  const replication = group(program, "replication", "the second region", example);
  serverCommand(replication, "status", "Show how far the second region is behind, and why, for each pair.", example)
    .option("--policy <name>", "only backups of this policy")
    .action(async (options: ServerOptions & { policy?: string }) => {
      const { api } = await connectServer(io, options);
      const query = options.policy === undefined ? {} : { policy: options.policy };
      const status = unwrap(await api.GET("/v1/replication", { params: { query } }));
      const { items: buckets } =
        options.policy === undefined ? unwrap(await api.GET("/v1/bucket-streams")) : { items: [] };
      const replicas = buckets.filter(({ target }) => target !== null);
      show(io, options, { ...status, buckets: replicas }, (it) => {
        const copies = it.pairs.length === 0 ? "no copies were asked for" : statusText(it, io);
        return replicas.length === 0 ? copies : [copies, "", "buckets", "", bucketsText(io, replicas)].join("\n");
      });
    });

  const limiting = 'baas replication link --from bd-dha-1 --to bd-ctg-1 --limit 50MB --window "22:00-06:00 Asia/Dhaka"';
  const what = "Limit the copies from one region to another; what is not given stays. Without options: show links.";
  serverCommand(replication, "link", what, limiting)
    .option("--from <region>", "region that copies come from")
    .option("--to <region>", "region that they go to")
    .option("--limit <size>", "bytes a second of all copies together, e.g. 50MB", parseSize)
    .option("--no-limit", "as fast as it goes")
    .option("--window <hours>", 'hours of each day in a zone, e.g. "22:00-06:00 Asia/Dhaka"')
    .option("--no-window", "at all times")
    .action(async (options: LinkOptions, command: { getOptionValueSource(name: string): string | undefined }) => {
      const { api } = await connectServer(io, options);
      // Commander takes an option with a negation for given.
      const given = <T>(name: string, value: T | false | true | undefined): { [key: string]: T | null } | undefined =>
        command.getOptionValueSource(name) !== "cli" || value === true || value === undefined
          ? undefined
          : { [name === "limit" ? "bytes_per_second" : name]: value === false ? null : value };
      const changes = { ...given("limit", options.limit), ...given("window", options.window) };
      if (Object.keys(changes).length === 0 && options.from === undefined) {
        const list = unwrap(await api.GET("/v1/region-links"));
        show(io, options, list, linksText(io));
        return;
      }
      const body = { from: required(options.from, "--from"), to: required(options.to, "--to"), ...changes };
      const link = unwrap(await api.POST("/v1/region-links", { params: { header: idempotencyKey(io) }, body }));
      show(io, options, link, (it) => linksText(io)({ items: [it] }));
    });
};

function linksText(io: CliIo) {
  return ({ items }: { readonly items: readonly RegionLinkView[] }) =>
    items.length === 0 ? "no link has a limit or a window" : renderTable(items, LINKS, widthOf(io));
}

function statusText({ pairs, lag_seconds, failures_24h }: ReplicationView, io: CliIo): string {
  const head = `lag ${formatDuration(lag_seconds * 1000)}, ${failures_24h} failures in 24 hours`;
  const why = pairs.flatMap(({ from_region, to_region, cause, cause_text }) =>
    cause === null ? [] : [`${from_region} to ${to_region}: ${cause.replaceAll("_", " ")}: ${cause_text}`],
  );
  return [head, "", renderTable(pairs, COLUMNS, widthOf(io)), ...(why.length === 0 ? [] : ["", ...why])].join("\n");
}
