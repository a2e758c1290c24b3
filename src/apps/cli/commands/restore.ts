import { isAbsolute, resolve } from "node:path";
import type { RestoreDetail, RestorePlanView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import { formatBytes, formatCount, formatDuration, printable } from "../format.ts";
import type { CliIo } from "../io.ts";
import { note, show } from "../output.ts";
import type { Register } from "../register.ts";
import { askLine, isInteractive } from "../prompt.ts";
import { type Connection, connectServer, idempotencyKey, unwrap } from "../server/client.ts";
import { required, serverCommand } from "../server/command.ts";
import { settle } from "../server/follow.ts";
import { awaitJob, DETACH, type WaitOptions } from "../server/jobs.ts";
import { renderDetails } from "../table.ts";
import { collect } from "./repo/options.ts";

type Api = Connection["api"];

interface RestoreOptions extends WaitOptions {
  readonly backupId?: string;
  readonly targetProject?: string;
  readonly newName?: string;
  readonly inPlace?: boolean;
  readonly confirm?: string;
  readonly target?: string;
  readonly agent?: string;
  readonly fromRegion?: string;
  readonly path?: readonly string[];
  readonly replace?: boolean;
  readonly deleteExtra?: boolean;
  readonly option?: readonly string[];
  readonly instant?: boolean;
  readonly workload?: string;
  readonly toTime?: string;
  readonly toLsn?: string;
  readonly toName?: string;
  readonly toXid?: string;
  readonly immediate?: boolean;
  readonly dryRun?: boolean;
  readonly override?: string;
}

const DESCRIPTION = `Restore a backup: as a new resource, into a folder, or in place.

What would be overwritten is shown first and must be confirmed with the workload's name: typed on a terminal, or
given with --confirm. Without either the restore is refused (exit code 5).
Exit code 3: some paths could not be restored, all others were.`;

export const register: Register = (program, io) => {
  serverCommand(
    program,
    "restore",
    DESCRIPTION,
    "baas restore --backup-id bkp_01m82fn4m7b1bcgh598b1rgqfe \\\n      --target-project acme-restore-sandbox --new-name restore-test-2026-05-11",
  )
    .argument("[backup-id]", "id of the backup")
    .option("--backup-id <id>", "the same as an option")
    .option("--workload <name>", "instead: its newest backup from which the point can be reached (databases)")
    .option("--to-time <instant>", "databases: as of this instant, e.g. 2026-11-03T02:17:00Z")
    .option("--to-lsn <position>", "databases: to this position of the write-ahead log")
    .option("--to-name <name>", "databases: to this named restore point")
    .option("--to-xid <number>", "databases: up to this transaction")
    .option("--immediate", "databases: as when the backup ended")
    .option("--target-project <name>", "project of the new resource")
    .option("--new-name <name>", "name of the new resource")
    .option("--in-place", "over the workload itself")
    .option("--confirm <name>", "the workload's name: yes, overwrite it")
    .option("--target <dir>", "into this folder on the server")
    .option("--agent <name>", "on the host of this agent: --target is a folder there")
    .option("--from-region <name>", "read the copy in this region")
    .option("--path <path>", "only this path and what is below it (may be given several times)", collect)
    .option("--replace", "let files that exist in the target become the backup's")
    .option("--delete-extra", "also delete files that the backup does not have")
    .option("--option <key=value>", "what only this kind of source understands (docs/sources; several times)", collect)
    .option("--override <reason>", "restore what did not verify, as far as it goes (permission restores:override)")
    .option("--instant", "boot a VM at once from the backup; its disks follow while it runs")
    .option("--dry-run", "only show what would be done")
    .option(...DETACH)
    .action(async (argument: string | undefined, options: RestoreOptions) => {
      const connection = await connectServer(io, options);
      const { api } = connection;
      const body = await requestOf(io, api, argument ?? options.backupId, options);
      const planned = await api.POST("/v1/restores", { params: { query: { dry_run: "true" } }, body });
      const plan = unwrap(planned) as RestorePlanView;
      if (options.dryRun) {
        show(io, options, plan, planText);
        return;
      }
      const confirm = await confirmation(io, options, plan);
      const accepted = unwrap(
        await api.POST("/v1/restores", {
          params: { header: idempotencyKey(io) },
          body: { ...body, ...(confirm === undefined ? {} : { confirm }) },
        }),
      ) as { job_id: string; resource_id: string | null };
      const job = await awaitJob(io, connection, options, accepted.job_id);
      if (job === undefined) {
        show(io, options, accepted, () => `job ${accepted.job_id} started: baas job watch ${accepted.job_id}`);
        return;
      }
      settle(io, job);
      const path = { id: required(accepted.resource_id ?? undefined, "the restore's id") };
      const done = unwrap(await api.GET("/v1/restores/{id}", { params: { path } })) as RestoreDetail;
      show(io, options, done, () => doneText(done, plan));
    });
};

function bodyOf(io: CliIo, backup_id: string, options: RestoreOptions) {
  const targets = [options.inPlace, options.target, options.newName].filter((value) => value !== undefined);
  if (targets.length === 0) {
    throw cliError("CLI_USAGE", "say where to: --target-project P --new-name N, --target DIR, or --in-place");
  }
  if (options.inPlace && targets.length > 1) throw cliError("CLI_USAGE", "--in-place goes with no other target");
  const { target } = options;
  return {
    backup_id,
    ...(options.inPlace ? { in_place: true } : {}),
    ...(target === undefined ? {} : { target_path: isAbsolute(target) ? target : resolve(io.cwd, target) }),
    ...(options.agent === undefined ? {} : { agent: options.agent }),
    ...(options.targetProject === undefined ? {} : { target_project: options.targetProject }),
    ...(options.newName === undefined ? {} : { new_name: options.newName }),
    ...(options.fromRegion === undefined ? {} : { region: options.fromRegion }),
    ...(options.path === undefined ? {} : { paths: [...options.path] }),
    ...(options.override === undefined ? {} : { override: options.override }),
    ...(options.replace ? { replace_existing: true } : {}),
    ...(options.deleteExtra ? { delete_extra: true } : {}),
    ...driverOptions(options),
  };
}

/** Of the backup named, or of the one that leads to the point asked for. */
async function requestOf(io: CliIo, api: Api, named: string | undefined, options: RestoreOptions) {
  if (options.workload === undefined) return bodyOf(io, required(named, "--backup-id or --workload"), options);
  if (named !== undefined) throw cliError("CLI_USAGE", "say either the backup or the workload");
  const more = optionsOf(options.option ?? []);
  const query = {
    ...(options.toTime === undefined ? {} : { to_time: instantOf(options.toTime) }),
    ...(options.toLsn === undefined ? {} : { to_lsn: options.toLsn }),
    ...(more["to_position"] === undefined ? {} : { to_position: String(more["to_position"]) }),
    ...(more["to_gtid"] === undefined ? {} : { to_gtid: String(more["to_gtid"]) }),
  };
  const params = { path: { id: options.workload }, query };
  const { backup_id, kind, restorable } = unwrap(await api.GET("/v1/workloads/{id}/recovery-base", { params }));
  const body = bodyOf(io, backup_id, options);
  // Without a point a workload is brought to the end of its log, whatever database it is.
  if (kind !== "mariadb" || Object.keys(query).length > 0 || restorable.latest === null) return body;
  return { ...body, options: { ...("options" in body ? body.options : {}), to_latest: true } };
}

/** What only the source's driver understands: the point to recover to has options of its own. */
function driverOptions(options: RestoreOptions) {
  const { toTime, toLsn, toName, toXid, immediate, option } = options;
  const all = {
    ...(toTime === undefined ? {} : { to_time: instantOf(toTime) }),
    ...(toLsn === undefined ? {} : { to_lsn: toLsn }),
    ...(toName === undefined ? {} : { to_name: toName }),
    ...(toXid === undefined ? {} : { to_xid: Number(toXid) }),
    ...(immediate === true ? { immediate } : {}),
    ...(options.instant === true ? { instant: true } : {}),
    ...optionsOf(option ?? []),
  };
  return Object.keys(all).length === 0 ? {} : { options: all };
}

/** Only instants with their zone: a time that two zones read differently is no target. */
function instantOf(text: string): string {
  const at = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw cliError("CLI_USAGE", `${text}: write an instant with its zone, as 2026-11-03T02:17:00Z`);
  return new Date(at).toISOString();
}

/** `key=value` words; numbers, `true` and `false` are meant as such. */
function optionsOf(words: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf("=");
      if (at < 1) throw cliError("CLI_USAGE", `--option ${word}: write KEY=VALUE`);
      const value = word.slice(at + 1);
      return [word.slice(0, at), /^(?:true|false|-?\d+)$/.test(value) ? (JSON.parse(value) as unknown) : value];
    }),
  );
}

