import { rm, writeFile } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import type { Command } from "commander";
import { counted } from "../../../base/index.ts";
import { agentPlace, enroll, openApi, type OwnJob, pullNote, readIdentity, runAgent } from "../../agent/index.ts";
import type { AgentView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import { formatBytes, formatTime } from "../format.ts";
import type { CliIo, CommonOptions } from "../io.ts";
import { note, show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, serverCommand } from "../server/command.ts";
import { showPages } from "../server/lists.ts";
import { renderTable } from "../table.ts";
import { PRODUCT_VERSION } from "../version.ts";
import { collect } from "./repo/options.ts";

const EXAMPLE = "baas agent token create web-1";

export const register: Register = (program, io) => {
  const agent = group(program, "agent", "hosts that back themselves up", EXAMPLE);
  registerTokens(agent, io);
  registerServerSide(agent, io);
  registerHostSide(agent, io);
  registerPulls(agent, io);
};

interface TokenOptions extends ServerOptions {
  readonly project?: string;
  readonly region?: string;
  readonly minutes?: string;
  readonly silence?: string;
}

function registerTokens(agent: Command, io: CliIo): void {
  const token = group(agent, "token", "what hosts enrol with", EXAMPLE);
  serverCommand(
    token,
    "create",
    "Make a token with which one host enrols, once. The host gets a project to itself, so that it shares no keys.\n" +
      "For the name of an agent that is there, its host is enrolled anew: its old certificate ends.",
    EXAMPLE,
  )
    .argument("<name>", "what the host is called")
    .option("--project <name>", "its project, when it is not to be called as the host")
    .option("--region <name>", "region its backups go to")
    .option("--minutes <n>", "how long the token may be used; an hour by default")
    .option("--silence <minutes>", "silent for longer, it is an alert; an hour by default")
    .action(async (name: string, options: TokenOptions) => {
      const { api } = await connectServer(io, options);
      const body = {
        name,
        ...(options.project === undefined ? {} : { project: options.project }),
        ...(options.region === undefined ? {} : { region: options.region }),
        ...(options.minutes === undefined ? {} : { minutes: wholeNumber("--minutes", options.minutes) }),
        ...(options.silence === undefined ? {} : { silence_minutes: wholeNumber("--silence", options.silence) }),
      };
      const made = unwrap(await api.POST("/v1/agents/tokens", { params: { header: idempotencyKey(io) }, body }));
      show(io, options, made, () =>
        [
          `token for ${made.name}, to be used once before ${formatTime(made.expires_at)}. On the host:`,
          `  baas agent enroll --server https://SERVER:7443 --token ${made.token}`,
        ].join("\n"),
      );
    });
}

function registerServerSide(agent: Command, io: CliIo): void {
  serverCommand(agent, "list", "List the agents: version, health, last contact, backlog.", "baas agent list").action(
    async (options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      await showPages<AgentView>(io, options, {
        fetch: async (page_token) => {
          const query = { page_size: PAGE_SIZE, ...(page_token === undefined ? {} : { page_token }) };
          return unwrap(await api.GET("/v1/agents", { params: { query } }));
        },
        columns: [
          { title: "name", value: (row) => row.name },
          { title: "health", value: (row) => row.health },
          { title: "host", value: (row) => row.hostname ?? "" },
          { title: "version", value: (row) => row.version ?? "" },
          {
            title: "last contact",
            value: (row) => (row.last_contact_at === null ? "never" : formatTime(row.last_contact_at)),
          },
          { title: "backlog", value: (row) => String(row.backlog) },
          { title: "project", value: (row) => row.project_name },
          { title: "id", value: (row) => row.id },
        ],
        empty: "no agents: baas agent token create NAME",
      });
    },
  );
  serverCommand(
    agent,
    "revoke",
    "Revoke an agent: from now on it is refused. Its backups stay.",
    "baas agent revoke web-1",
  )
    .argument("<name>", "name or id of the agent")
    .action(async (name: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const gone = unwrap(await api.DELETE("/v1/agents/{id}", { params: { path: { id: name } } }));
      show(io, options, gone, () => `agent ${gone.name} revoked`);
    });
}

interface HostOptions extends CommonOptions {
  readonly dir?: string;
}

const DIR = ["--dir <dir>", "folder of this host's agent (BAAS_AGENT_DIR)"] as const;

function hostCommand(parent: Command, name: string, text: string, example: string): Command {
  return parent
    .command(name)
    .summary(
      text
        .split("\n", 1)[0]
        ?.replace(/[.:].*$/s, "")
        .toLowerCase() ?? "",
    )
    .description(text)
    .option(...DIR)
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExample:\n  $ ${example}\n`);
}

function registerHostSide(agent: Command, io: CliIo): void {
  hostCommand(
    agent,
    "enroll",
    "Make this host an agent. Its key is made here and never leaves it.",
    "baas agent enroll --server https://backup.example:7443 --token hfa_…",
  )
    .requiredOption("--server <url>", "the server's address for agents, https://HOST:PORT")
    .requiredOption("--token <token>", "from `baas agent token create`")
    .option("--proxy <url>", "HTTP proxy on the way (HTTPS_PROXY)")
    .option("--replace", "give up what this host was enrolled as before")
    .action(async (options: HostOptions & { server: string; token: string; proxy?: string; replace?: boolean }) => {
      const { server, token, replace } = options;
      const { dir } = agentPlace(io.env, options.dir);
      const proxy = options.proxy ?? proxyOf(io, server);
      const identity = await enroll({
        dir,
        server,
        token,
        version: PRODUCT_VERSION,
        ...(proxy === undefined ? {} : { proxy }),
        ...(replace === true ? { replace } : {}),
      });
      show(io, options, identity, () => `this host is agent ${identity.name} of ${identity.server}`);
    });
  hostCommand(agent, "run", "Run the agent of this host until it is stopped.", "baas agent run").action(
    async (options: HostOptions) => {
      await runAgent({
        place: agentPlace(io.env, options.dir),
        version: PRODUCT_VERSION,
        clock: io.clock,
        random: io.random,
        signal: io.signal,
        log: (level, message, fields) => {
          const at = new Date(io.clock.now_ms()).toISOString();
          io.stderr.write(`${JSON.stringify({ at, level, message, ...fields })}\n`);
        },
      });
    },
  );
}

/** What the environment says, in the way curl reads it. */
function proxyOf({ env }: CliIo, server: string): string | undefined {
  const proxy = env["HTTPS_PROXY"] ?? env["https_proxy"];
  if (proxy === undefined || proxy === "") return undefined;
  const { hostname } = new URL(server);
  const direct = (env["NO_PROXY"] ?? env["no_proxy"] ?? "").split(",").map((each) => each.trim());
  const is = (each: string) => each === "*" || each === hostname || (each !== "" && hostname.endsWith(`.${each}`));
  return direct.some(is) ? undefined : proxy;
}

interface PullOptions extends HostOptions {
  readonly backupId?: string;
  readonly workload?: string;
  readonly target?: string;
  readonly path?: readonly string[];
  readonly inPlace?: boolean;
  readonly replace?: boolean;
  readonly confirm?: string;
}

const POLL_MS = 500;

function registerPulls(agent: Command, io: CliIo): void {
  hostCommand(agent, "backups", "List this host's own backups, from the host.", "baas agent backups").action(
    async (options: HostOptions) => {
      await withApi(io, options, async ({ api }) => {
        const backups = await api.backups();
        show(io, options, { backups }, () =>
          renderTable(backups, [
            { title: "backup", value: (row) => row.id },
            { title: "workload", value: (row) => row.workload },
            { title: "made", value: (row) => formatTime(row.created_at) },
            { title: "size", value: (row) => (row.source_bytes === null ? "" : formatBytes(row.source_bytes)) },
          ]),
        );
      });
    },
  );
  hostCommand(
    agent,
    "restore",
    "Restore from this host's own backups, from the host. The agent has to run: it does the work.",
    "baas agent restore --workload web-1 --target /srv/restored --path etc",
  )
    .option("--backup-id <id>", "which backup; by default the newest")
    .option("--workload <name>", "the newest backup of this workload")
    .option("--target <dir>", "into this folder")
    .option("--in-place", "over the files themselves")
    .option("--confirm <name>", "the workload's name: yes, overwrite")
    .option("--replace", "let files that exist in the target become the backup's")
    .option("--path <path>", "only this path and what is below it (may be given several times)", collect)
    .action(async (options: PullOptions) => {
      if ((options.target === undefined) === (options.inPlace !== true)) {
        throw cliError("CLI_USAGE", "say where to: --target DIR or --in-place");
      }
      await withApi(io, options, async ({ api, dir }) => {
        const { target } = options;
        const { job_id, backup_id } = await api.pull({
          ...(options.backupId === undefined ? {} : { backup_id: options.backupId }),
          ...(options.workload === undefined ? {} : { workload: options.workload }),
          ...(target === undefined ? {} : { target_path: isAbsolute(target) ? target : resolve(io.cwd, target) }),
          ...(options.confirm === undefined ? {} : { confirm: options.confirm }),
          paths: [...(options.path ?? [])],
          replace_existing: options.replace === true,
        });
        // The agent takes it for a restore of its own host's by this.
        await writeFile(pullNote(dir, job_id), "", { mode: 0o600 });
        note(io, options, `job ${job_id}: restoring ${backup_id}`);
        const job = await endedThen(io, job_id, api, pullNote(dir, job_id));
        if (job.state !== "SUCCEEDED" && job.state !== "SUCCEEDED_WITH_WARNINGS") {
          const why = job.error === null ? (job.status_reason ?? "no reason given") : job.error.message;
          throw cliError("CLI_JOB_NOT_DONE", `the restore ended ${job.state}: ${why}`, { job_id, state: job.state });
        }
        const files = counted(Number(job.result?.["files"] ?? 0), "file");
        show(io, options, job, () => `restored: ${files} (${job.state})`);
      });
    });
}

/** Its note goes with it, however it ends. */
async function endedThen(
  io: CliIo,
  job_id: string,
  api: Parameters<typeof ended>[2],
  note_path: string,
): Promise<OwnJob> {
  try {
    return await ended(io, job_id, api);
  } finally {
    await rm(note_path, { force: true });
  }
}

async function ended(io: CliIo, job_id: string, api: { job(id: string): Promise<OwnJob> }): Promise<OwnJob> {
  const open = ["QUEUED", "WAITING_WINDOW", "RUNNING", "VERIFYING"];
  for (;;) {
    const job = await api.job(job_id);
    if (!open.includes(job.state)) return job;
    await io.clock.sleep(POLL_MS, io.signal);
  }
}

async function withApi(
  io: CliIo,
  options: HostOptions,
  work: (host: { api: Awaited<ReturnType<typeof openApi>>; dir: string }) => Promise<void>,
): Promise<void> {
  const { dir } = agentPlace(io.env, options.dir);
  const api = await openApi(dir, await readIdentity(dir));
  try {
    await work({ api, dir });
  } finally {
    api.close();
  }
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value)) return value;
  throw cliError("CLI_USAGE", `${option} ${text} is no whole number`);
}
