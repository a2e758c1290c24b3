import type { AlertRow } from "../alerting/index.ts";
import type { Db, DeliveryTable } from "../../platform/db/index.ts";

export type DeliveryKind = DeliveryTable["kind"];

/** What is told, whatever the channel; kept with the delivery, so each try says the same. */
export interface Message {
  readonly kind: DeliveryKind;
  readonly subject: string;
  /** Plain text for people. */
  readonly text: string;
  readonly alert: {
    readonly id: string;
    readonly rule: string;
    readonly severity: number;
    readonly summary: string;
    readonly project: string | null;
    readonly members: readonly string[];
    readonly opened_at: string;
    readonly runbook: string;
  } | null;
  /** A report that was made: mail carries its pages. */
  readonly report?: {
    readonly id: string;
    readonly kind: string;
    readonly period: string | null;
    readonly figures: readonly { readonly label: string; readonly value: string; readonly note: string }[];
    readonly files: readonly { readonly name: string; readonly sha256: string; readonly size_bytes: number }[];
  };
  readonly at: string;
}

const MEMBERS_MAX = 20;
const INTRODUCTION: Readonly<Record<DeliveryKind, string>> = {
  opened: "",
  escalated: "Nobody has taken it yet. ",
  reopened: "It hurts more than before. ",
  breached: "A clock ran out. ",
  resolved: "Resolved. ",
  test: "",
  report: "",
};

export async function messageOf(db: Db, alert: AlertRow, kind: DeliveryKind, at: Date, more = ""): Promise<Message> {
  const project =
    alert.project_id === null
      ? undefined
      : await db.selectFrom("projects").select("name").where("id", "=", alert.project_id).executeTakeFirst();
  const runbook = `docs/runbooks/${alert.rule}.md`;
  const others = alert.members.length - MEMBERS_MAX;
  const hurts = alert.members.slice(0, MEMBERS_MAX).join(", ") + (others > 0 ? ` and ${others} more` : "");
  const lines = [
    `${INTRODUCTION[kind]}${more}${alert.summary}`,
    "",
    `severity ${alert.severity}, ${alert.rule}, since ${alert.opened_at.toISOString()}`,
    ...(project === undefined ? [] : [`project: ${project.name}`]),
    `hurts: ${hurts}`,
    `runbook: ${runbook}`,
    ...(kind === "resolved" ? [] : ["", `baas alert ack ${alert.id}`]),
  ];
  return {
    kind,
    subject: `[${kind === "resolved" ? "RESOLVED" : `SEV ${alert.severity}`}] ${alert.summary}`.slice(0, 200),
    text: lines.join("\n"),
    alert: {
      id: alert.id,
      rule: alert.rule,
      severity: alert.severity,
      summary: alert.summary,
      project: project?.name ?? null,
      members: alert.members.slice(0, MEMBERS_MAX),
      opened_at: alert.opened_at.toISOString(),
      runbook,
    },
    at: at.toISOString(),
  };
}

export function testMessage(channel: string, at: Date): Message {
  const text = `This is a test of channel ${channel}. Nothing is wrong.`;
  return {
    kind: "test",
    subject: `[TEST] Holdfast reaches channel ${channel}`,
    text,
    alert: null,
    at: at.toISOString(),
  };
}
