import { counted } from "../../base/index.ts";
import { columnChart, COLOURS, targetChart } from "../../platform/document/index.ts";
import type { Figure } from "../../platform/document/index.ts";
import { proofSummary, span } from "../drill/index.ts";
import { bytes, CHART, day, minute, monthsOf, percent, sourcesTable, unitOf } from "./content.ts";
import type { Content, Scope } from "./content.ts";
import {
  alertsOf,
  byMonth,
  drillCounts,
  eventsOf,
  failuresByReason,
  slotCounts,
  storageOf,
  storedByMonth,
  total,
  verdictCounts,
  type AlertLine,
  type EventLine,
} from "./records.ts";

const DONE = ["SUCCEEDED", "SUCCEEDED_WITH_WARNINGS", "COVERED_BY"];
const LOST = ["FAILED", "EXPIRED"];
const KEY_EVENTS = ["holdfast.key", "holdfast.rotation", "holdfast.project.shredded"];
const RETENTION_EVENTS = ["holdfast.backup.deleted", "holdfast.backup.expired", "holdfast.hold", "holdfast.retention"];
const ANOMALY_EVENTS = ["holdfast.anomaly"];

/** A quarter of a service: does it work, does it restore, what grows, what happened to keys and retention. */
export async function healthContent(scope: Scope): Promise<Content> {
  const months = monthsOf(scope.from, scope.to);
  const [slots, drills, verdicts] = [await slotCounts(scope), await drillCounts(scope), await verdictCounts(scope)];
  const [storage, stored] = [await storageOf(scope), await storedByMonth(scope)];
  const proofs = await proofSummary(scope.db, scope.now_ms, {
    from_ms: scope.from.getTime(),
    until_ms: scope.to.getTime(),
    ...(scope.project_id === null ? {} : { project_id: scope.project_id }),
  });
  const [key_events, retention, anomalies] = [
    await eventsOf(scope, KEY_EVENTS),
    await eventsOf(scope, RETENTION_EVENTS),
    await eventsOf(scope, ANOMALY_EVENTS),
  ];
  const failures = await failuresByReason(scope);
  const alerts = await alertsOf(scope);
  const [ran, lost] = [total(slots, ...DONE), total(slots, ...LOST)];
  const [valid, verified] = [total(verdicts, "VALID"), total(verdicts)];
  const [restored, drilled] = [total(drills, "PASSED", "MISSED_TARGET"), total(drills)];
  const stored_bytes = storage.reduce((sum, it) => sum + it.stored_bytes, 0);
  const window = `finished_at>=${scope.from.toISOString()},finished_at<${scope.to.toISOString()}`;
  const figures: Figure[] = [
    {
      label: "Scheduled backups done",
      value: percent(ran, ran + lost),
      note: `${ran} done, ${lost} failed or missed`,
      tone: ran + lost === 0 ? "plain" : lost === 0 ? "good" : "warn",
      records: "/v1/jobs?filter=kind=backup",
    },
    {
      label: "Verifications valid",
      value: percent(valid, verified),
      note: verified === 1 ? "1 backup or copy read" : `${verified} backups and copies read`,
      tone: verified === 0 ? "plain" : valid === verified ? "good" : "bad",
      records: "/v1/verifications",
    },
    {
      label: "Drills restored",
      value: percent(restored, drilled),
      note: `${restored} of ${drilled}`,
      tone: drilled === 0 ? "plain" : restored === drilled ? "good" : "bad",
      records: `/v1/drills?filter=${window}`,
    },
    {
      label: "Stored",
      value: bytes(stored_bytes),
      note: `${counted(
        storage.reduce((sum, it) => sum + it.backups, 0),
        "backup",
      )} kept`,
      tone: "plain",
      records: "/v1/overview",
    },
  ];
  const columns = (
    title: string,
    counts: Parameters<typeof byMonth>[0],
    good: string[],
    bad: string[],
    words: [string, string],
  ) => ({
    title,
    svg: columnChart(
      {
        categories: months,
        stacked: true,
        series: [
          { name: words[0], values: byMonth(counts, months, ...good), colour: COLOURS.good },
          { name: words[1], values: byMonth(counts, months, ...bad), colour: COLOURS.bad },
        ],
      },
      CHART,
    ),
  });
  const unit = unitOf(Math.max(0, ...stored.values()));
  const event_columns = [
    { title: "What", wide: true },
    { title: "Times", align: "right" },
    { title: "First" },
    { title: "Last" },
  ] as const;
  return {
    title: "Backup health",
    subtitle: `${scope.project} · ${day(scope.from)} to ${day(new Date(scope.to.getTime() - 1))}`,
    figures,
    blocks: [
      { kind: "figures", figures },
      { kind: "text", text: summaryOf({ ran, lost, restored, drilled, valid, verified, alerts }) },
      {
        kind: "charts",
        charts: [
          columns("Scheduled backups by month", slots, DONE, LOST, ["done", "failed or missed"]),
          columns("Drills by month", drills, ["PASSED", "MISSED_TARGET"], ["FAILED"], ["restored", "failed"]),
        ],
      },
      {
        kind: "charts",
        charts: [
          {
            title: `Newly stored by month, ${unit.name}`,
            svg: columnChart(
              {
                categories: months,
                series: [
                  {
                    name: unit.name,
                    values: months.map((month) => Math.round(((stored.get(month) ?? 0) / unit.bytes) * 10) / 10),
                    colour: COLOURS.plain,
                  },
                ],
              },
              CHART,
            ),
          },
          {
            title: "Recovery time (p95), in percent of the target",
            svg: targetChart(
              proofs.classes.map((it) => ({
                name: it.title,
                measured: it.rto_p95_seconds,
                target: it.rto_target_seconds,
              })),
              CHART,
            ),
          },
        ],
      },
      { kind: "heading", text: "Recovery as measured by drills" },
      {
        kind: "table",
        name: "classes",
        columns: [
          { title: "Class", wide: true },
          { title: "Workloads", align: "right" },
          { title: "Proven", align: "right" },
          { title: "Drills", align: "right" },
          { title: "Failed", align: "right" },
          { title: "RTO p50 / p95 / target", align: "right" },
          { title: "RPO p50 / p95 / target", align: "right" },
        ],
        rows: proofs.classes.map((it) => [
          it.title,
          it.workloads,
          it.proven,
          it.drills,
          it.failed,
          trio(it.rto_p50_seconds, it.rto_p95_seconds, it.rto_target_seconds),
          trio(it.rpo_p50_seconds, it.rpo_p95_seconds, it.rpo_target_seconds),
        ]),
        empty: "There is no class.",
      },
      {
        kind: "table",
        name: "measured",
        columns: [
          { title: "By size, region and tier", wide: true },
          { title: "Drills", align: "right" },
          { title: "Failed", align: "right" },
          { title: "RTO p50 / p95", align: "right" },
          { title: "RPO p50 / p95", align: "right" },
        ],
        rows: proofs.groups.map((it) => [
          `${it.by}: ${it.name}`,
          it.drills,
          it.failed,
          pair(it.rto_p50_seconds, it.rto_p95_seconds),
          pair(it.rpo_p50_seconds, it.rpo_p95_seconds),
        ]),
        empty: "No drill ended in the period.",
      },
      { kind: "heading", text: "Storage and retention" },
      {
        kind: "table",
        name: "storage",
        columns: [
          { title: "Region", wide: true },
          { title: "Backups", align: "right" },
          { title: "Protected", align: "right" },
          { title: "Stored", align: "right" },
          { title: "Locked", align: "right" },
          { title: "Without an end", align: "right" },
        ],
        rows: storage.map((it) => [
          it.region,
          it.backups,
          bytes(it.source_bytes),
          bytes(it.stored_bytes),
          it.locked,
          it.held,
        ]),
        empty: "Nothing is stored.",
      },
      { kind: "heading", text: "Failed backups by reason" },
      {
        kind: "table",
        name: "failures",
        columns: [
          { title: "Reason", wide: true },
          { title: "Backups", align: "right" },
          { title: "Workloads", align: "right" },
        ],
        rows: failures.map(({ reason, count, workloads }) => [reason, count, workloads]),
        empty: "No backup failed.",
      },
      { kind: "heading", text: "Alerts" },
      {
        kind: "table",
        name: "alerts",
        columns: [
          { title: "Sev", align: "right" },
          { title: "Alert", wide: true },
          { title: "Opened" },
          { title: "Taken" },
          { title: "Resolved" },
          { title: "Clocks missed", align: "right" },
        ],
        rows: alerts.map((it) => [
          it.severity,
          `${it.rule}: ${it.summary}`,
          minute(it.opened_at),
          minute(it.acknowledged_at) ?? "–",
          minute(it.resolved_at) ?? "open",
          it.breaches,
        ]),
        tones: alerts.map(({ state, breaches }) => (breaches > 0 ? "bad" : state === "RESOLVED" ? undefined : "warn")),
        empty: "There was none.",
      },
      { kind: "heading", text: "Keys" },
      {
        kind: "table",
        name: "keys",
        columns: event_columns,
        rows: eventRows(key_events),
        empty: "Nothing happened to any key.",
      },
      { kind: "heading", text: "Deletions and holds" },
      {
        kind: "table",
        name: "retention",
        columns: event_columns,
        rows: eventRows(retention),
        empty: "Nothing was deleted.",
      },
      { kind: "heading", text: "Anomalies" },
      {
        kind: "table",
        name: "anomalies",
        columns: event_columns,
        rows: eventRows(anomalies),
        empty: "No backup looked strange.",
      },
      { kind: "heading", text: "Where the figures come from" },
      sourcesTable(figures),
    ],
  };
}

