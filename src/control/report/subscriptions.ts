import { sql } from "kysely";
import type { Selectable } from "kysely";
import { newId } from "../../base/index.ts";
import { nameSchema } from "../../model/index.ts";
import type { ReportKind } from "../../model/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, ReportSubscriptionTable, Tx } from "../../platform/db/index.ts";
import { enqueueDelivery, getChannel, type Message } from "../oncall/index.ts";
import { reportError } from "./errors.ts";

export type ReportSubscription = Selectable<ReportSubscriptionTable>;

/** Channels that show text to people; the others are for alerts. */
const CHANNELS: readonly string[] = ["email", "webhook", "slack"];
const PER_PASS_MAX = 100;

export interface NewSubscription {
  readonly name: string;
  /** Null: reports of all projects. */
  readonly project_id: string | null;
  /** Id or name. */
  readonly channel: string;
  readonly kinds: readonly ReportKind[];
  readonly by: string;
}

/** From now on; what was made before is not sent. @throws REPORT_SUBSCRIPTION_*, CHANNEL_NOT_FOUND */
export async function subscribe(tx: Tx, wanted: NewSubscription, ports: Ports): Promise<ReportSubscription> {
  const channel = await getChannel(tx, wanted.channel);
  const invalid = (message: string) => reportError("REPORT_SUBSCRIPTION_INVALID", message, { name: wanted.name });
  if (!nameSchema.safeParse(wanted.name).success) throw invalid(`${wanted.name} is no name`);
  if (!CHANNELS.includes(channel.kind)) throw invalid(`a ${channel.kind} channel takes alerts, and no reports`);
  const row = await tx
    .insertInto("report_subscriptions")
    .values({
      id: newId("rsb", ports.clock, ports.random),
      name: wanted.name,
      project_id: wanted.project_id,
      channel_id: channel.id,
      kinds: JSON.stringify([...new Set(wanted.kinds)]),
      created_by: wanted.by,
      created_at: new Date(ports.clock.now_ms()),
    })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returningAll()
    .executeTakeFirst();
  if (row === undefined)
    throw reportError("REPORT_SUBSCRIPTION_EXISTS", `there is a subscription ${wanted.name}`, { name: wanted.name });
  const data = { name: row.name, kinds: row.kinds, channel: channel.name, by: wanted.by };
  const { project_id } = row;
  await appendEvent(tx, { type: "holdfast.report_subscription.made", subject: row.id, project_id, data }, ports);
  return row;
}

/** By id or name. @throws REPORT_SUBSCRIPTION_NOT_FOUND */
export async function unsubscribe(tx: Tx, id: string, by: string, ports: Ports): Promise<ReportSubscription> {
  const row = await tx
    .deleteFrom("report_subscriptions")
    .where((where) => where.or([where("id", "=", id), where("name", "=", id)]))
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw reportError("REPORT_SUBSCRIPTION_NOT_FOUND", `there is no subscription ${id}`);
  const { project_id } = row;
  const event = {
    type: "holdfast.report_subscription.ended",
    subject: row.id,
    project_id,
    data: { name: row.name, by },
  };
  await appendEvent(tx, event, ports);
  return row;
}

/** Sends each report that was made by itself to who subscribed to it, once. @returns how many were handed over */
export async function deliverReports(db: Db, ports: Ports): Promise<number> {
  const due = await db
    .selectFrom("report_subscriptions as subscription")
    .innerJoin("reports", (join) =>
      join
        .on(sql<boolean>`reports.project_id is not distinct from subscription.project_id
          or (reports.kind = 'drill' and subscription.project_id is null)`)
        .on(sql<boolean>`subscription.kinds ? reports.kind`),
    )
    .select(["subscription.id as subscription_id", "reports.id as report_id"])
    .where("reports.state", "=", "READY")
    .where("reports.period", "is not", null)
    .whereRef("reports.finished_at", ">=", "subscription.created_at")
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom("report_sendings")
            .select("report_id")
            .whereRef("report_sendings.subscription_id", "=", "subscription.id")
            .whereRef("report_sendings.report_id", "=", "reports.id"),
        ),
      ),
    )
    .orderBy("reports.finished_at")
    .limit(PER_PASS_MAX)
    .execute();
  let sent = 0;
  for (const { subscription_id, report_id } of due)
    sent += await withTransaction(db, (tx) => sendOne(tx, subscription_id, report_id, ports));
  return sent;
}

async function sendOne(tx: Tx, subscription_id: string, report_id: string, ports: Ports): Promise<number> {
  const subscription = await tx
    .selectFrom("report_subscriptions")
    .selectAll()
    .where("id", "=", subscription_id)
    .forUpdate()
    .executeTakeFirst();
  if (subscription === undefined) return 0;
  const there = await tx
    .selectFrom("report_sendings")
    .select("delivery_id")
    .where("subscription_id", "=", subscription_id)
    .where("report_id", "=", report_id)
    .executeTakeFirst();
  if (there !== undefined) return 0;
  const message = await messageOf(tx, report_id, ports);
  const to = { channel_id: subscription.channel_id, alert_id: null, person: null };
  const delivery_id = await enqueueDelivery(tx, to, "report", message, ports);
  await tx.insertInto("report_sendings").values({ subscription_id, report_id, delivery_id }).execute();
  const data = { report_id, subscription: subscription.name, delivery_id };
  const { project_id } = subscription;
  await appendEvent(tx, { type: "holdfast.report.sent", subject: report_id, project_id, data }, ports);
  return 1;
}

async function messageOf(tx: Tx, report_id: string, ports: Ports): Promise<Message> {
  const report = await tx.selectFrom("reports").selectAll().where("id", "=", report_id).executeTakeFirstOrThrow();
  const files = await tx
    .selectFrom("report_files")
    .select(["name", "sha256", "size_bytes"])
    .where("report_id", "=", report_id)
    .orderBy("name")
    .execute();
  const lines = [
    report.title,
    "",
    ...report.figures.map(({ label, value, note }) => `${label}: ${value} (${note})`),
    "",
    `baas report get ${report.id} --output DIR fetches all its files; baas evidence verify proves them.`,
  ];
  return {
    kind: "report",
    subject: `[REPORT] ${report.title}`.slice(0, 200),
    text: lines.join("\n"),
    alert: null,
    report: {
      id: report.id,
      kind: report.kind,
      period: report.period,
      figures: report.figures.map(({ label, value, note }) => ({ label, value, note })),
      files,
    },
    at: new Date(ports.clock.now_ms()).toISOString(),
  };
}
