import type { Command } from "commander";
import type { BackupDetail, BackupView } from "../../../protocol/index.ts";
import { formatBytes, formatCount, formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { type Connection, connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, required, serverCommand } from "../server/command.ts";
import { settle } from "../server/follow.ts";
import { awaitJob, DETACH, type WaitOptions } from "../server/jobs.ts";
import { filterOf, showPages } from "../server/lists.ts";
import { olderThan } from "../server/older-than.ts";
import { type Column, renderDetails } from "../table.ts";

interface RunOptions extends WaitOptions {
  readonly workload?: string;
  readonly project?: string;
  readonly policy?: string;
}

interface DeleteOptions extends WaitOptions {
  readonly backupId?: string;
  readonly bypassGovernance?: string;
}

export interface ListOptions extends ServerOptions {
  readonly policy?: string;
  readonly workload?: string;
  readonly project?: string;
  readonly region?: string;
  readonly state?: string;
  readonly olderThan?: string;
}

const COLUMNS: readonly Column<BackupView>[] = [
  { title: "backup", value: (row) => row.id },
  { title: "workload", value: (row) => row.workload_name, shrink: true },
  { title: "made", value: (row) => formatTime(row.created_at) },
  { title: "state", value: (row) => row.state },
  { title: "verified", value: (row) => row.verified_state.toLowerCase() },
  {
    title: "source",
    value: (row) => (row.source_bytes === null ? null : formatBytes(row.source_bytes)),
    align: "right",
  },
  { title: "kept until", value: (row) => formatTime(row.retain_until).slice(0, 10) },
  { title: "policy", value: (row) => row.policy_name, shrink: true },
];

export const register: Register = (program, io) => {
  const backup = group(program, "backup", "recovery points", "baas backup list --workload web-1");
  registerRun(backup, io);
  registerShow(backup, io);
  registerDelete(backup, io);
  registerList(backup, io, "baas backup list --workload web-1");
};

function registerRun(backup: Command, io: CliIo): void {
  serverCommand(
    backup,
    "run",
    "Back a workload up now, and wait for it.\nExit code 3: the backup is made, but some files could not be read.",
    "baas backup run --workload web-1",
  )
    .argument("[workload]", "name or id of the workload")
    .option("--workload <name>", "the same as an option")
    .option("--project <name>", "project, when several have a workload of this name")
    .option("--policy <name>", "policy whose retention the backup gets; by default the attached one")
    .option(...DETACH)
    .action(async (argument: string | undefined, options: RunOptions) => {
      const connection = await connectServer(io, options);
      const body = {
        workload: required(argument ?? options.workload, "the workload"),
        ...(options.project === undefined ? {} : { project: options.project }),
        ...(options.policy === undefined ? {} : { policy: options.policy }),
      };
      const header = idempotencyKey(io);
      const accepted = unwrap(await connection.api.POST("/v1/backups", { params: { header }, body }));
      const job = await awaitJob(io, connection, options, accepted.job_id);
      if (job === undefined) {
        show(io, options, accepted, () => `job ${accepted.job_id} started: baas job watch ${accepted.job_id}`);
        return;
      }
      settle(io, job);
      const id = job.backup_id ?? String(job.result?.["backup_id"]);
      const made = await getBackup(connection, id);
      show(io, options, made, detailText);
    });
}

function registerDelete(backup: Command, io: CliIo): void {
  const add = (name: "delete" | "undelete", description: string) => {
    const command = serverCommand(backup, name, description, `baas backup ${name} bkp_01m82fn4m7b1bcgh598b1rgqfe`);
    if (name === "delete") {
      command.option(
        "--bypass-governance <reason>",
        "in spite of a GOVERNANCE lock; needs locks:bypass, and is on record",
      );
    }
    command
      .argument("[backup-id]", "id of the backup")
      .option("--backup-id <id>", "the same as an option")
      .option(...DETACH)
      .action(async (argument: string | undefined, options: DeleteOptions) => {
        const connection = await connectServer(io, options);
        const path = { id: required(argument ?? options.backupId, "--backup-id") };
        const { api } = connection;
        const params = { path, header: idempotencyKey(io) };
        const reason = options.bypassGovernance;
        const accepted = unwrap(
          reason !== undefined
            ? await api.POST("/v1/backups/{id}/bypass-delete", { params, body: { reason } })
            : name === "delete"
              ? await api.DELETE("/v1/backups/{id}", { params: { path } })
              : await api.POST("/v1/backups/{id}/undelete", { params }),
        );
        const job = await awaitJob(io, connection, options, accepted.job_id);
        if (job === undefined) {
          show(io, options, accepted, () => `job ${accepted.job_id} started: baas job watch ${accepted.job_id}`);
          return;
        }
        settle(io, job);
        const until = job.result?.["recoverable_until"];
        const text =
          name === "undelete"
            ? `backup ${path.id} is back`
            : `backup ${path.id} is deleted; until ${formatTime(String(until))} it can be brought back: baas backup undelete ${path.id}`;
        show(io, options, job, () => text);
      });
  };
  add(
    "delete",
    "Delete a backup in all regions. It can be brought back for 14 days, then its storage is freed.\n" +
      "An immutable backup is refused before its date, whoever asks.",
  );
  add("undelete", "Bring a deleted backup back, in every region that still has it.");
}

function registerShow(backup: Command, io: CliIo): void {
  serverCommand(
    backup,
    "show",
    "Show one backup: state, status_reason, why it is kept, its copies and what could not be read.",
    "baas backup show --backup-id bkp_01m82fn4m7b1bcgh598b1rgqfe",
  )
    .argument("[backup-id]", "id of the backup")
    .option("--backup-id <id>", "the same as an option")
    .action(async (argument: string | undefined, options: ServerOptions & { backupId?: string }) => {
      const connection = await connectServer(io, options);
      show(io, options, await getBackup(connection, required(argument ?? options.backupId, "--backup-id")), detailText);
    });
}

/** `baas backup list`, and `baas list` with the same options. */
export function registerList(parent: Command, io: CliIo, example: string): void {
  serverCommand(parent, "list", "List backups, newest first. Deleted and failed ones only with --state.", example)
    .option("--policy <name>", "only of this policy")
    .option("--workload <name>", "only of this workload")
    .option("--project <name>", "only of this project")
    .option("--region <name>", "only in this region")
    .option("--state <state>", "only in this state: AVAILABLE, CREATING, FAILED, DAMAGED, DELETED")
    .option("--older-than <span>", "only made longer ago than this, e.g. 30d or 7y", olderThan(io.clock))
    .action(async (options: ListOptions) => {
      const { api } = await connectServer(io, options);
      // A name that does not exist would list nothing, and nothing looks like good news in an audit.
      if (options.policy !== undefined) {
        unwrap(await api.GET("/v1/policies/{id}", { params: { path: { id: options.policy } } }));
      }
      const filter = filterOf([
        ["policy=", options.policy],
        ["workload=", options.workload],
        ["project=", options.project],
        ["region=", options.region],
        ["state=", options.state],
        ["created_at<", options.olderThan],
      ]);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const query = { page_size: PAGE_SIZE, ...filter, ...(page_token === undefined ? {} : { page_token }) };
          return unwrap(await api.GET("/v1/backups", { params: { query } }));
        },
        columns: COLUMNS,
        empty: "no backups",
      });
    });
}

