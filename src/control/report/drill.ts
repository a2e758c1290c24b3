import { sql } from "kysely";
import * as z from "zod";
import { counted } from "../../base/index.ts";
import { columnChart, COLOURS, targetChart } from "../../platform/document/index.ts";
import type { Block, Figure, Tone } from "../../platform/document/index.ts";
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

/** Of the longest step; shorter ones are in the table only. */
const SHOWN_SHARE = 0.03;
const BARS_MAX = 6;
/** In the chart, and in the table. */
const STEPS: Readonly<Record<string, readonly [string, string]>> = {
  choose: ["choose", "Choose the backup and the target time"],
  restore: ["ask", "Ask for the restore into the sandbox"],
  "restore: plan": ["plan", "Restore: plan"],
  "restore: run": ["lay", "Restore: lay the files"],
  "restore: finish": ["start", "Restore: start and recover what was laid"],
  "restore: record": ["note", "Restore: record"],
  functional: ["up", "See that the machine has come up"],
  restored: ["end", "Take over what the restore reports"],
  validate: ["validate", "Validate"],
  clean: ["clean", "Stop what runs, and take the sandbox away"],
};
/** Of an application as a whole. */
const WHOLE: Readonly<Record<string, readonly [string, string]>> = {
  "restore: plan": ["plan", "Restore: choose each part's backup, and the time that is common to all"],
  "restore: run": ["sum", "Restore: every part is there"],
  "restore: finish": ["settle", "Restore: apply the suppression log, and ask every part for its health"],
};
const OF_PART = /^restore ([^:]+): (\w+)$/;
/** In the chart, and in the table; `restore NAME: STEP` is one of a part. */
function named(step: string, kind: string): readonly [string, string] {
  if (kind === "application" && Object.hasOwn(WHOLE, step)) return WHOLE[step] ?? [step, step];
  const of_part = OF_PART.exec(step);
  if (of_part === null) return STEPS[step] ?? [step, step];
  const [, part = "", name = ""] = of_part;
  const [short, long] = STEPS[`restore: ${name}`] ?? [name, name];
  return [`${part} ${short}`, long.replace("Restore:", `Restore of ${part}:`)];
}

const COMPARED = "compared with the backup's own record, and found whole";
/** What was shown, by the kind of source. */
const PROOFS: Readonly<Record<string, string>> = {
  postgresql: "started there as a server, recovered to the target time, and gave the answers it must give",
  mariadb: "started there as a server, brought to the target time, and gave the answers it must give",
  vm: "booted there from the backup itself, and its guest came up",
  application: "brought up there with all its parts in their order, and each of them passed its checks",
};

function restored(drill: {
  readonly restored_bytes: number | null;
  readonly restored_files: number | null;
  readonly source_bytes: number | null;
}): Pick<Figure, "value" | "note"> {
  const laid = drill.restored_bytes ?? 0;
  if (laid > 0 || drill.source_bytes === null)
    return { value: bytes(laid), note: counted(drill.restored_files ?? 0, "file") };
  return { value: bytes(Number(drill.source_bytes)), note: "served from the backup itself" };
}

function followUp(tasks: number): string {
  if (tasks === 0) return "No corrective action was written down.";
  return `${counted(tasks, "corrective action")} ${tasks === 1 ? "follows" : "follow"} below.`;
}

const COUNTED = /\b(\d+) bytes\b/g;
/** A checksum says what it says by being the same; nobody reads all of it. */
const DIGEST = /\b([0-9a-f]{12})[0-9a-f]{20,}\b/g;

const second = (at: Date | null) => (at === null ? "–" : `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`);

function proofOf(subject: Readonly<Record<string, unknown>>): string {
  const { policy_version, key_epoch, source_version, agent_version } = subject as Readonly<
    Record<string, string | number | null>
  >;
  if (key_epoch === undefined) return "It is a proof of nothing, for there was no backup.";
  const policy = typeof policy_version === "number" ? `policy version ${policy_version}` : "no policy (made by hand)";
  const source = typeof source_version === "string" ? `, source version ${source_version}` : "";
  const agent = typeof agent_version === "string" ? `, agent version ${agent_version}` : "";
  return `What it says holds for ${policy}, key epoch ${key_epoch}${source}${agent}.`;
}

const partsSchema = z.object({
  parts: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      backup_id: z.string(),
      recovered_to: z.string(),
      rpo_seconds: z.number(),
    }),
  ),
  suppressions: z.object({ entries: z.number(), applied: z.number(), recorded_after_point: z.number() }).optional(),
});