/** The name that lets the restore overwrite what is there; undefined when it overwrites nothing. */
async function confirmation(io: CliIo, options: RestoreOptions, plan: RestorePlanView): Promise<string | undefined> {
  if (plan.confirm_with === null) return undefined;
  if (options.confirm === plan.confirm_with) return options.confirm;
  note(io, options, planText(plan));
  const refuse = (message: string) =>
    cliError("CLI_CONFIRMATION_REQUIRED", message, {
      confirm_with: plan.confirm_with,
      overwrites_total: plan.overwrites_total,
      deletes_total: plan.deletes_total,
    });
  if (options.confirm !== undefined) {
    throw refuse(`--confirm ${options.confirm} is not the workload's name, ${plan.confirm_with}`);
  }
  if (options.json || !isInteractive(io)) throw refuse(`this restore overwrites ${plan.target} and was not confirmed`);
  const typed = await askLine(io, `\nType the workload's name (${plan.confirm_with}) to go on: `);
  if (typed.trim() !== plan.confirm_with) throw refuse("the name typed is another one; nothing was done");
  return plan.confirm_with;
}

/** `about 3m, 5m in the slow case (of 4 drills); the target of tier-1 is 1h: met`. */
function forecastText(forecast: RestorePlanView["forecast"]): string {
  if (forecast === null) return "unknown";
  const { p50_seconds, p95_seconds, thaw_seconds, thaw_bytes, drills, meets_target, rto_target_seconds } = forecast;
  const time = (seconds: number) => formatDuration(seconds * 1000);
  const costs = thaw_bytes === 0 ? "" : `; ${thawCostText(forecast)}`;
  const thaw = thaw_seconds === 0 ? "" : `, ${time(thaw_seconds)} of it until what is cold can be read`;
  const target = `the target of ${forecast.class} is ${time(rto_target_seconds)}`;
  if (p50_seconds === null || p95_seconds === null) {
    const least =
      thaw_seconds === 0 ? "unknown: nothing like it was drilled yet" : `at least ${time(thaw_seconds)}, for the thaw`;
    return `${least}; ${target}${meets_target === false ? ": NOT met" : ""}${costs}`;
  }
  const met = meets_target === true ? "met" : "NOT met in the slow case";
  return `about ${time(p50_seconds)}, ${time(p95_seconds)} in the slow case (of ${drills} drills)${thaw}; ${target}: ${met}${costs}`;
}

