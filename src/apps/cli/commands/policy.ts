import { readFile } from "node:fs/promises";
import { text as readText } from "node:stream/consumers";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { workloadTypes } from "../../../model/index.ts";
import type { PolicyView, ReattachView, SimulationView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import { formatBytes, formatDuration, formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, required, serverCommand } from "../server/command.ts";
import { showPages } from "../server/lists.ts";
import { renderDetails, renderTable } from "../table.ts";
import { collect } from "./repo/options.ts";

interface PolicyOptions extends ServerOptions {
  readonly policy?: string;
}
interface AttachOptions extends PolicyOptions {
  readonly targetType?: readonly (typeof workloadTypes)[number][];
  readonly targetTag?: readonly string[];
  readonly targetName?: readonly string[];
  readonly project?: string;
}
interface SetOptions extends PolicyOptions {
  readonly file?: string;
  readonly immutable?: boolean;
}
interface PreviewOptions extends PolicyOptions {
  readonly file?: string;
  readonly runs: number;
}

const POLICY = ["--policy <name>", "name or id of the policy"] as const;
const FILE = ["-f, --file <file>", "policy as YAML; `-` reads standard input"] as const;

export const register: Register = (program, io) => {
  const policy = group(program, "policy", "schedule, retention, copy and lock", "baas policy list");
  registerCreate(policy, io);
  registerShow(policy, io);
  registerList(policy, io);
  registerAttach(policy, io);
  registerSet(policy, io);
  registerReattach(policy, io);
  registerPreview(policy, io);
  registerSimulate(policy, io);
};

function registerCreate(policy: Command, io: CliIo): void {
  serverCommand(
    policy,
    "create",
    "Add a policy from a YAML file. Errors name line and field.",
    "baas policy create -f nightly.yaml",
  )
    .requiredOption(...FILE)
    .option("--dry-run", "check only; store nothing")
    .action(async (options: ServerOptions & { file: string; dryRun?: boolean }) => {
      const { api } = await connectServer(io, options);
      const params = { header: idempotencyKey(io), query: { dry_run: options.dryRun ? "true" : "false" } } as const;
      const made = unwrap(
        await api.POST("/v1/policies", { params, body: { yaml: await readPolicy(io, options.file) } }),
      );
      const done = options.dryRun ? "is valid; nothing stored" : `(${made.id}) added`;
      show(io, options, made, () => `policy ${made.name} ${done}`);
    });
}

function registerShow(policy: Command, io: CliIo): void {
  serverCommand(policy, "show", "Show one policy.", "baas policy show --policy critical-1h")
    .argument("[policy]", "name or id of the policy")
    .option(...POLICY)
    .action(async (argument: string | undefined, options: PolicyOptions) => {
      const { api } = await connectServer(io, options);
      const id = required(argument ?? options.policy, "--policy");
      const found = unwrap(await api.GET("/v1/policies/{id}", { params: { path: { id } } }));
      const { stringify } = await import("yaml");
      show(io, options, found, () => {
        const head = renderDetails([
          ["id", found.id],
          ["version", found.version],
          ["rpo", formatDuration(found.rpo_seconds * 1000)],
          ["attachments", found.attachment_count],
          ["changed", formatTime(found.updated_at)],
        ]);
        return `${head}\n\n${stringify(found.spec).trimEnd()}`;
      });
    });
}

function registerList(policy: Command, io: CliIo): void {
  serverCommand(policy, "list", "List the policies.", "baas policy list").action(async (options: ServerOptions) => {
    const { api } = await connectServer(io, options);
    await showPages<PolicyView>(io, options, {
      fetch: async (page_token) => {
        const query = { page_size: PAGE_SIZE, ...(page_token === undefined ? {} : { page_token }) };
        return unwrap(await api.GET("/v1/policies", { params: { query } })) as never;
      },
      columns: [
        { title: "name", value: (row) => row.name },
        { title: "version", value: (row) => row.version, align: "right" },
        { title: "rpo", value: (row) => formatDuration(row.rpo_seconds * 1000), align: "right" },
        { title: "schedule", value: (row) => pairs(row.spec.schedule), shrink: true },
        { title: "retention", value: (row) => pairs(row.spec.retention), shrink: true },
        { title: "copy to", value: (row) => row.spec.copy?.cross_region },
        { title: "attached", value: (row) => row.attachment_count, align: "right" },
      ],
      empty: "no policies: baas policy create -f FILE",
    });
  });
}

function registerAttach(policy: Command, io: CliIo): void {
  serverCommand(
    policy,
    "attach",
    "Attach a policy to whatever meets the target, now and later: by type, tag, name or project. All that is given must hold.",
    "baas policy attach --policy critical-1h --target-type vm --target-tag env=prod,tier=1",
  )
    .requiredOption(...POLICY)
    .addOption(
      new Option("--target-type <type>", "workloads of this type (may be given several times)")
        .choices([...workloadTypes])
        .argParser(collectType),
    )
    .option(
      "--target-tag <selector>",
      "workloads with these tags, e.g. env=prod,tier=1; given several times: any of them",
      collect,
    )
    .option("--target-name <name>", "workloads of this name or glob (may be given several times)", collect)
    .option("--project <name>", "workloads of this project")
    .action(async (options: AttachOptions & { policy: string }) => {
      const { api } = await connectServer(io, options);
      const target = {
        ...(options.targetType === undefined ? {} : { types: [...options.targetType] }),
        ...(options.targetTag === undefined ? {} : { selectors: [...options.targetTag] }),
        ...(options.targetName === undefined ? {} : { names: [...options.targetName] }),
        ...(options.project === undefined ? {} : { project: options.project }),
      };
      if (Object.keys(target).length === 0) {
        throw cliError(
          "CLI_USAGE",
          "say what to attach it to: --target-type, --target-tag, --target-name or --project",
        );
      }
      const body = { policy: options.policy, target };
      const made = unwrap(await api.POST("/v1/attachments", { params: { header: idempotencyKey(io) }, body }));
      show(io, options, made, () => `policy ${made.policy_name} attached to ${made.target_text} (${made.id})`);
    });
}

function registerSet(policy: Command, io: CliIo): void {
  serverCommand(
    policy,
    "set",
    "Change a policy, or replace it by a file. Makes a new version; backups made before keep what theirs promised.",
    "baas policy set --policy compliance-7yr --immutable true",
  )
    .requiredOption(...POLICY)
    .option("--immutable <true|false>", "lock every backup to its expiry: nobody can delete it before", parseBoolean)
    .option(...FILE)
    .action(async (options: SetOptions & { policy: string }) => {
      const { api } = await connectServer(io, options);
      const given = [options.immutable, options.file].filter((value) => value !== undefined);
      if (given.length !== 1) throw cliError("CLI_USAGE", "give either --immutable true|false or -f FILE");
      const body =
        options.file === undefined
          ? { changes: { immutable: options.immutable } }
          : { yaml: await readPolicy(io, options.file) };
      const path = { id: options.policy };
      const edited = unwrap(await api.PATCH("/v1/policies/{id}", { params: { path }, body }));
      show(io, options, edited, () => `policy ${edited.name} is at version ${edited.version}`);
    });
}

function registerReattach(policy: Command, io: CliIo): void {
  serverCommand(
    policy,
    "reattach",
    "Evaluate now what a policy covers, and say what that changed.",
    "baas policy reattach --policy critical-1h",
  )
    .requiredOption(...POLICY)
    .option("--dry-run", "only say what would change")
    .action(async (options: ServerOptions & { policy: string; dryRun?: boolean }) => {
      const { api } = await connectServer(io, options);
      const params = {
        path: { id: options.policy },
        header: idempotencyKey(io),
        query: { dry_run: options.dryRun ? "true" : "false" },
      } as const;
      show(io, options, unwrap(await api.POST("/v1/policies/{id}/reattach", { params })), reattachText);
    });
}

function reattachText(report: ReattachView): string {
  const { added, removed, unchanged } = report;
  const line = (sign: string) => (it: ReattachView["added"][number]) => `${sign} ${it.name}  ${it.reasons.join("; ")}`;
  const summary = `${report.policy}: ${added.length} added, ${removed.length} removed, ${unchanged.length} unchanged`;
  return [summary, ...added.map(line("+")), ...removed.map(line("-"))].join("\n");
}

function registerPreview(policy: Command, io: CliIo): void {
  serverCommand(
    policy,
    "preview",
    "Show the next runs of a policy, stored or in a file, and until when each backup would be kept and locked, and why.",
    "baas policy preview --policy standard-daily",
  )
    .option(...POLICY)
    .option(...FILE)
    .option("--runs <n>", "how many runs", (text) => Number(text), 10)
    .action(async (options: PreviewOptions) => {
      const { api } = await connectServer(io, options);
      if ((options.policy === undefined) === (options.file === undefined)) {
        throw cliError("CLI_USAGE", "give either --policy NAME or -f FILE");
      }
      const found =
        options.file === undefined
          ? unwrap(
              await api.GET("/v1/policies/{id}/preview", {
                params: { path: { id: required(options.policy, "--policy") }, query: { runs: options.runs } },
              }),
            )
          : unwrap(await api.POST("/v1/policies/preview", { body: { yaml: await readPolicy(io, options.file) } }));
      show(io, options, found, () => {
        const kept = found.kept.map(({ class: name, text }) => `  ${name}: ${text}`);
        const table = renderTable(
          found.runs,
          [
            { title: "run", value: (run) => formatTime(run.at) },
            { title: "rule", value: (run) => run.rules.join(" ") },
            { title: "class", value: (run) => run.classes.join(" ") },
            { title: "kept until", value: (run) => formatTime(run.retain_until).slice(0, 10) },
            { title: "locked until", value: (run) => formatTime(run.lock_until).slice(0, 10) },
            { title: "why", value: (run) => run.reasons.join("; "), shrink: true },
          ],
          widthOf(io),
        );
        const warnings = found.warnings.map((warning) => `warning: ${warning}`);
        const head = `RPO ${formatDuration(found.rpo_seconds * 1000)}, periods counted in ${found.zone}. Kept:`;
        return [head, ...kept, "", table, ...(warnings.length > 0 ? ["", ...warnings] : [])].join("\n");
      });
    });
}

function registerSimulate(policy: Command, io: CliIo): void {
  serverCommand(
    policy,
    "simulate",
    "Show what a policy will keep, take and cost, and whether its RPO holds; with --file, as it would be, too.",
    "baas policy simulate --policy standard-daily --days 365 --file new.yaml",
  )
    .option(...POLICY)
    .option("--days <n>", "how far to look", (text) => Number(text), 365)
    .option("--currency <code>", "of the price book", "EUR")
    .option(...FILE)
    .action(async (options: PolicyOptions & { days: number; currency: string; file?: string }) => {
      const { api } = await connectServer(io, options);
      const yaml = options.file === undefined ? {} : { yaml: await readPolicy(io, options.file) };
      const params = { path: { id: required(options.policy, "--policy") }, header: idempotencyKey(io) };
      const body = { days: options.days, currency: options.currency, ...yaml };
      const found = unwrap(await api.POST("/v1/policies/{id}/simulate", { params, body }));
      show(io, options, found, (it) => {
        const measured = it.unmeasured === 0 ? "" : ` (${it.unmeasured} without two backups are not in the bytes)`;
        const head = `${it.policy}: ${it.workloads} workloads${measured}, ${it.days} days.`;
        const now = renderForecast("As it is", it.current, it.currency, widthOf(io));
        const then =
          it.changed === null ? [] : ["", renderForecast("As it would be", it.changed, it.currency, widthOf(io))];
        const effect = it.coverage === null ? [] : ["", renderEffect(it.coverage)];
        return [head, "", now, ...then, ...effect].join("\n");
      });
    });
}

/** Who would gain or lose coverage, a line each. */
function renderEffect(of: NonNullable<SimulationView["coverage"]>): string {
  const lines = (title: string, total: number, some: typeof of.gains) =>
    total === 0 ? [] : [`${title} (${total}):`, ...some.map(({ name, why }) => `  ${name}: ${why}`)];
  const proofs = of.proofs_ended === 0 ? [] : [`${of.proofs_ended} proofs by drills end with a new version.`];
  const told = [
    ...lines("No longer at risk", of.gains_total, of.gains),
    ...lines("At risk with the change", of.loses_total, of.loses),
    ...proofs,
  ];
  return told.length === 0 ? "Nobody gains or loses coverage." : told.join("\n");
}

function renderForecast(title: string, of: SimulationView["current"], currency: string, width?: number): string {
  const held = of.rpo_held ? "holds" : `does NOT hold, first after ${formatTime(of.rpo_misses[0] ?? null)}`;
  const pause = formatDuration(of.longest_gap_seconds * 1000);
  const cost = of.cost_total === null ? "no price for a tier that is used" : `${of.cost_total} ${currency}`;
  const table = renderTable(
    of.months,
    [
      { title: "month", value: (row) => row.month },
      { title: "points", value: (row) => row.points, align: "right" },
      { title: "hot", value: (row) => formatBytes(row.bytes.hot), align: "right" },
      { title: "warm", value: (row) => formatBytes(row.bytes.warm), align: "right" },
      { title: "cold", value: (row) => formatBytes(row.bytes.cold), align: "right" },
      { title: "cost", value: (row) => row.cost ?? "", align: "right" },
    ],
    width,
  );
  const oldest = of.kept[0] === undefined ? "none" : formatTime(of.kept[0].at).slice(0, 10);
  return [
    `${title}: RPO ${formatDuration(of.rpo_seconds * 1000)} ${held}; the longest pause is ${pause}.`,
    `${of.runs} runs; ${of.kept.length} recovery points at the end, the oldest of ${oldest}. Cost: ${cost}.`,
    table,
  ].join("\n");
}

async function readPolicy(io: CliIo, file: string): Promise<string> {
  if (file === "-") return readText(io.stdin);
  const path = resolve(io.cwd, file);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw cliError("CLI_FILE_UNREADABLE", `cannot read ${path}: ${(error as Error).message}`, { path }, error);
  }
}

function pairs(record: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ");
}

function parseBoolean(text: string): boolean {
  if (text !== "true" && text !== "false") throw new InvalidArgumentError("true or false");
  return text === "true";
}

function collectType(value: string, previous: readonly string[] | undefined): readonly string[] {
  if (!(workloadTypes as readonly string[]).includes(value)) {
    throw new InvalidArgumentError(`one of ${workloadTypes.join(", ")}`);
  }
  return collect(value, previous);
}