/** What an application's restore tells of each part, and of the list of those who must not be mailed. */
async function partsOf(restore_id: string | null, db: Scope["db"]): Promise<Block[]> {
  const restore = await db
    .selectFrom("restores")
    .select("details")
    .where("id", "=", restore_id ?? "")
    .executeTakeFirst();
  const told = partsSchema.safeParse(restore?.details);
  if (!told.success) return [];
  const { parts, suppressions } = told.data;
  const blocks: Block[] = [
    { kind: "heading", text: "Parts, restored to one common time" },
    {
      kind: "table",
      name: "parts",
      columns: [
        { title: "Part", wide: true },
        { title: "Kind" },
        { title: "Backup" },
        { title: "Newest restored data (UTC)" },
        { title: "Behind that time", align: "right" },
      ],
      rows: parts.map((part) => [
        part.name,
        part.kind,
        part.backup_id,
        part.recovered_to.slice(0, 19).replace("T", " "),
        span(part.rpo_seconds),
      ]),
      empty: "No part was restored.",
    },
  ];
  if (suppressions !== undefined) {
    const { applied, entries, recorded_after_point } = suppressions;
    const text = `The suppression log was applied before the application was called ready: ${counted(entries, "entry", "entries")}, ${recorded_after_point} of them recorded after the target time; ${applied} ${applied === 1 ? "was" : "were"} not in what was restored, and ${applied === 1 ? "is" : "are"} now.`;
    blocks.push({ kind: "text", text });
  }
  return blocks;
}

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
      sql<string>`workloads.source ->> 'kind'`.as("kind"),
      (eb) =>
        eb
          .selectFrom("backups")
          .select("source_bytes")
          .whereRef("backups.id", "=", "drills.backup_id")
          .as("source_bytes"),
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
    { label: "Result", value: verdict, note: counted(drill.validations.length, "validation"), tone, records },
    { label: "Recovery time (RTO)", ...measured(drill.rto_seconds, drill.rto_target_seconds), records },
    { label: "Data loss (RPO)", ...measured(drill.rpo_seconds, drill.rpo_target_seconds), records },
    {
      label: "Restored",
      ...restored(drill),
      tone: "plain",
      records: `/v1/restores/${drill.restore_id ?? ""}`,
    },
  ];
  // The record is written as the last step, and cannot hold its own end.
  const ended = drill.steps.filter(
    ({ name, seconds }) =>
      seconds !== null && (name !== "functional" || drill.kind === "vm") && (!OF_PART.test(name) || seconds >= 0.05),
  );
  const longest = Math.max(0, ...ended.map(({ seconds }) => seconds ?? 0));
  const timed = ended
    .filter(({ seconds }) => (seconds ?? 0) >= longest * SHOWN_SHARE)
    .sort((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0))
    .slice(0, BARS_MAX)
    .sort((a, b) => a.started_at.localeCompare(b.started_at));
  const steps = columnChart(
    {
      categories: timed.map(({ name }) => named(name, drill.kind)[0]),
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
      ? `Backup ${drill.backup_id} was restored into a sandbox, ${PROOFS[drill.kind] ?? COMPARED}. The workload can be recovered as its class promises.`
      : `${found.join(". ") || "The drill did not come to its end"}. ${followUp(tasks.length)}`;
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
        columns: [{ title: "Validation", wide: true }, { title: "Outcome" }, { title: "What was found", wide: true }],
        rows: drill.validations.map((it) => [
          it.name.charAt(0).toUpperCase() + it.name.slice(1),
          it.passed ? "passed" : "FAILED",
          [it.detail, ...it.problems.filter((each) => each !== it.detail).slice(0, 5)]
            .join("; ")
            .replace(DIGEST, "$1…")
            .replace(COUNTED, (_, count: string) => bytes(Number(count))),
        ]),
        tones: drill.validations.map(({ passed }) => (passed ? undefined : "bad")),
        empty: "Nothing could be validated, for nothing was restored.",
      },
      ...(await partsOf(drill.restore_id, db)),
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
        columns: [{ title: "Step", wide: true }, { title: "Began (UTC)" }, { title: "Took", align: "right" }],
        rows: ended.map((step) => [
          named(step.name, drill.kind)[1],
          step.started_at.slice(11, 19),
          span(step.seconds ?? 0),
        ]),
        empty: "No step was recorded.",
      },
      {
        kind: "text",
        text: `Target time ${second(drill.target_time)}; newest restored data ${second(drill.restored_to)}. ${proofOf(drill.subject)}`,
      },
      { kind: "heading", text: "Where the figures come from" },
      sourcesTable(figures),
    ],
  };
}