/** The quarter in three sentences. */
function summaryOf(it: {
  readonly ran: number;
  readonly lost: number;
  readonly restored: number;
  readonly drilled: number;
  readonly valid: number;
  readonly verified: number;
  readonly alerts: readonly AlertLine[];
}): string {
  const { ran, lost, restored, drilled, valid, verified, alerts } = it;
  const backups = `${counted(ran, "scheduled backup")} ${ran === 1 ? "was" : "were"} done, and ${lost === 0 ? "none" : lost} failed or ${lost <= 1 ? "was" : "were"} missed.`;
  const drills =
    drilled === 0
      ? "No drill ended, so nothing was shown to restore."
      : `${counted(drilled, "drill")} ended, of which ${restored} restored; ${verified === 0 ? "nothing was verified" : `of ${counted(verified, "verification")} ${valid} found the backup whole`}.`;
  const open = alerts.filter(({ state }) => state !== "RESOLVED").length;
  const grave = alerts.filter(({ severity }) => severity === 1).length;
  const told =
    alerts.length === 0
      ? "There was no alert."
      : `There ${alerts.length === 1 ? "was" : "were"} ${counted(alerts.length, "alert")}, ${grave} of severity 1; ${open === 0 ? "none is" : open === 1 ? "one is" : `${open} are`} still open.`;
  return `In the period ${backups} ${drills} ${told}`;
}

