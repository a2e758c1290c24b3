import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ReportDetail, ReportView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import { formatBytes, formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { type Connection, connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, required, serverCommand } from "../server/command.ts";
import { settle } from "../server/follow.ts";
import { awaitJob, DETACH, type WaitOptions } from "../server/jobs.ts";
import { filterOf, showPages } from "../server/lists.ts";
import { type Column, renderDetails } from "../table.ts";
import { registerSubscriptions } from "./report-subscription.ts";

const COLUMNS: readonly Column<ReportView>[] = [
  { title: "id", value: (row) => row.id },
  { title: "kind", value: (row) => row.kind },
  { title: "state", value: (row) => row.state.toLowerCase() },
  { title: "made", value: (row) => formatTime(row.finished_at) },
  { title: "title", value: (row) => row.title, shrink: true },
];

interface CreateOptions extends WaitOptions {
  readonly project?: string;
  readonly drill?: string;
  readonly from?: string;
  readonly to?: string;
  readonly output?: string;
}

const KINDS = ["drill", "attestation", "health", "integrity", "compliance"] as const;

export const register: Register = (program, io) => {
  const example = "baas report create attestation --from 2026-05-01 --to 2026-05-31 --output may";
  const report = group(program, "report", "what the records say, as pages", example);
  serverCommand(report, "create", `Make a report: ${KINDS.join(", ")}.`, example)
    .argument("<kind>", KINDS.join(", "))
    .option("--project <name>", "only of this project")
    .option("--drill <id>", "of a drill report: the drill")
    .option("--from <day>", "first UTC day; by default 30 days ago")
    .option("--to <day>", "last UTC day; by default today")
    .option("--output <dir>", "write its files into this folder")
    .option(...DETACH)
    .action(async (kind: string, options: CreateOptions) => {
      const known = KINDS.find((each) => each === kind);
      if (known === undefined) throw cliError("CLI_USAGE", `${kind} is no kind of report: ${KINDS.join(", ")}`);
      const connection = await connectServer(io, options);
      const { project, drill, from, to } = options;
      const body = {
        kind: known,
        ...(project === undefined ? {} : { project }),
        ...(drill === undefined ? {} : { drill_id: drill }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      };
      const params = { header: idempotencyKey(io) };
      const accepted = unwrap(await connection.api.POST("/v1/reports", { params, body }));
      const job = await awaitJob(io, connection, options, accepted.job_id);
      if (job === undefined) {
        show(io, options, accepted, () => `job ${accepted.job_id} started: baas job watch ${accepted.job_id}`);
        return;
      }
      settle(io, job);
      const id = required(accepted.resource_id ?? undefined, "the report's id");
      await showReport(io, connection, options, id);
    });

  serverCommand(report, "list", "List reports, newest first.", "baas report list --kind attestation")
    .option("--kind <kind>", KINDS.join(", "))
    .action(async (options: ServerOptions & { kind?: string }) => {
      const { api } = await connectServer(io, options);
      const filter = filterOf([["kind=", options.kind]]);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const query = { page_size: PAGE_SIZE, ...filter, ...(page_token === undefined ? {} : { page_token }) };
          return unwrap(await api.GET("/v1/reports", { params: { query } }));
        },
        columns: COLUMNS,
        empty: "no report was made yet",
      });
    });

  serverCommand(report, "get", "Show a report, and write its files.", "baas report get rpt_… --output may")
    .argument("<id>", "id of the report")
    .option("--output <dir>", "write its files into this folder")
    .action(async (id: string, options: ServerOptions & { output?: string }) => {
      await showReport(io, await connectServer(io, options), options, id);
    });
  registerSubscriptions(report, io);
};

async function showReport(
  io: CliIo,
  { api }: Connection,
  options: ServerOptions & { readonly output?: string },
  id: string,
): Promise<void> {
  const found = unwrap(await api.GET("/v1/reports/{id}", { params: { path: { id } } }));
  if (options.output !== undefined) {
    const dir = resolve(io.cwd, options.output);
    await mkdir(dir, { recursive: true });
    for (const { name, sha256 } of found.files) {
      const file = unwrap(await api.GET("/v1/reports/{id}/files/{name}", { params: { path: { id, name } } }));
      const content = Buffer.from(file.content_base64, "base64");
      if (createHash("sha256").update(content).digest("hex") !== sha256) {
        throw cliError("CLI_FILE_UNREADABLE", `${name} did not arrive as it was sent`, { name });
      }
      await writeFile(join(dir, name), content);
    }
  }
  show(io, options, found, reportText);
}

function reportText(report: ReportDetail): string {
  return [
    renderDetails([
      ["report", report.id],
      ["title", report.title],
      ["state", report.state.toLowerCase()],
      ["made", formatTime(report.finished_at)],
      ...report.figures.map(({ label, value, note }) => [label, `${value} (${note})`] as const),
    ]),
    "",
    ...report.files.map(({ name, size_bytes }) => `  ${name}  ${formatBytes(size_bytes)}`),
  ].join("\n");
}
