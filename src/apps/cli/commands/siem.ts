import { cliError } from "../errors.ts";
import { formatTime } from "../format.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, serverCommand } from "../server/command.ts";
import { renderTable } from "../table.ts";

interface AddOptions extends ServerOptions {
  readonly address?: string;
  readonly url?: string;
  readonly format: string;
  readonly caFile?: string;
  readonly secret?: string;
  readonly fromStart?: true;
}

export const register: Register = (program, io) => {
  const siem = group(program, "siem", "where the audit log is sent on to", "baas siem list");
  serverCommand(siem, "list", "List sinks, and how far behind each is.", "baas siem list").action(
    async (options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const { items } = unwrap(await api.GET("/v1/siem-sinks", {}));
      show(io, options, items, (rows) =>
        rows.length === 0
          ? "the audit log is not sent on"
          : renderTable(rows, [
              { title: "name", value: (row) => row.name },
              { title: "over", value: (row) => row.kind },
              { title: "format", value: (row) => row.format },
              { title: "sent", value: (row) => row.sent_count, align: "right" },
              { title: "behind", value: (row) => row.backlog, align: "right" },
              {
                title: "since",
                value: (row) => (row.oldest_unsent_at === null ? "" : formatTime(row.oldest_unsent_at)),
              },
              { title: "failures", value: (row) => row.failures_in_row, align: "right" },
              { title: "last error", value: (row) => row.last_error, shrink: true },
            ]),
      );
    },
  );
  const example = "baas siem add splunk --url https://siem.example.com/ingest --secret env:SIEM_TOKEN";
  serverCommand(siem, "add", "Send the audit log on, from now on.", example)
    .argument("<name>", "name of the sink")
    .option("--address <host:port>", "over syslog/TLS (RFC 5425)")
    .option("--url <url>", "over HTTPS")
    .option("--format <format>", "ocsf or cef", "ocsf")
    .option("--ca-file <path>", "on the server: authorities that vouch for the receiver")
    .option("--secret <ref>", "of the authorization header: env:NAME or file:/PATH on the server")
    .option("--from-start", "all that is in the log, too")
    .action(async (name: string, options: AddOptions) => {
      const { api } = await connectServer(io, options);
      const body = {
        name,
        format: options.format as "ocsf" | "cef",
        to: { ...placeOf(options), ...(options.caFile === undefined ? {} : { ca_file: options.caFile }) },
        ...(options.secret === undefined ? {} : { secret_ref: options.secret }),
        ...(options.fromStart === true ? { from_start: true } : {}),
      };
      const made = unwrap(await api.POST("/v1/siem-sinks", { params: { header: idempotencyKey(io) }, body }));
      show(
        io,
        options,
        made,
        (row) => `sink ${row.name} added, ${row.backlog} entries behind; watch it: baas siem list`,
      );
    });
  serverCommand(siem, "remove", "Send nothing more there.", "baas siem remove splunk")
    .argument("<name>", "name or id")
    .action(async (name: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const gone = unwrap(await api.DELETE("/v1/siem-sinks/{id}", { params: { path: { id: name } } }));
      show(io, options, gone, (row) => `sink ${row.name} removed; it had ${row.sent_count} entries`);
    });
};

function placeOf({ address, url }: AddOptions) {
  if (url !== undefined && address === undefined) return { kind: "https" as const, url };
  const match = /^(.+):(\d+)$/.exec(address ?? "");
  if (match === null || url !== undefined) throw cliError("CLI_USAGE", "give either --url or --address HOST:PORT");
  return { kind: "syslog" as const, host: (match[1] ?? "").replace(/^\[|\]$/g, ""), port: Number(match[2]) };
}