/** In words; what is not among them is told as it is named. */
const EVENT_WORDS: Readonly<Record<string, string>> = {
  "key.created": "Key made",
  "key.grant": "Right to use a key given",
  "key.revoke": "Right to use a key taken away",
  "key.rotation_requested": "Rotation of a key asked for",
  "key.rotated": "Key rotated: new version, all keys wrapped under it",
  "key.rotation_done": "Rotation ended: data sealed anew under the new version",
  "key.retired": "Key version retired",
  "key.destroyed": "Key destroyed",
  "key.schedule": "Rotation schedule set",
  "key.disable": "Key disabled",
  "key.enable": "Key enabled",
  "project.shredded": "Project shredded: its keys are gone",
  "backup.deleted": "Backup deleted",
  "backup.expired": "Backup deleted at the end of its retention",
  "hold.set": "Legal hold set",
  "hold.released": "Legal hold released",
  "anomaly.detected": "Backup marked as strange",
  "anomaly.dismissed": "Mark taken back by a person",
};

/** Each kind of event once: how often, and when first and last. Each single one is in the compliance package. */
function eventRows(events: readonly EventLine[]): (string | number | null)[][] {
  const kinds = new Map<string, EventLine[]>();
  for (const event of events) kinds.set(event.type, [...(kinds.get(event.type) ?? []), event]);
  return [...kinds].map(([type, found]) => {
    const name = type.replace("holdfast.", "");
    const words = EVENT_WORDS[name] ?? name.replaceAll(/[._]/g, " ");
    return [words, found.length, minute(found[0]?.time ?? null), minute(found.at(-1)?.time ?? null)];
  });
}

const shown = (value: number | null) => (value === null ? "–" : span(value));
const pair = (p50: number | null, p95: number | null) => `${shown(p50)} / ${shown(p95)}`;

function trio(p50: number | null, p95: number | null, target: number): string {
  return `${shown(p50)} / ${shown(p95)} / ${span(target)}`;
}
