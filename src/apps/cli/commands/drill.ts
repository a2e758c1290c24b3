import type { DrillDetail, DrillView, ProofSummaryView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import { formatBytes, formatCount, formatDuration, formatTime } from "../format.ts";
import { show, showList, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, required, serverCommand } from "../server/command.ts";
import { settle } from "../server/follow.ts";
import { awaitJob, DETACH, type WaitOptions } from "../server/jobs.ts";
import { filterOf, showPages } from "../server/lists.ts";
import { type Column, renderDetails, renderTable } from "../table.ts";
import { connectionsIn, registerPlans } from "./drill-plan.ts";

const COLUMNS: readonly Column<DrillView>[] = [
  { title: "id", value: (row) => row.id },
  { title: "workload", value: (row) => row.workload_name, shrink: true },
  { title: "class", value: (row) => row.class },
  { title: "result", value: (row) => row.state.toLowerCase().replace("_", " ") },
  { title: "rto", value: (row) => seconds(row.rto_seconds), align: "right" },
  { title: "rpo", value: (row) => seconds(row.rpo_seconds), align: "right" },
  { title: "when", value: (row) => formatTime(row.started_at ?? row.requested_at) },
];

interface RunOptions extends WaitOptions {
  readonly workload?: string;
  readonly project?: string;
  readonly sandbox?: string;
  readonly owner?: string;
  readonly randomWithin?: string;
  readonly reaches?: readonly string[];
  readonly cutOff?: readonly string[];
}
interface ListOptions extends ServerOptions {
  readonly workload?: string;
  readonly state?: string;
  readonly plan?: string;
}

export const register: Register = (program, io) => {
  const example = "baas drill run --workload db-1 --sandbox drills";
  const drill = group(program, "drill", "prove that backups restore", example);
  registerPlans(drill, io);

  serverCommand(
    drill,
    "run",
    "Restore a backup of a workload into a sandbox, compare, measure RTO and RPO, and take it away again.\nExit code 1: it did not restore; 3: it restored, and missed a target.",
    example,
  )
    .option("--workload <name>", "what is drilled")
    .option("--project <name>", "project of the workload, where its name is not unique")
    .option("--sandbox <project>", "sandbox project that is restored into")
    .option("--owner <who>", "who gets the tasks; by default you")
    .option("--reaches <host:port...>", "what must be reachable from where it is restored")
    .option("--cut-off <host:port...>", "what must not be reachable from there")
    .option("--random-within <span>", "the newest backup at a random point of so long; by default the newest of all")
    .option(...DETACH)
    .action(async (options: RunOptions) => {
      const connection = await connectServer(io, options);
      const { project, owner, randomWithin } = options;
      const body = {
        workload: required(options.workload, "--workload"),
        sandbox: required(options.sandbox, "--sandbox"),
        ...(project === undefined ? {} : { project }),
        ...(owner === undefined ? {} : { owner }),
        ...(randomWithin === undefined ? {} : { backup: { choose: "random" as const, within: randomWithin } }),
        ...connectionsIn(options),
      };
      const accepted = unwrap(
        await connection.api.POST("/v1/drills", { params: { header: idempotencyKey(io) }, body }),
      );
      const job = await awaitJob(io, connection, options, accepted.job_id);
      if (job === undefined) {
        show(io, options, accepted, () => `job ${accepted.job_id} started: baas job watch ${accepted.job_id}`);
        return;
      }
      const path = { id: required(accepted.resource_id ?? undefined, "the drill's id") };
      const found = unwrap(await connection.api.GET("/v1/drills/{id}", { params: { path } }));
      show(io, options, found, drillText);
      if (found.state === "FAILED") {
        const [first] = found.findings;
        throw cliError("CLI_DRILL_FAILED", `drill ${found.id} failed: ${first?.message ?? ""}`, { drill_id: found.id });
      }
      settle(io, job);
    });

  serverCommand(drill, "list", "List drills, newest first.", "baas drill list --state FAILED")
    .option("--workload <name>", "only of this workload")
    .option("--plan <name>", "only of this plan")
    .option("--state <state>", "PASSED, MISSED_TARGET, FAILED, RUNNING or CANCELED")
    .action(async (options: ListOptions) => {
      const { api } = await connectServer(io, options);
      const filter = filterOf([
        ["workload=", options.workload],
        ["plan=", options.plan],
        ["state=", options.state],
      ]);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const token = page_token === undefined ? {} : { page_token };
          const query = { page_size: PAGE_SIZE, ...filter, ...token };
          return unwrap(await api.GET("/v1/drills", { params: { query } }));
        },
        columns: COLUMNS,
        empty: "nothing was drilled yet",
      });
    });

  serverCommand(
    drill,
    "show",
    "Show a drill: steps with their times, validations, findings, deviations.",
    "baas drill show drl_…",
  )
    .argument("<id>", "id of the drill")
    .action(async (id: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      show(io, options, unwrap(await api.GET("/v1/drills/{id}", { params: { path: { id } } })), drillText);
    });

  serverCommand(
    drill,
    "proof",
    "Show how many workloads are proven to restore, and RTO and RPO as measured, by class.",
    "baas drill proof",
  )
    .option("--project <name>", "only of this project")
    .option("--days <n>", "drills of so many days", Number, 365)
    .action(async (options: ServerOptions & { project?: string; days: number }) => {
      const { api } = await connectServer(io, options);
      const query = { days: options.days, ...(options.project === undefined ? {} : { project: options.project }) };
      const summary = unwrap(await api.GET("/v1/proofs/summary", { params: { query } }));
      show(io, options, summary, (found) => summaryText(found, widthOf(io)));
    });

  serverCommand(drill, "classes", "List the classes of workloads with their targets.", "baas drill classes").action(
    async (options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const { items } = unwrap(await api.GET("/v1/drill-classes"));
      showList(
        io,
        options,
        items,
        [
          { title: "class", value: (row) => row.name },
          { title: "rto", value: (row) => seconds(row.rto_seconds), align: "right" },
          { title: "rpo", value: (row) => seconds(row.rpo_seconds), align: "right" },
          { title: "mend within", value: (row) => seconds(row.remedy_seconds), align: "right" },
          { title: "proof lasts", value: (row) => seconds(row.proof_seconds), align: "right" },
          { title: "tag tier=", value: (row) => row.tag_values.join(" "), shrink: true },
        ],
        "there is no class",
      );
    },
  );
};