/** `the thaw of 3.1 GiB costs 0.12`. */
function thawCostText({ thaw_bytes, thaw_cost }: NonNullable<RestorePlanView["forecast"]>): string {
  const cost = thaw_cost === null ? "an unknown amount: the region's price is not said" : thaw_cost.toFixed(2);
  return `the thaw of ${formatBytes(thaw_bytes)} costs ${cost}`;
}

const PATHS_SHOWN_MAX = 15;

function planText(plan: RestorePlanView): string {
  const lines = [
    renderDetails([
      ["backup", plan.backup_id],
      ["read from", `${plan.region}${plan.copy_id === null ? "" : " (copy)"}`],
      ["restore to", plan.target],
      ["files", `${formatCount(plan.files)}, ${formatCount(plan.directories)} folders, ${formatBytes(plan.bytes)}`],
      ["takes", forecastText(plan.forecast)],
      ["overwrites", formatCount(plan.overwrites_total)],
      ["deletes", formatCount(plan.deletes_total)],
    ]),
    ...plan.notes,
  ];
  const some = (title: string, paths: readonly string[], total: number) => {
    if (total === 0) return;
    lines.push("", `${title}:`, ...paths.slice(0, PATHS_SHOWN_MAX).map((path) => `  ${printable(path)}`));
    const rest = total - Math.min(paths.length, PATHS_SHOWN_MAX);
    if (rest > 0) lines.push(`  … and ${formatCount(rest)} more`);
  };
  some("would be overwritten", plan.overwrites, plan.overwrites_total);
  some("would be deleted", plan.deletes, plan.deletes_total);
  return lines.join("\n");
}

interface Validated {
  readonly name: string;
  readonly outcome: string;
  readonly value: string | null;
  readonly expected: string | null;
  readonly duration_ms: number;
}

interface RestoredPart {
  readonly name: string;
  readonly workload: string;
  readonly recovered_to: string;
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function doneText(done: RestoreDetail, plan: RestorePlanView): string {
  const { validations, rpo_seconds, parts, ...others } = done.details;
  const details = Object.entries(others).map(([key, value]) => [key.replaceAll("_", " "), plain(value)] as const);
  // Measured, not promised: from the request to the end of the last validation.
  const rto_ms = done.completed_at === null ? null : Date.parse(done.completed_at) - Date.parse(done.created_at);
  const measured: [string, string | null][] =
    rpo_seconds === undefined
      ? []
      : [
          ["RTO", rto_ms === null ? null : formatDuration(rto_ms)],
          ["RPO", typeof rpo_seconds === "number" ? formatDuration(rpo_seconds * 1000) : null],
        ];
  const lines = [
    renderDetails([
      ["restore", done.id],
      ["backup", done.backup_id],
      ["read from", done.region_name],
      ["restored to", plan.target],
      ["files", done.restored_files === null ? null : formatCount(done.restored_files)],
      ["written", done.restored_bytes === null ? null : formatBytes(done.restored_bytes)],
      ["problems", formatCount(done.problem_count)],
      ...details,
      ...measured,
    ]),
  ];
  for (const { name, workload, recovered_to } of Array.isArray(parts) ? (parts as RestoredPart[]) : [])
    lines.push(`  part ${printable(name)}: ${printable(workload)}, as of ${recovered_to}`);
  for (const { name, outcome, value, expected, duration_ms } of Array.isArray(validations)
    ? (validations as Validated[])
    : []) {
    const wanted = outcome === "passed" || expected === null ? "" : `, expected ${expected}`;
    lines.push(
      `  ${outcome}: ${printable(name)}: ${printable(String(value))}${wanted} (${formatDuration(duration_ms)})`,
    );
  }
  for (const { path, message, code } of done.problems.slice(0, PATHS_SHOWN_MAX)) {
    lines.push(`  ${printable(String(path))}: ${String(message)} (${String(code)})`);
  }
  const rest = done.problems.length - PATHS_SHOWN_MAX;
  if (rest > 0) lines.push(`  … and ${formatCount(rest)} more`);
  return lines.join("\n");
}
