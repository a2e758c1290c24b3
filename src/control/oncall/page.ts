import { duration_ms } from "../../model/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import type { AlertRow } from "../alerting/index.ts";
import { enqueueDelivery } from "./channels.ts";
import type { ChannelRow } from "./channels.ts";
import { loadOncall } from "./config.ts";
import type { Escalation, OncallConfig } from "./config.ts";
import { messageOf } from "./message.ts";
import type { DeliveryKind } from "./message.ts";
import { onCallAt } from "./who.ts";
import type { Override } from "./who.ts";

/** Severity 3 waits for the quarterly review and calls nobody. */
const PAGED_SEVERITY_MAX = 2;
const PER_PASS_MAX = 200;

/**
 * One look at who must be told of what: new alerts, those that nobody took, those that hurt more, clocks that ran out,
 * and the end of each. All of it is decided in transactions, so two servers page once.
 */
export async function pageDue(db: Db, ports: Ports): Promise<void> {
  const config = await loadOncall(db);
  await withTransaction(db, (tx) => beginPages(tx, ports));
  await withTransaction(db, (tx) => escalate(tx, config, ports));
  await withTransaction(db, (tx) => tellBreaches(tx, config, ports));
  await withTransaction(db, (tx) => tellResolved(tx, ports));
}

async function beginPages(tx: Tx, ports: Ports): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  const fresh = await tx
    .selectFrom("alerts")
    .leftJoin("pages", "pages.alert_id", "alerts.id")
    .select(["alerts.id", "pages.alert_id as paged"])
    .where("alerts.state", "=", "OPEN")
    .where("alerts.severity", "<=", PAGED_SEVERITY_MAX)
    .where("pages.alert_id", "is", null)
    .limit(PER_PASS_MAX)
    .execute();
  for (const { id } of fresh) {
    await tx
      .insertInto("pages")
      .values({ alert_id: id, next_at: now, started_at: now })
      .onConflict((it) => it.column("alert_id").doNothing())
      .execute();
  }
  // Acknowledged: nobody further. Opened again since: from the first step on.
  await tx
    .updateTable("pages")
    .set({ next_at: null, step: -1 })
    .where("step", ">=", 0)
    .where("alert_id", "in", (query) => query.selectFrom("alerts").select("id").where("state", "<>", "OPEN"))
    .execute();
  await tx
    .updateTable("pages")
    .set({ next_at: now, step: 0, round: 0, reopened: true })
    .where("step", "<", 0)
    .where("alert_id", "in", (query) => query.selectFrom("alerts").select("id").where("state", "=", "OPEN"))
    .execute();
}

async function escalate(tx: Tx, config: OncallConfig, ports: Ports): Promise<void> {
  const now_ms = ports.clock.now_ms();
  const due = await tx
    .selectFrom("pages")
    .selectAll()
    .where("next_at", "<=", new Date(now_ms))
    .orderBy("next_at")
    .limit(PER_PASS_MAX)
    .forUpdate()
    .skipLocked()
    .execute();
  for (const page of due) {
    const alert = await tx.selectFrom("alerts").selectAll().where("id", "=", page.alert_id).executeTakeFirstOrThrow();
    const policy = await policyOf(tx, alert, config);
    const step = policy.steps[page.step];
    const first = page.step === 0 && page.round === 0;
    await tell(
      tx,
      alert,
      step?.notify ?? [],
      first ? (page.reopened ? "reopened" : "opened") : "escalated",
      config,
      ports,
    );
    const wraps = page.step + 1 >= policy.steps.length;
    const ends = wraps && page.round >= policy.repeat;
    const next_at = ends ? null : new Date(now_ms + duration_ms(step?.after ?? "15m"));
    await tx
      .updateTable("pages")
      .set(wraps ? { step: 0, round: page.round + 1, next_at } : { step: page.step + 1, next_at })
      .where("alert_id", "=", alert.id)
      .execute();
    if (!ends) continue;
    const data = { rounds: page.round + 1, summary: alert.summary };
    const { id: subject, project_id } = alert;
    await appendEvent(tx, { type: "holdfast.oncall.exhausted", subject, project_id, data }, ports);
  }
}

/** A clock that ran out goes to everybody the policy names, taken or not. */
async function tellBreaches(tx: Tx, config: OncallConfig, ports: Ports): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  const timers = await tx
    .selectFrom("alert_timers")
    .selectAll()
    .where("breached_at", "is not", null)
    .where("escalated_at", "is", null)
    .limit(PER_PASS_MAX)
    .forUpdate()
    .skipLocked()
    .execute();
  for (const { alert_id, step, due_at } of timers) {
    await tx
      .updateTable("alert_timers")
      .set({ escalated_at: now })
      .where("alert_id", "=", alert_id)
      .where("step", "=", step)
      .execute();
    const alert = await tx.selectFrom("alerts").selectAll().where("id", "=", alert_id).executeTakeFirstOrThrow();
    if (alert.state === "RESOLVED" || alert.severity > PAGED_SEVERITY_MAX) continue;
    const everybody = [...new Set((await policyOf(tx, alert, config)).steps.flatMap(({ notify }) => notify))];
    const more = `${step.replace("_", " ")} was due ${due_at.toISOString()}. `;
    await tell(tx, alert, everybody, "breached", config, ports, more);
  }
}

