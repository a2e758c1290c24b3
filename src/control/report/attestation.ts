import { counted } from "../../base/index.ts";
import { columnChart, COLOURS, ringChart } from "../../platform/document/index.ts";
import type { Figure } from "../../platform/document/index.ts";
import { coverageReport } from "../coverage/index.ts";
import { sandboxIds, span } from "../drill/index.ts";
import { CHART, day, minute, percent, sourcesTable } from "./content.ts";
import type { Content, Scope } from "./content.ts";
import { drillsOf, failuresByReason, lastSuccess, slotCounts, total } from "./records.ts";

const DONE = ["SUCCEEDED", "SUCCEEDED_WITH_WARNINGS", "COVERED_BY"];
const LOST = ["FAILED", "EXPIRED"];

/** What was protected in the period, what was not, and whether it was shown to restore. */
export async function attestationContent(scope: Scope): Promise<Content> {
  const coverage = await coverageReport(
    scope.db,
    scope.now_ms,
    scope.project_id === null ? {} : { project_id: scope.project_id },
  );
  const sandboxes = await sandboxIds(scope.db);
  const names = await scope.db.selectFrom("projects").select(["id", "name"]).execute();
  const is_sandbox = new Set(names.filter(({ id }) => sandboxes.has(id)).map(({ name }) => name));
  const workloads = coverage.workloads.filter(({ project }) => !is_sandbox.has(project));
  const covered = workloads.filter(({ policies }) => policies.length > 0);
  const excepted = workloads.filter(({ status }) => status === "excepted");
  const proven = covered.filter(({ proof }) => proof?.state === "proven");
  const last = await lastSuccess(scope);
  const slots = await slotCounts(scope);
  const drills = await drillsOf(scope);
  const failures = await failuresByReason(scope);
  const passed = drills.filter(({ state }) => state === "PASSED" || state === "MISSED_TARGET").length;
  const failed = drills.filter(({ state }) => state === "FAILED").length;
  const [ran, lost] = [total(slots, ...DONE), total(slots, ...LOST)];
  const window = `created_at>=${scope.from.toISOString()},created_at<${scope.to.toISOString()}`;
  const figures: Figure[] = [
    {
      label: "Under a policy",
      value: percent(covered.length, workloads.length - excepted.length),
      note: `${covered.length} of ${counted(workloads.length, "workload")}, ${excepted.length} excepted`,
      tone: covered.length + excepted.length >= workloads.length ? "good" : "bad",
      records: "/v1/coverage",
    },
    {
      label: "Scheduled backups done",
      value: percent(ran, ran + lost),
      note: `${ran} done, ${lost} failed or missed`,
      tone: ran + lost === 0 ? "plain" : lost === 0 ? "good" : "warn",
      records: `/v1/jobs?filter=kind=backup,${window}`,
    },
    {
      label: "Proven to restore",
      value: percent(proven.length, covered.length),
      note: `${proven.length} of ${covered.length}, as they are now`,
      tone: covered.length === 0 ? "plain" : proven.length === covered.length ? "good" : "warn",
      records: "/v1/proofs/summary",
    },
    {
      label: "Drills restored",
      value: `${passed} of ${passed + failed}`,
      note: failed === 0 ? "none failed" : `${failed} failed`,
      tone: drills.length === 0 ? "plain" : failed === 0 ? "good" : "bad",
      records: `/v1/drills?filter=finished_at>=${scope.from.toISOString()},finished_at<${scope.to.toISOString()}`,
    },
  ];
  const charts = [
    {
      title: "Workloads under a policy",
      svg: ringChart(
        {
          parts: [
            { name: "proven", value: proven.length, colour: COLOURS.good },
            { name: "not proven", value: covered.length - proven.length, colour: "#94d82d" },
            { name: "no policy", value: workloads.length - covered.length, colour: COLOURS.pale },
          ],
          middle: percent(covered.length, workloads.length),
        },
        CHART,
      ),
    },
    {
      title: "Drills by result",
      svg: columnChart(
        {
          categories: ["passed", "target missed", "failed"],
          series: [
            {
              name: "drills",
              values: ["PASSED", "MISSED_TARGET", "FAILED"].map(
                (state) => drills.filter((it) => it.state === state).length,
              ),
              colour: COLOURS.plain,
            },
          ],
        },
        CHART,
      ),
    },
  ];
  const unprotected = workloads.filter(({ policies }) => policies.length === 0);
  return {
    title: "Backup attestation",
    subtitle: `${scope.project} · ${day(scope.from)} to ${day(new Date(scope.to.getTime() - 1))}`,
    figures,
    blocks: [
      { kind: "figures", figures },
      {
        kind: "text",
        text: `${covered.length} of ${counted(workloads.length, "workload")} ${covered.length === 1 ? "is" : "are"} under a backup policy. In the period ${counted(ran, "scheduled backup")} ${ran === 1 ? "was" : "were"} done and ${lost === 0 ? "none" : lost} failed or ${lost <= 1 ? "was" : "were"} missed; ${drills.length === 0 ? "no drill ended" : `${counted(drills.length, "drill")} ended, of which ${passed} restored`}.`,
      },
      { kind: "charts", charts },
      { kind: "heading", text: "Workloads without a policy" },
      {
        kind: "table",
        name: "unprotected",
        columns: [{ title: "Workload" }, { title: "Project" }, { title: "Type" }, { title: "Why", wide: true }],
        rows: unprotected.map((it) => [
          it.name,
          it.project,
          it.type,
          it.exception === null
            ? (it.findings[0]?.message ?? "no policy selects it")
            : `excepted until ${day(it.exception.expires_at)}: ${it.exception.reason ?? ""} (${it.exception.owner ?? ""})`,
        ]),
        tones: unprotected.map(({ status }) => (status === "excepted" ? undefined : "bad")),
        empty: "None: every workload is under a policy.",
      },
      { kind: "heading", text: "Failures by reason" },
      {
        kind: "table",
        name: "failures",
        columns: [
          { title: "Reason", wide: true },
          { title: "Backups", align: "right" },
          { title: "Workloads", align: "right" },
        ],
        rows: failures.map(({ reason, count, workloads: hurt }) => [reason, count, hurt]),
        empty: "No backup failed.",
      },
      { kind: "heading", text: "Drills in the period" },
      {
        kind: "table",
        name: "drills",
        columns: [
          { title: "Workload", wide: true },
          { title: "When" },
          { title: "Class" },
          { title: "Result" },
          { title: "RTO", align: "right" },
          { title: "RPO", align: "right" },
        ],
        rows: drills.map((it) => [
          it.workload,
          minute(it.finished_at),
          it.class,
          it.state.toLowerCase().replaceAll("_", " "),
          it.rto_seconds === null ? null : span(it.rto_seconds),
          it.rpo_seconds === null ? null : span(it.rpo_seconds),
        ]),
        tones: drills.map(({ state }) => (state === "FAILED" ? "bad" : state === "MISSED_TARGET" ? "warn" : undefined)),
        empty: "No drill ended in the period.",
      },
      { kind: "heading", text: "Workloads under a policy" },
      {
        kind: "table",
        name: "workloads",
        columns: [
          { title: "Workload", wide: true },
          { title: "Project" },
          { title: "Policy" },
          { title: "Last success" },
          { title: "Proof of restore" },
        ],
        rows: covered.map((it) => [
          it.name,
          it.project,
          it.policies.map(({ name }) => name).join(", "),
          minute(last.get(it.workload_id) ?? null) ?? "never",
          it.proof === null ? "none" : `${it.proof.state}, ${day(it.proof.proven_at)}`,
        ]),
        tones: covered.map((it) => (last.has(it.workload_id) ? undefined : "bad")),
        empty: "No workload is under a policy.",
      },
      { kind: "heading", text: "Where the figures come from" },
      sourcesTable(figures),
    ],
  };
}