export async function getBackup({ api }: Connection, id: string): Promise<BackupDetail> {
  return unwrap(await api.GET("/v1/backups/{id}", { params: { path: { id } } }));
}

const PROBLEMS_SHOWN_MAX = 20;

function detailText(backup: BackupDetail): string {
  const { lock_mode, lock_until, source_bytes, stored_bytes, error } = backup;
  const lines = [
    renderDetails([
      ["backup", backup.id],
      ["workload", `${backup.workload_name} (${backup.project_name})`],
      ["policy", backup.policy_name === null ? null : `${backup.policy_name} version ${backup.policy_version}`],
      ["state", backup.state],
      ["status_reason", backup.status_reason],
      ["made", formatTime(backup.created_at)],
      ["region", backup.region_name],
      ...(backup.agent_version === null ? [] : [["agent", `version ${backup.agent_version}`] as const]),
      ["files", backup.file_count === null ? null : formatCount(backup.file_count)],
      ["source", source_bytes === null ? null : formatBytes(source_bytes)],
      ["stored", stored_bytes === null ? null : formatBytes(stored_bytes)],
      [
        "verified",
        `${backup.verified_state.toLowerCase()} ${backup.verified_at === null ? "" : formatTime(backup.verified_at)}`,
      ],
      ["classes", backup.gfs.map((mark) => mark.class).join(" ")],
      ["kept until", formatTime(backup.retain_until)],
      ...(backup.restorable === null ? [] : [["restorable", backup.restorable.summary] as const]),
      ["locked", lock_mode === null ? "no" : `${lock_mode} until ${formatTime(lock_until)}`],
    ]),
  ];
  if (error !== null) lines.push("", `failed: ${String(error["message"])}`, `  fix:  ${String(error["fix"])}`);
  for (const reason of backup.retention_reasons) lines.push(`kept because: ${reason}`);
  for (const copy of backup.copies) {
    const lag = copy.lag_seconds === null ? "" : `, ${Math.round(copy.lag_seconds)} s after the backup`;
    lines.push(`copy in ${copy.region_name}: ${copy.state}${lag}`);
  }
  if (backup.problem_count > 0) {
    lines.push("", `${formatCount(backup.problem_count)} could not be read:`);
    for (const problem of backup.problems.slice(0, PROBLEMS_SHOWN_MAX)) {
      lines.push(`  ${String(problem["path"])}: ${String(problem["message"])} (${String(problem["code"])})`);
    }
  }
  return lines.join("\n");
}
