import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { IncidentDetail, IncidentView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import { formatTime } from "../format.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, required, serverCommand } from "../server/command.ts";
import { filterOf, showPages } from "../server/lists.ts";
import type { Column } from "../table.ts";

const COLUMNS: readonly Column<IncidentView>[] = [
  { title: "id", value: (row) => row.id },
  { title: "sev", value: (row) => row.severity, align: "right" },
  { title: "state", value: (row) => row.state },
  { title: "project", value: (row) => row.project_name },
  { title: "opened", value: (row) => formatTime(row.opened_at) },
  { title: "response due", value: (row) => formatTime(row.response_due_at) },
  { title: "responded", value: (row) => formatTime(row.responded_at) },
  { title: "included", value: (row) => (row.within_allowance ? "yes" : "no") },
  { title: "title", value: (row) => row.title, shrink: true },
];

interface OpenOptions extends ServerOptions {
  readonly project?: string;
  readonly severity?: string;
  readonly title?: string;
  readonly scope?: string;
  readonly criterion?: string[];
}

interface UpdateOptions extends ServerOptions {
  readonly respond?: boolean;
  readonly note?: string;
  readonly scope?: string;
  readonly restore?: string;
  readonly alert?: string;
  readonly criterion?: string;
  readonly met?: string;
  readonly evidence?: string;
}

type Row = (incident: IncidentDetail) => string;
const text: Row = (incident) => incident.document;

export const register: Register = (program, io) => {
  const incident = group(program, "incident", "help with a restore", "baas incident list");
  serverCommand(incident, "list", "List incidents that are not closed.", "baas incident list --all")
    .option("--all", "closed ones, too")
    .action(async (options: ServerOptions & { all?: boolean }) => {
      const { api } = await connectServer(io, options);
      const filter = filterOf([["state!=", options.all === true ? undefined : "CLOSED"]]);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const token = page_token === undefined ? {} : { page_token };
          const query = { page_size: PAGE_SIZE, ...filter, ...token };
          return unwrap(await api.GET("/v1/incidents", { params: { query } }));
        },
        columns: COLUMNS,
        empty: "there is no open incident",
      });
    });
  serverCommand(
    incident,
    "open",
    "Ask for help with a restore. Severity 1: production is down; 2: an operational data issue; 3: test or audit.",
    'baas incident open --project acme-prod --severity 1 --title "orders lost" --scope "db-1 to 10:40"',
  )
    .option("--project <name>", "whose")
    .option("--severity <n>", "1, 2 or 3")
    .option("--title <text>", "one line")
    .option("--scope <text>", "what is to be restored, where to, and what is not part of it")
    .option(
      "--criterion <text>",
      "when it has succeeded; may be repeated",
      (one: string, all: string[] | undefined) => [...(all ?? []), one],
    )
    .action(async (options: OpenOptions) => {
      const { api } = await connectServer(io, options);
      const severity = Number(required(options.severity, "--severity")) as 1 | 2 | 3;
      const body = {
        project: required(options.project, "--project"),
        severity,
        title: required(options.title, "--title"),
        scope: required(options.scope, "--scope"),
        criteria: options.criterion ?? [],
      };
      const params = { header: idempotencyKey(io) };
      show(
        io,
        options,
        unwrap(await api.POST("/v1/incidents", { params, body })),
        (row) =>
          `incident ${row.id} is open; response due ${formatTime(row.response_due_at)}` +
          (row.within_allowance ? "" : `; beyond the allowance of ${row.allowance_year}, it will be quoted`),
      );
    });
  serverCommand(incident, "show", "Show an incident with its timeline.", "baas incident show inc_…")
    .argument("<id>", "id of the incident")
    .action(async (id: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      show(io, options, unwrap(await api.GET("/v1/incidents/{id}", { params: { path: { id } } })), text);
    });
  serverCommand(
    incident,
    "update",
    "Respond, note, link, or say whether a success criterion is met.",
    "baas incident update inc_… --respond --restore rst_…",
  )
    .argument("<id>", "id of the incident")
    .option("--respond", "somebody answers: ends the response clock")
    .option("--note <text>", "for the timeline")
    .option("--scope <text>", "the scope as it is now")
    .option("--restore <id>", "a restore that belongs to it")
    .option("--alert <id>", "an alert that belongs to it")
    .option("--criterion <n>", "number of a success criterion, from 1")
    .option("--met <yes|no>", "whether it is met")
    .option("--evidence <text>", "what shows it")
    .action(async (id: string, options: UpdateOptions) => {
      const { api } = await connectServer(io, options);
      const body = updateBody(options);
      const params = { path: { id }, header: idempotencyKey(io) };
      show(io, options, unwrap(await api.POST("/v1/incidents/{id}/update", { params, body })), text);
    });
  serverCommand(
    incident,
    "close",
    "Close an incident with its debrief.",
    'baas incident close inc_… --worked "restore took 12 min" --improve "know the thaw time before"',
  )
    .argument("<id>", "id of the incident")
    .option("--worked <text>", "what worked")
    .option("--improve <text>", "what needs to be better, in the runbook too")
    .action(async (id: string, options: ServerOptions & { worked?: string; improve?: string }) => {
      const { api } = await connectServer(io, options);
      const body = { worked: required(options.worked, "--worked"), improve: required(options.improve, "--improve") };
      const params = { path: { id }, header: idempotencyKey(io) };
      show(io, options, unwrap(await api.POST("/v1/incidents/{id}/close", { params, body })), text);
    });
  serverCommand(
    incident,
    "export",
    "Write an incident as a document.",
    "baas incident export inc_… --output incident.md",
  )
    .argument("<id>", "id of the incident")
    .option("--output <file>", "where to, .md or .json; by default standard output")
    .action(async (id: string, options: ServerOptions & { output?: string }) => {
      const { api } = await connectServer(io, options);
      const found = unwrap(await api.GET("/v1/incidents/{id}", { params: { path: { id } } }));
      if (options.output === undefined) {
        show(io, options, found, text);
        return;
      }
      const path = resolve(io.cwd, options.output);
      const { document, ...rest } = found;
      await writeFile(path, path.endsWith(".json") ? `${JSON.stringify(rest, null, 2)}\n` : document);
      show(io, options, { path }, () => path);
    });
};

function updateBody(options: UpdateOptions) {
  const { respond, note, scope, restore, alert, criterion, met } = options;
  if (criterion !== undefined && met !== "yes" && met !== "no") {
    throw cliError("CLI_USAGE", "--criterion needs --met yes or --met no");
  }
  return {
    ...(respond === undefined ? {} : { respond }),
    ...(note === undefined ? {} : { note }),
    ...(scope === undefined ? {} : { scope }),
    ...(restore === undefined ? {} : { restore_id: restore }),
    ...(alert === undefined ? {} : { alert_id: alert }),
    ...(criterion === undefined
      ? {}
      : {
          criterion: {
            index: Number(criterion) - 1,
            met: met === "yes",
            evidence: required(options.evidence, "--evidence"),
          },
        }),
  };
}
