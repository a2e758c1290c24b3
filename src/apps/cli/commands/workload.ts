import { resolve } from "node:path";
import { workloadTypes } from "../../../model/index.ts";
import type { WorkloadView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import type { paths } from "../generated/api-types.ts";
import type { CliIo } from "../io.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { type Connection, connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, serverCommand } from "../server/command.ts";
import { filterOf, showPages } from "../server/lists.ts";
import type { Column } from "../table.ts";
import { collect } from "./repo/options.ts";
import { type Command, Option } from "commander";

interface AddOptions extends ServerOptions {
  readonly project: string;
  readonly type: WorkloadView["type"];
  readonly path?: readonly string[];
  readonly volume?: string;
  readonly source?: string;
  readonly agent?: string;
  readonly command?: string;
  readonly hookBefore?: string;
  readonly hookAfter?: string;
  readonly exclude?: readonly string[];
  readonly tag?: readonly string[];
  readonly region?: string;
  readonly snapshot?: "btrfs";
}

type SourceInput = paths["/v1/workloads"]["post"]["requestBody"]["content"]["application/json"]["source"];

const ADD_EXAMPLE =
  "baas workload add web-1 --project acme-prod --type host --path /srv/www --tag env=prod,backup-policy=standard-daily";

const COLUMNS: readonly Column<WorkloadView>[] = [
  { title: "name", value: (row) => row.name },
  { title: "type", value: (row) => row.type },
  { title: "project", value: (row) => row.project_name },
  { title: "region", value: (row) => row.region_name },
  { title: "tags", value: (row) => tagsText(row.tags), shrink: true },
  { title: "id", value: (row) => row.id },
];

export const register: Register = (program, io) => {
  const workload = group(program, "workload", "what is protected", ADD_EXAMPLE);
  registerAdd(workload, io);
  serverCommand(
    workload,
    "source",
    "Change what is read when a workload is backed up. Its backups so far stay as they are.",
    `baas workload source photos --source '{"kind":"bucket", …}'`,
  )
    .argument("<name>", "name or id of the workload")
    .requiredOption("--source <json>", "the whole new source, as with `workload add`")
    .option("--project <name>", "project, when several have a workload of this name")
    .action(async (name: string, options: ServerOptions & { source: string; project?: string }) => {
      const connection = await connectServer(io, options);
      const { id } = await findWorkload(connection, name, options.project);
      const body = { source: parseSource(options.source) };
      const made = unwrap(await connection.api.PATCH("/v1/workloads/{id}", { params: { path: { id } }, body }));
      show(io, options, made, () => `workload ${made.name} (${made.id}) has a new source`);
    });

  serverCommand(
    workload,
    "tag",
    "Set tags of a workload, or take them away with KEY-. Policies that select by tag follow within a minute.",
    "baas workload tag web-1 env=prod tier=1 old-",
  )
    .argument("<name>", "name or id of the workload")
    .argument("<tags...>", "KEY=VALUE to set, KEY- to take away")
    .option("--project <name>", "project, when several have a workload of this name")
    .action(async (name: string, words: readonly string[], options: ServerOptions & { project?: string }) => {
      const connection = await connectServer(io, options);
      const { id } = await findWorkload(connection, name, options.project);
      const tags = Object.fromEntries(words.flatMap((word) => word.split(",")).map(parseTagChange));
      const edited = unwrap(
        await connection.api.PATCH("/v1/workloads/{id}", { params: { path: { id } }, body: { tags } }),
      );
      show(io, options, edited, () => `workload ${edited.name}: ${tagsText(edited.tags) || "no tags"}`);
    });

  serverCommand(workload, "list", "List the workloads.", "baas workload list --project acme-prod")
    .option("--project <name>", "only of this project")
    .option("--type <type>", `only of this type: ${workloadTypes.join(", ")}`)
    .action(async (options: ServerOptions & { project?: string; type?: string }) => {
      const { api } = await connectServer(io, options);
      const filter = filterOf([
        ["project=", options.project],
        ["type=", options.type],
      ]);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const query = { page_size: PAGE_SIZE, ...filter, ...(page_token === undefined ? {} : { page_token }) };
          return unwrap(await api.GET("/v1/workloads", { params: { query } }));
        },
        columns: COLUMNS,
        empty: "no workloads: baas workload add NAME --project P --type T --path DIR",
      });
    });
};