function seconds(value: number | null): string | null {
  return value === null ? null : formatDuration(value * 1000);
}

function drillText(drill: DrillDetail): string {
  const target = (measured: number | null, target_seconds: number) =>
    measured === null ? "not reached" : `${seconds(measured)} (target ${seconds(target_seconds)})`;
  const lines = [
    renderDetails([
      ["drill", drill.id],
      ["workload", `${drill.workload_name}, ${drill.class}`],
      ["result", drill.state.toLowerCase().replace("_", " ")],
      ["backup", drill.backup_id],
      ["target time", formatTime(drill.target_time)],
      ["restored", `${formatCount(drill.restored_files ?? 0)} files, ${formatBytes(drill.restored_bytes ?? 0)}`],
      ["rto", target(drill.rto_seconds, drill.rto_target_seconds)],
      ["rpo", target(drill.rpo_seconds, drill.rpo_target_seconds)],
    ]),
    "",
    renderTable(drill.steps, [
      { title: "step", value: (row) => row.name },
      { title: "began", value: (row) => formatTime(row.started_at) },
      { title: "took", value: (row) => seconds(row.seconds), align: "right" },
    ]),
  ];
  for (const { name, passed, detail, problems } of drill.validations) {
    lines.push("", `${passed ? "ok " : "BAD"} ${name}: ${detail}`, ...problems.map((problem) => `    ${problem}`));
  }
  for (const { code, message } of drill.findings) lines.push("", `finding: ${message} (${code})`);
  for (const { code, message } of drill.deviations) lines.push("", `deviation: ${message} (${code})`);
  return lines.join("\n");
}

function summaryText(summary: ProofSummaryView, width_chars: number | undefined): string {
  const share = Math.round(summary.proven_share * 100);
  const columns: readonly Column<ProofSummaryView["classes"][number]>[] = [
    { title: "class", value: (row) => row.class },
    { title: "workloads", value: (row) => row.workloads, align: "right" },
    { title: "proven", value: (row) => row.proven, align: "right" },
    { title: "drills", value: (row) => row.drills, align: "right" },
    { title: "failed", value: (row) => row.failed, align: "right" },
    { title: "rto p50", value: (row) => seconds(row.rto_p50_seconds), align: "right" },
    { title: "p95", value: (row) => seconds(row.rto_p95_seconds), align: "right" },
    { title: "target", value: (row) => seconds(row.rto_target_seconds), align: "right" },
    { title: "rpo p50", value: (row) => seconds(row.rpo_p50_seconds), align: "right" },
    { title: "p95", value: (row) => seconds(row.rpo_p95_seconds), align: "right" },
    { title: "target", value: (row) => seconds(row.rpo_target_seconds), align: "right" },
  ];
  const head = `${summary.proven} of ${summary.workloads} protected workloads are proven to restore as they are now (${share} %)`;
  const by: readonly Column<ProofSummaryView["groups"][number]>[] = [
    { title: "by", value: (row) => row.by },
    { title: "", value: (row) => row.name },
    { title: "drills", value: (row) => row.drills, align: "right" },
    { title: "failed", value: (row) => row.failed, align: "right" },
    { title: "rto p50", value: (row) => seconds(row.rto_p50_seconds), align: "right" },
    { title: "p95", value: (row) => seconds(row.rto_p95_seconds), align: "right" },
    { title: "rpo p50", value: (row) => seconds(row.rpo_p50_seconds), align: "right" },
    { title: "p95", value: (row) => seconds(row.rpo_p95_seconds), align: "right" },
  ];
  const groups = summary.groups.length === 0 ? [] : ["", renderTable(summary.groups, by, width_chars)];
  return [head, "", renderTable(summary.classes, columns, width_chars), ...groups].join("\n");
}
