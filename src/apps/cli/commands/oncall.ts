import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parse } from "yaml";
import { duration_ms } from "../../../model/index.ts";
import type { OncallView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import { formatTime } from "../format.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, required, serverCommand } from "../server/command.ts";
import { type Column, renderTable } from "../table.ts";

const COLUMNS: readonly Column<OncallView["on_call"][number]>[] = [
  { title: "rotation", value: (row) => row.rotation },
  { title: "on call", value: (row) => row.person ?? "nobody" },
  { title: "by", value: (row) => row.because },
  { title: "until", value: (row) => formatTime(row.until) },
  { title: "next", value: (row) => row.next },
];

interface OverrideOptions extends ServerOptions {
  readonly rotation?: string;
  readonly person?: string;
  readonly from?: string;
  readonly until?: string;
  readonly for?: string;
}

export const register: Register = (program, io) => {
  const oncall = group(program, "oncall", "who is told of an alert", "baas oncall show");
  const table = (view: OncallView) =>
    view.on_call.length === 0
      ? "there is no rotation: every channel is told of every alert"
      : renderTable(view.on_call, COLUMNS, widthOf(io));
  serverCommand(oncall, "show", "Show who is on call now, until when, and who is next.", "baas oncall show")
    .option("--at <time>", "at another time, ISO 8601")
    .action(async (options: ServerOptions & { at?: string }) => {
      const { api } = await connectServer(io, options);
      const query = options.at === undefined ? {} : { at: new Date(options.at).toISOString() };
      show(io, options, unwrap(await api.GET("/v1/oncall", { params: { query } })), table);
    });
  serverCommand(
    oncall,
    "set",
    "Replace people, rotations and escalation by those of a YAML file (docs/oncall.md).",
    "baas oncall set oncall.yaml",
  )
    .argument("<file>", "YAML file")
    .action(async (file: string, options: ServerOptions) => {
      const path = resolve(io.cwd, file);
      const text = await readFile(path, "utf8").catch((error: unknown) => {
        throw cliError("CLI_FILE_UNREADABLE", `cannot read ${path}: ${(error as Error).message}`, { path }, error);
      });
      const { api } = await connectServer(io, options);
      const body = { config: parse(text) as Record<string, unknown> };
      show(io, options, unwrap(await api.POST("/v1/oncall", { params: { header: idempotencyKey(io) }, body })), table);
    });
  serverCommand(
    oncall,
    "override",
    "Somebody else takes over for a while.",
    "baas oncall override --rotation primary --person bob --for 12h",
  )
    .option("--rotation <name>", "which rotation")
    .option("--person <name>", "who takes over")
    .option("--from <time>", "ISO 8601; by default now")
    .option("--until <time>", "ISO 8601")
    .option("--for <duration>", "instead of --until, e.g. 12h")
    .action(async (options: OverrideOptions) => {
      const { api } = await connectServer(io, options);
      const from = options.from === undefined ? {} : { from: new Date(options.from).toISOString() };
      const begins_ms = options.from === undefined ? io.clock.now_ms() : Date.parse(options.from);
      const until_ms =
        options.for === undefined
          ? Date.parse(required(options.until, "--until or --for"))
          : begins_ms + duration_ms(options.for);
      const body = {
        rotation: required(options.rotation, "--rotation"),
        person: required(options.person, "--person"),
        ...from,
        until: new Date(until_ms).toISOString(),
      };
      const params = { header: idempotencyKey(io) };
      const made = unwrap(await api.POST("/v1/oncall/overrides", { params, body }));
      show(
        io,
        options,
        made,
        (row) => `${row.person} has ${row.rotation} from ${formatTime(row.from_at)} until ${formatTime(row.until_at)}`,
      );
    });
};
