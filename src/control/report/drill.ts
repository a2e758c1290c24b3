import { columnChart, COLOURS, targetChart } from "../../platform/document/index.ts";
import type { Figure, Tone } from "../../platform/document/index.ts";
import { span } from "../drill/index.ts";
import { bytes, CHART, minute, sourcesTable } from "./content.ts";
import type { Content, Scope } from "./content.ts";
import { reportError } from "./errors.ts";

const VERDICTS: Readonly<Record<string, readonly [string, Tone]>> = {
  PASSED: ["Passed", "good"],
  MISSED_TARGET: ["Target missed", "warn"],
  FAILED: ["Failed", "bad"],
  CANCELED: ["Canceled", "warn"],
};

/** One drill: did it restore, how long did it take, what was found, who does what until when. */
export async function drillContent({ db, drill_id }: Scope): Promise<Content> {
  const drill = await db
    .selectFrom("drills")
    .innerJoin("workloads", "workloads.id", "drills.workload_id")
    .innerJoin("projects", "projects.id", "drills.project_id")
    .innerJoin("drill_classes", "drill_classes.name", "drills.class")
    .selectAll("drills")
    .select([
      "workloads.name as workload",
      "workloads.type",
      "projects.name as project",
      "drill_classes.title as class_title",
    ])
    .where("drills.id", "=", drill_id ?? "")
    .executeTakeFirst();
  if (drill === undefined) throw reportError("REPORT_INVALID", `there is no drill ${drill_id}`);
  const tasks = await db.selectFrom("tasks").selectAll().where("drill_id", "=", drill.id).orderBy("due_at").execute();
  const records = `/v1/drills/${drill.id}`;
  const [verdict, tone] = VERDICTS[drill.state] ?? ["Running", "plain"];
  const measured = (seconds: number | null, target: number): Pick<Figure, "value" | "tone" | "note"> => ({
    value: seconds === null ? "not reached" : span(seconds),
    note: `target ${span(target)}`,
    tone: seconds !== null && seconds <= target ? "good" : "bad",
  });
  const figures: Figure[] = [
    { label: "Result", value: verdict, note: `${drill.validations.length} validations`, tone, records },
    { label: "Recovery time (RTO)", ...measured(drill.rto_seconds, drill.rto_target_seconds), records },
    { label: "Data loss (RPO)", ...measured(drill.rpo_seconds, drill.rpo_target_seconds), records },
    {
      label: "Restored",
      value: bytes(drill.restored_bytes ?? 0),
      note: `${drill.restored_files ?? 0} files`,
      tone: "plain",
      records: `/v1/restores/${drill.restore_id ?? ""}`,
    },
  ];
  const timed = drill.steps.filter(({ seconds }) => seconds !== null && seconds > 0);
  const steps = columnChart(
    {
      categories: timed.map(({ name }) => name.replace("restore: ", "r: ")),
      series: [{ name: "seconds", values: timed.map(({ seconds }) => seconds), colour: COLOURS.plain }],
    },
    CHART,
  );
  const targets = targetChart(
    [
      { name: "RTO", measured: drill.rto_seconds, target: drill.rto_target_seconds },
      { name: "RPO", measured: drill.rpo_seconds, target: drill.rpo_target_seconds },
    ],
    CHART,
  );
  const found = drill.findings.map(({ message }) => message);
  const summary =
    drill.state === "PASSED"
      ? `Backup ${drill.backup_id} was restored into a sandbox, compared with the backup's own record, and found whole. The workload can be recovered as its class promises.`
      : `${found.join(". ") || "The drill did not come to its end"}. ${tasks.length} corrective actions follow below.`;
  return {
    title: `Restore drill: ${drill.workload}`,
    subtitle: `${drill.project} · ${drill.type} · ${drill.class_title} · ${minute(drill.started_at ?? drill.requested_at)}`,
    figures,
    blocks: [
      { kind: "figures", figures },
      { kind: "text", text: summary },
      {
        kind: "charts",
        charts: [
          { title: "Measured, in percent of the target", svg: targets },
          { title: "Time by step, in seconds", svg: steps },
        ],
      },
      { kind: "heading", text: "Validations" },
      {
        kind: "table",
        name: "validations",
        columns: [{ title: "Validation" }, { title: "Outcome" }, { title: "What was looked at", wide: true }],
        rows: drill.validations.map((it) => [
          it.name,
          it.passed ? "passed" : "FAILED",
          [it.detail, ...it.problems.slice(0, 5)].join("; "),
        ]),
        tones: drill.validations.map(({ passed }) => (passed ? undefined : "bad")),
        empty: "Nothing could be validated, for nothing was restored.",
      },
      { kind: "heading", text: "Corrective actions" },
      {
        kind: "table",
        name: "tasks",
        columns: [{ title: "Action", wide: true }, { title: "Owner" }, { title: "Due" }, { title: "State" }],
        rows: tasks.map((task) => [
          `${task.title}. ${task.details}`,
          task.owner,
          minute(task.due_at),
          task.state.toLowerCase(),
        ]),
        empty: "None: nothing was found that has to be mended.",
      },
      { kind: "heading", text: "Deviations from the procedure" },
      {
        kind: "table",
        name: "deviations",
        columns: [{ title: "Deviation", wide: true }],
        rows: drill.deviations.map(({ message }) => [message]),
        empty: "None.",
      },
      { kind: "heading", text: "Procedure" },
      {
        kind: "table",
        name: "steps",
        columns: [{ title: "Step", wide: true }, { title: "Began" }, { title: "Took", align: "right" }],
        rows: drill.steps.map((step) => [
          step.name,
          minute(step.started_at),
          step.seconds === null ? null : span(step.seconds),
        ]),
        empty: "No step was recorded.",
      },
      {
        kind: "text",
        text: `Target time ${minute(drill.target_time) ?? "–"}; newest restored data ${minute(drill.restored_to) ?? "–"}. Proof of policy version ${drill.subject["policy_version"] ?? "–"}, key epoch ${drill.subject["key_epoch"] ?? "–"}.`,
      },
      { kind: "heading", text: "Where the figures come from" },
      sourcesTable(figures),
    ],
  };
}
