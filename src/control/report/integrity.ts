import { counted } from "../../base/index.ts";
import { COLOURS, columnChart } from "../../platform/document/index.ts";
import type { Figure } from "../../platform/document/index.ts";
import { CHART, day, minute, percent, sourcesTable } from "./content.ts";
import type { Content, Scope } from "./content.ts";

interface Signed {
  readonly account?: Readonly<Record<string, number>>;
  readonly project?: string;
  readonly backups_checked?: number;
  readonly backups_not_whole?: readonly Readonly<Record<string, unknown>>[];
}

/** The signed accounts of each day of the window, as pages; the figures are those that were signed. */
export async function integrityContent(scope: Scope): Promise<Content> {
  let query = scope.db
    .selectFrom("integrity_reports")
    .selectAll()
    .where("day", ">=", day(scope.from))
    .where("day", "<", day(scope.to))
    .orderBy("day")
    .orderBy("project_id");
  if (scope.project_id !== null) query = query.where("project_id", "=", scope.project_id);
  const rows = (await query.execute()).map((row) => ({ ...row, signed: row.report as unknown as Signed }));
  const sum = (field: string) => rows.reduce((all, { signed }) => all + (signed.account?.[field] ?? 0), 0);
  const checked = rows.reduce((all, { signed }) => all + (signed.backups_checked ?? 0), 0);
  const broken = rows.flatMap(({ day: on, signed }) =>
    (signed.backups_not_whole ?? []).map((it) => [
      on,
      signed.project ?? "",
      String(it["backup_id"] ?? ""),
      String(it["structure"] ?? ""),
    ]),
  );
  const [scheduled, done] = [sum("scheduled"), sum("succeeded") + sum("late") + sum("covered")];
  const lost = sum("failed") + sum("missed");
  const records = "/v1/integrity-reports";
  const figures: Figure[] = [
    {
      label: "Accounted for",
      value: String(scheduled),
      note: scheduled === 1 ? "scheduled backup" : "scheduled backups",
      tone: "plain",
      records,
    },
    {
      label: "Done",
      value: percent(done, scheduled),
      note: `${done} done, ${lost} failed or missed`,
      tone: scheduled === 0 ? "plain" : lost === 0 ? "good" : "bad",
      records,
    },
    {
      label: "Structure checked",
      value: String(checked),
      note: checked === 1 ? "backup" : "backups",
      tone: "plain",
      records,
    },
    {
      label: "Not whole",
      value: String(broken.length),
      note: broken.length === 1 ? "backup" : "backups",
      tone: checked === 0 ? "plain" : broken.length === 0 ? "good" : "bad",
      records,
    },
  ];
  const days = new Set(rows.map(({ day: on }) => on)).size;
  const summary =
    days === 0
      ? "No day of the window has been accounted for."
      : `Of ${counted(days, "day")} every scheduled backup is accounted for once: ${done} done, ${sum("failed")} failed, ${sum("missed")} missed, ${sum("skipped")} skipped for a reason. The structure of ${counted(checked, "backup")} was checked, and ${broken.length === 0 ? "all of it is whole" : `${broken.length} ${broken.length === 1 ? "is" : "are"} not whole`}.`;
  const fates = ["succeeded", "late", "failed", "missed", "skipped", "covered", "open"];
  return {
    title: "Integrity report",
    subtitle: `${scope.project} · ${day(scope.from)} to ${day(new Date(scope.to.getTime() - 1))}`,
    figures,
    blocks: [
      { kind: "figures", figures },
      { kind: "text", text: summary },
      {
        kind: "charts",
        charts: [
          {
            title: "What became of the scheduled backups",
            svg: columnChart(
              { categories: fates, series: [{ name: "backups", values: fates.map(sum), colour: COLOURS.plain }] },
              { ...CHART, width: CHART.width * 2 },
            ),
          },
        ],
      },
      { kind: "heading", text: "Backups that are not whole" },
      {
        kind: "table",
        name: "not-whole",
        columns: [{ title: "Day" }, { title: "Project" }, { title: "Backup", wide: true }, { title: "Structure" }],
        rows: broken,
        tones: broken.map(() => "bad" as const),
        empty: checked === 0 ? "None was checked." : "None: all of them are whole.",
      },
      { kind: "heading", text: "Signed accounts" },
      {
        kind: "table",
        name: "days",
        columns: [
          { title: "Day" },
          { title: "Project", wide: true },
          { title: "Scheduled", align: "right" },
          { title: "Done", align: "right" },
          { title: "Failed", align: "right" },
          { title: "Missed", align: "right" },
          { title: "Signed" },
        ],
        rows: rows.map(({ day: on, signed, created_at }) => [
          on,
          signed.project ?? "",
          signed.account?.["scheduled"] ?? 0,
          (signed.account?.["succeeded"] ?? 0) + (signed.account?.["late"] ?? 0) + (signed.account?.["covered"] ?? 0),
          signed.account?.["failed"] ?? 0,
          signed.account?.["missed"] ?? 0,
          minute(created_at),
        ]),
        empty: "No day of the window has been accounted for.",
      },
      { kind: "heading", text: "Where the figures come from" },
      sourcesTable(figures),
    ],
  };
}
