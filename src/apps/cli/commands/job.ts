import { Option } from "commander";
import { type Job, jobStates } from "../../../model/index.ts";
import type { JobDetail, JobView } from "../../../protocol/index.ts";
import { formatDuration, formatTime } from "../format.ts";
import { note, show } from "../output.ts";
import { progressText } from "../progress.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, required, serverCommand } from "../server/command.ts";
import { followJob, progressView, settle } from "../server/follow.ts";
import { filterOf } from "../server/lists.ts";
import { showList } from "../output.ts";
import { type Column, renderDetails } from "../table.ts";

interface JobOptions extends ServerOptions {
  readonly jobId?: string;
}

const LIMIT_DEFAULT = 50;

const COLUMNS: readonly Column<JobView>[] = [
  { title: "job", value: (row) => row.id },
  { title: "kind", value: (row) => row.kind },
  { title: "state", value: (row) => row.state },
  { title: "workload", value: (row) => row.workload_name, shrink: true },
  { title: "made", value: (row) => formatTime(row.created_at) },
  { title: "took", value: tookText, align: "right" },
  { title: "reason", value: (row) => row.status_reason, shrink: true },
];

export const register: Register = (program, io) => {
  const job = group(program, "job", "work in progress and done", "baas job list --state RUNNING");

  serverCommand(job, "list", "List jobs, newest first.", "baas job list --state FAILED")
    .addOption(new Option("--state <state>", "only in this state").choices(jobStates))
    .option("--kind <kind>", "only of this kind: backup, copy, verify, restore, catalog_rebuild")
    .option("--workload <name>", "only of this workload")
    .option("--limit <n>", "how many at most, up to 1000", (text) => Number(text), LIMIT_DEFAULT)
    .action(async (options: ServerOptions & { state?: string; kind?: string; workload?: string; limit: number }) => {
      const { api } = await connectServer(io, options);
      const filter = filterOf([
        ["state=", options.state],
        ["kind=", options.kind],
        ["workload=", options.workload],
      ]);
      const query = { page_size: Math.min(options.limit, PAGE_SIZE), ...filter };
      const page = unwrap(await api.GET("/v1/jobs", { params: { query } }));
      showList(io, options, page.items as JobView[], COLUMNS, "no jobs");
      if (page.next_page_token !== null) note(io, options, `the newest ${page.items.length}; more with --limit`);
    });

  serverCommand(job, "show", "Show one job with its steps.", "baas job show job_01m82fn4m7b1bcgh598b1rgqfe")
    .argument("[job-id]", "id of the job")
    .option("--job-id <id>", "the same as an option")
    .action(async (argument: string | undefined, options: JobOptions) => {
      const { api } = await connectServer(io, options);
      const path = { id: required(argument ?? options.jobId, "the job id") };
      show(io, options, unwrap(await api.GET("/v1/jobs/{id}", { params: { path } })) as JobDetail, detailText);
    });

  serverCommand(
    job,
    "watch",
    "Follow a job to its end. The exit code tells how it ended; Ctrl-C stops watching, not the job.",
    "baas job watch job_01m82fn4m7b1bcgh598b1rgqfe",
  )
    .argument("[job-id]", "id of the job")
    .option("--job-id <id>", "the same as an option")
    .action(async (argument: string | undefined, options: JobOptions) => {
      const connection = await connectServer(io, options);
      const ended = await followJob(io, connection, options, required(argument ?? options.jobId, "the job id"));
      settle(io, ended);
      show(io, options, ended, endText);
    });

  serverCommand(
    job,
    "cancel",
    "Ask a job to stop at its next safe point.",
    "baas job cancel job_01m82fn4m7b1bcgh598b1rgqfe",
  )
    .argument("<job-id>", "id of the job")
    .action(async (id: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const params = { path: { id }, header: idempotencyKey(io) };
      const asked = unwrap(await api.POST("/v1/jobs/{id}/cancel", { params }));
      show(io, options, asked, () => `job ${id} was asked to stop`);
    });
};

function tookText({ started_at, finished_at }: Pick<Job, "started_at" | "finished_at">): string | null {
  if (started_at === null || finished_at === null) return null;
  return formatDuration(Date.parse(finished_at) - Date.parse(started_at));
}

/** One line for a job that has ended. */
export function endText(job: Job): string {
  return `${job.kind} job ${job.id} ${job.state.toLowerCase().replaceAll("_", " ")} in ${tookText(job) ?? "-"}`;
}

function detailText(job: JobDetail): string {
  const running = job.finished_at === null && job.progress !== null;
  const lines = [
    renderDetails([
      ["job", job.id],
      ["kind", job.kind],
      ["state", job.state],
      ["status_reason", job.status_reason],
      ["workload", job.workload_name],
      ["backup", job.backup_id],
      ["attempt", `${job.attempt} of ${job.max_attempts}`],
      ["made", formatTime(job.created_at)],
      ["started", formatTime(job.started_at)],
      ["ended", formatTime(job.finished_at)],
      ...(running ? [["progress", progressText(progressView(job.progress?.step ?? "", job.progress))] as const] : []),
    ]),
  ];
  for (const step of job.steps) lines.push(`  ${step.seq}. ${step.name}: ${step.state.toLowerCase()}`);
  if (job.error !== null)
    lines.push("", `error: ${job.error.message}`, `  fix:  ${job.error.fix}`, `  code: ${job.error.code}`);
  return lines.join("\n");
}