/** Who was told that it began is told that it is over; what had not gone out yet need not go out. */
async function tellResolved(tx: Tx, ports: Ports): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  const over = await tx
    .selectFrom("alerts")
    .innerJoin("pages", "pages.alert_id", "alerts.id")
    .selectAll("alerts")
    .where("alerts.state", "=", "RESOLVED")
    .limit(PER_PASS_MAX)
    .execute();
  for (const alert of over) {
    const told = await tx.selectFrom("deliveries").selectAll().where("alert_id", "=", alert.id).execute();
    await tx
      .updateTable("deliveries")
      .set({ state: "CANCELED" })
      .where("alert_id", "=", alert.id)
      .where("state", "=", "PENDING")
      .where("attempt", "=", 0)
      .execute();
    const message = await messageOf(tx, alert, "resolved", now);
    const reached = told.filter((each) => each.kind !== "resolved" && (each.state === "SENT" || each.attempt > 0));
    for (const channel_id of new Set(reached.map((each) => each.channel_id))) {
      const person = reached.find((each) => each.channel_id === channel_id)?.person ?? null;
      await enqueueDelivery(tx, { channel_id, alert_id: alert.id, person }, "resolved", message, ports);
    }
    await tx.deleteFrom("pages").where("alert_id", "=", alert.id).execute();
  }
}

/** Without any set: whoever is on call in any rotation, then who comes next, else every channel. */
async function policyOf(tx: Tx, alert: AlertRow, config: OncallConfig): Promise<Escalation> {
  const project =
    alert.project_id === null
      ? undefined
      : await tx.selectFrom("projects").select("name").where("id", "=", alert.project_id).executeTakeFirst();
  const own = config.escalation.find((each) => each.project !== undefined && each.project === project?.name);
  const found = own ?? config.escalation.find((each) => each.project === undefined);
  if (found !== undefined) return found;
  const of_rotations = (kind: string) => config.rotations.map(({ name }) => `${kind}:${name}`);
  const channels = await tx.selectFrom("channels").select("name").orderBy("name").execute();
  const steps =
    config.rotations.length > 0
      ? [
          { notify: of_rotations("rotation"), after: "15m" },
          { notify: of_rotations("next"), after: "15m" },
        ]
      : [{ notify: channels.map(({ name }) => `channel:${name}`), after: "30m" }];
  return { steps, repeat: 3 };
}

async function tell(
  tx: Tx,
  alert: AlertRow,
  targets: readonly string[],
  kind: DeliveryKind,
  config: OncallConfig,
  ports: Ports,
  more = "",
): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  const overrides = await tx.selectFrom("oncall_overrides").selectAll().where("until_at", ">", now).execute();
  const channels = await tx.selectFrom("channels").selectAll().orderBy("name").execute();
  const message = await messageOf(tx, alert, kind, now, more);
  const routes = routesTo(targets, config, overrides, channels, now.getTime());
  const to = reachable(routes, channels, alert);
  for (const { channel, person } of to) {
    await enqueueDelivery(tx, { channel_id: channel.id, alert_id: alert.id, person }, kind, message, ports);
  }
  const data = { kind, to: to.map(({ channel, person }) => ({ channel: channel.name, person })) };
  const type = to.length === 0 ? "holdfast.oncall.nobody" : "holdfast.oncall.paged";
  await appendEvent(tx, { type, subject: alert.id, project_id: alert.project_id, data }, ports);
}

interface Route {
  readonly channel: ChannelRow;
  readonly person: string | null;
}

function routesTo(
  targets: readonly string[],
  config: OncallConfig,
  overrides: readonly Override[],
  channels: readonly ChannelRow[],
  now_ms: number,
): Route[] {
  const routes = new Map<string, Route>();
  const add = (name: string, person: string | null) => {
    const channel = channels.find((each) => each.name === name);
    // One message a channel, also where two people share it.
    if (channel !== undefined && !routes.has(channel.id)) routes.set(channel.id, { channel, person });
  };
  for (const target of targets) {
    const [kind = "", name = ""] = target.split(":");
    if (kind === "channel") add(name, null);
    const rotation = config.rotations.find((each) => each.name === name);
    const duty = rotation === undefined ? undefined : onCallAt(rotation, overrides, now_ms);
    const who = kind === "person" ? name : kind === "rotation" ? duty?.person : kind === "next" ? duty?.next : null;
    const person = config.people.find((each) => each.name === who);
    for (const channel of person?.channels ?? []) add(channel, person?.name ?? null);
  }
  return [...routes.values()];
}

/** So many failures in a row, and a channel does not count as a way to somebody any more. */
export const CHANNEL_DOWN_FAILURES = 3;

/** An alert about a channel goes by another one, and so does each alert when all its channels are down. */
function reachable(routes: readonly Route[], channels: readonly ChannelRow[], alert: AlertRow): Route[] {
  const itself = (channel: ChannelRow) => alert.rule === "channel_failed" && alert.members.includes(channel.name);
  const up = (channel: ChannelRow) => channel.failures_in_row < CHANNEL_DOWN_FAILURES && !itself(channel);
  const ways = routes.filter(({ channel }) => !itself(channel));
  if (ways.some(({ channel }) => up(channel))) return ways;
  const others = channels
    .filter((channel) => up(channel) && !ways.some((way) => way.channel.id === channel.id))
    .map((channel) => ({ channel, person: null }));
  return [...ways, ...others];
}