function registerAdd(workload: Command, io: CliIo): void {
  serverCommand(
    workload,
    "add",
    "Add a workload. Whatever policy its tags select protects it within a minute.",
    ADD_EXAMPLE,
  )
    .argument("<name>", "name of the workload")
    .requiredOption("--project <name>", "project it belongs to")
    .addOption(new Option("--type <type>", "what it is").choices([...workloadTypes]).default("host"))
    .option("--path <path>", "file or folder to back up, on the server (may be given several times)", collect)
    .addOption(new Option("--snapshot <kind>", "with --path: read all files as of one instant").choices(["btrfs"]))
    .option("--volume <path>", "block device or image file to back up, on the server")
    .option("--source <json>", "any other source, as docs/sources describes it")
    .option("--agent <name>", "on the host of this agent instead of the server")
    .option("--command <name>", "with --agent: the output of a program of its commands.d")
    .option("--hook-before <name>", "with --agent: a program of its hooks.d, run before the backup")
    .option("--hook-after <name>", "with --agent: the same after it, whatever came of it")
    .option("--exclude <glob>", "leave out what matches, as in .gitignore (may be given several times)", collect)
    .option("--tag <k=v,...>", "tags (may be given several times)", collect)
    .option("--region <name>", "region its backups go to; by default the project's")
    .action(async (name: string, options: AddOptions) => {
      const { api } = await connectServer(io, options);
      const words = (options.tag ?? []).flatMap((text) => text.split(","));
      const tags = Object.fromEntries(words.map(parseTagChange));
      if (Object.values(tags).includes(null)) throw cliError("CLI_USAGE", "a new workload has no tag to take away");
      const made = unwrap(
        await api.POST("/v1/workloads", {
          params: { header: idempotencyKey(io) },
          body: {
            name,
            project: options.project,
            type: options.type,
            ...(options.region === undefined ? {} : { region: options.region }),
            source: sourceOf(io, options),
            tags: tags as Record<string, string>,
          },
        }),
      );
      show(io, options, made, () => `workload ${made.name} (${made.id}) added to ${made.project_name}`);
    });
}

/** What the options say is to be read. The server checks it in full. */
function sourceOf(io: CliIo, options: AddOptions): SourceInput {
  const { agent, command, hookBefore, hookAfter } = options;
  if (agent === undefined) {
    const only = [command, hookBefore, hookAfter].some((value) => value !== undefined);
    if (only) throw cliError("CLI_USAGE", "--command, --hook-before and --hook-after go with --agent");
    return plainSource(io, options);
  }
  const hooks = {
    ...(hookBefore === undefined ? {} : { before: hookBefore }),
    ...(hookAfter === undefined ? {} : { after: hookAfter }),
  };
  const source = command === undefined ? plainSource(io, options) : { kind: "command" as const, command };
  return { kind: "agent", agent, source: source as HostSource, hooks };
}

type HostSource = Extract<SourceInput, { kind: "agent" }>["source"];

function plainSource(io: CliIo, { path, volume, source, exclude, snapshot }: AddOptions): SourceInput {
  const given = [path, volume, source].filter((value) => value !== undefined);
  if (given.length !== 1) throw cliError("CLI_USAGE", "say what to back up: one of --path, --volume and --source");
  if (volume !== undefined) return { kind: "volume", path: resolve(io.cwd, volume) };
  if (snapshot !== undefined && path === undefined) throw cliError("CLI_USAGE", "--snapshot goes with --path");
  if (source === undefined) {
    const paths = (path ?? []).map((each) => resolve(io.cwd, each));
    return { kind: "files", paths, exclude: [...(exclude ?? [])], ...(snapshot === undefined ? {} : { snapshot }) };
  }
  return parseSource(source);
}

function parseSource(text: string): SourceInput {
  try {
    return JSON.parse(text) as SourceInput;
  } catch (cause) {
    throw cliError("CLI_USAGE", `--source is no JSON: ${(cause as Error).message}`);
  }
}

/** By id, or by name within a project. */
export async function findWorkload({ api }: Connection, name: string, project?: string): Promise<WorkloadView> {
  const query = project === undefined ? {} : { project };
  return unwrap(await api.GET("/v1/workloads/{id}", { params: { path: { id: name }, query } }));
}

function parseTagChange(word: string): readonly [string, string | null] {
  const at = word.indexOf("=");
  if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
  if (word.endsWith("-") && word.length > 1) return [word.slice(0, -1), null];
  throw cliError("CLI_USAGE", `\`${word}\` is no tag: write KEY=VALUE, or KEY- to take one away`);
}

export function tagsText(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
}
