import type { CoverageView, WorkloadCoverageView } from "../../../protocol/index.ts";
import { formatDuration, formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, type ServerOptions, unwrap } from "../server/client.ts";
import { group, serverCommand } from "../server/command.ts";
import { type Column, renderTable } from "../table.ts";

const COLUMNS: readonly Column<WorkloadCoverageView>[] = [
  { title: "workload", value: (row) => row.name },
  { title: "type", value: (row) => row.type },
  { title: "status", value: (row) => row.status.replace("_", " ") },
  { title: "policy", value: (row) => row.policies.map(({ name }) => name).join(" "), shrink: true },
  {
    title: "last good backup",
    value: ({ last_good_backup: last }) => (last === null ? "never" : `${formatDuration(last.age_seconds * 1000)} ago`),
    align: "right",
  },
  {
    title: "rpo",
    value: (row) => (row.rpo_seconds === null ? null : formatDuration(row.rpo_seconds * 1000)),
    align: "right",
  },
  {
    title: "proof",
    value: ({ proof }) =>
      proof === null
        ? "none"
        : `${proof.state === "proven" ? "" : `${proof.state}, `}${formatDuration(proof.age_seconds * 1000)}`,
    align: "right",
  },
  { title: "next run", value: (row) => formatTime(row.next_run_at) },
];

export const register: Register = (program, io) => {
  const example = "baas coverage report --project acme-prod";
  const coverage = group(program, "coverage", "what is protected and what is not", example);
  serverCommand(
    coverage,
    "report",
    "List every workload as protected, excepted or at risk, tagged ones without a policy included, and what to do.",
    example,
  )
    .option("--project <name>", "only of this project")
    .action(async (options: ServerOptions & { project?: string }) => {
      const { api } = await connectServer(io, options);
      const query = options.project === undefined ? {} : { project: options.project };
      show(io, options, unwrap(await api.GET("/v1/coverage", { params: { query } })), (report) =>
        reportText(io, report),
      );
    });
};

function reportText(io: CliIo, report: CoverageView): string {
  const { totals } = report;
  const summary = `${totals.workloads} workloads: ${totals.protected} protected, ${totals.excepted} excepted, ${totals.at_risk} at risk`;
  if (report.workloads.length === 0) return summary;
  const lines = [summary, "", renderTable(report.workloads, COLUMNS, widthOf(io))];
  for (const workload of report.workloads) {
    for (const finding of workload.findings) {
      lines.push("", `${workload.name}: ${finding.message} (${finding.code})`, `  fix: ${finding.fix}`);
    }
  }
  return lines.join("\n");
}
