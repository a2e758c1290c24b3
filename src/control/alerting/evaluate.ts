import { sql } from "kysely";
import type { Selectable } from "kysely";
import { asHoldfastError, newId } from "../../base/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { AlertTable, Db, Ports, Tx } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import { meetTimers, startTimers, timerSteps } from "./clocks.ts";
import type { Fact, FactSource } from "./fact.ts";
import { inhibits, rules } from "./rules.ts";
import type { RuleId, Severity } from "./rules.ts";

export type AlertRow = Selectable<AlertTable>;

export interface EvaluatePorts extends Ports {
  readonly db: Db;
  readonly log: Logger;
}

export interface Evaluation {
  readonly opened: readonly string[];
  /** Acknowledged alerts that hurt more than they did. */
  readonly reopened: readonly string[];
  readonly resolved: readonly string[];
}

const LOCK_KEY = 4_841_273_572; // Any number, ever the same: one evaluation at a time.
const MEMBERS_MAX = 1000;
/** Closed by hand while its cause is still there: it comes back after that. */
const REMIND_AFTER_MS = 7 * 86_400_000;
/** Told apart from people's names. */
export const RECOVERY = "recovery";

/** Keeps the answers of sources that look less often. */
export function createEvaluator(sources: readonly FactSource[], ports: EvaluatePorts): () => Promise<Evaluation> {
  const last = new Map<FactSource, { readonly at_ms: number; readonly facts: readonly Fact[] }>();
  return async () => {
    const facts: Fact[] = [];
    const looked = new Set<RuleId>();
    const blind = new Set<RuleId>();
    for (const source of sources) {
      const now_ms = ports.clock.monotonic_ms();
      const kept = last.get(source);
      try {
        const fresh = kept === undefined || now_ms - kept.at_ms >= (source.every_ms ?? 0);
        const found = fresh ? await source.load(ports) : kept.facts;
        if (fresh) last.set(source, { at_ms: now_ms, facts: found });
        facts.push(...found);
        for (const rule of source.rules) looked.add(rule);
      } catch (error) {
        // Who could not look knows nothing: its alerts stay as they are.
        for (const rule of source.rules) blind.add(rule);
        ports.log.error({ error: asHoldfastError(error), source: source.name }, "a source of alerts could not look");
      }
    }
    return settle(
      facts,
      [...looked].filter((rule) => !blind.has(rule)),
      ports,
    );
  };
}

async function settle(facts: readonly Fact[], looked: readonly RuleId[], ports: EvaluatePorts): Promise<Evaluation> {
  // Of very many workloads there may be a fact each: nothing is held while they are put together.
  const causes = merge(told(facts));
  return withTransaction(ports.db, async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_KEY)})`.execute(tx);
    const now = new Date(ports.clock.now_ms());
    const [opened, reopened, resolved]: [string[], string[], string[]] = [[], [], []];
    const open = new Map(
      (await tx.selectFrom("alerts").selectAll().where("state", "<>", "RESOLVED").forUpdate().execute()).map(
        (alert) => [alert.group_key, alert],
      ),
    );
    for (const [key, fact] of causes) {
      const alert = open.get(key);
      if (alert === undefined) {
        if (await isQuiet(tx, key, fact, now)) continue;
        opened.push(await openAlert(tx, key, fact, now, ports));
      } else if (await seeAgain(tx, alert, fact, now, ports)) reopened.push(alert.id);
    }
    for (const [key, alert] of open) {
      if (causes.has(key) || !looked.includes(alert.rule as RuleId)) continue;
      await endAlert(tx, alert, { who: RECOVERY, note: "what was wrong is right again" }, ports);
      resolved.push(alert.id);
    }
    await noteCleared(tx, looked, [...causes.keys()], now);
    return { opened, reopened, resolved };
  });
}

/** Of one project, or one of no project at all, the reason is told and not what follows from it. */
function told(facts: readonly Fact[]): Fact[] {
  const reasons = facts.flatMap((reason) => {
    const rules = inhibits[reason.rule];
    return rules === undefined ? [] : [{ rules, project_id: reason.project_id, members: new Set(reason.members) }];
  });
  const follows = (fact: Fact) =>
    reasons.some(
      ({ rules, project_id, members }) =>
        rules.includes(fact.rule) &&
        (project_id === null || project_id === fact.project_id) &&
        // A reason that is no project's own holds for what it names.
        (project_id !== null || fact.members.every((member) => members.has(member))),
    );
  return facts.filter((fact) => !follows(fact));
}

function merge(facts: readonly Fact[]): Map<string, Fact> {
  const causes = new Map<string, { fact: Fact; severity: Severity; readonly members: Set<string> }>();
  for (const fact of facts) {
    const key = `${fact.rule}:${fact.cause}`;
    const same = causes.get(key);
    if (same === undefined) {
      causes.set(key, { fact, severity: severityOf(fact), members: new Set(fact.members) });
      continue;
    }
    same.fact = fact;
    same.severity = Math.min(severityOf(fact), same.severity) as Severity;
    for (const member of fact.members) same.members.add(member);
  }
  return new Map(
    [...causes].map(([key, { fact, severity, members }]) => {
      return [key, { ...fact, severity, members: [...members].sort().slice(0, MEMBERS_MAX) }];
    }),
  );
}

function severityOf(fact: Fact): Severity {
  return fact.severity ?? rules[fact.rule].severity;
}

/** Somebody closed it by hand, and since then nothing has become worse. */
async function isQuiet(tx: Tx, key: string, fact: Fact, now: Date): Promise<boolean> {
  const last = await tx
    .selectFrom("alerts")
    .select(["resolved_at", "resolved_by", "cleared_at", "members"])
    .where("group_key", "=", key)
    .orderBy("opened_at", "desc")
    .limit(1)
    .executeTakeFirst();
  if (last === undefined || last.resolved_by === RECOVERY || last.cleared_at !== null) return false;
  if (now.getTime() - (last.resolved_at?.getTime() ?? 0) > REMIND_AFTER_MS) return false;
  return fact.members.every((member) => last.members.includes(member));
}

async function openAlert(tx: Tx, key: string, fact: Fact, now: Date, ports: Ports): Promise<string> {
  const id = newId("alt", ports.clock, ports.random);
  const severity = severityOf(fact);
  const { rule, project_id, subject, summary, members } = fact;
  await tx
    .insertInto("alerts")
    .values({
      id,
      rule,
      group_key: key,
      severity,
      state: "OPEN",
      project_id,
      subject,
      summary,
      members: JSON.stringify(members),
      details: JSON.stringify(fact.details ?? {}),
      opened_at: now,
      last_seen_at: now,
    })
    .execute();
  await startTimers(tx, { id, project_id, severity }, now.getTime());
  const data = { rule, severity, summary, members };
  await appendEvent(tx, { type: "holdfast.alert.opened", subject: id, project_id, data }, ports);
  return id;
}

/** @returns whether somebody must hear of it again */
async function seeAgain(tx: Tx, alert: AlertRow, fact: Fact, now: Date, ports: Ports): Promise<boolean> {
  const severity = Math.min(severityOf(fact), alert.severity) as Severity;
  const fresh = fact.members.filter((member) => !alert.members.includes(member));
  const worse = severity < alert.severity;
  const again = alert.state === "ACKNOWLEDGED" && (fresh.length > 0 || worse);
  const set = {
    last_seen_at: now,
    summary: fact.summary,
    members: JSON.stringify(fact.members),
    details: JSON.stringify(fact.details ?? {}),
    severity,
  };
  await tx
    .updateTable("alerts")
    .set(again ? { ...set, state: "OPEN", acknowledged_at: null, acknowledged_by: null } : set)
    .where("id", "=", alert.id)
    .execute();
  if (worse) await startTimers(tx, { ...alert, severity }, now.getTime());
  if (fresh.length > 0 || worse) {
    const data = { rule: alert.rule, severity, summary: fact.summary, new_members: fresh };
    await appendEvent(
      tx,
      { type: "holdfast.alert.grew", subject: alert.id, project_id: alert.project_id, data },
      ports,
    );
  }
  return again;
}

/** Ends an alert with its clocks; who ends it by hand says why. */
export async function endAlert(
  tx: Tx,
  alert: AlertRow,
  by: { readonly who: string; readonly note: string },
  ports: Ports,
): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  const recovered = by.who === RECOVERY;
  await tx
    .updateTable("alerts")
    .set({
      state: "RESOLVED",
      resolved_at: now,
      resolved_by: by.who,
      resolution: by.note,
      cleared_at: recovered ? now : null,
    })
    .where("id", "=", alert.id)
    .execute();
  await meetTimers(tx, alert.id, timerSteps, by, now);
  const data = { rule: alert.rule, by: by.who, note: by.note, open_seconds: secondsBetween(alert.opened_at, now) };
  await appendEvent(
    tx,
    { type: "holdfast.alert.resolved", subject: alert.id, project_id: alert.project_id, data },
    ports,
  );
}

function secondsBetween(from: Date, to: Date): number {
  return Math.round((to.getTime() - from.getTime()) / 1000);
}

/** What was closed by hand and has gone since may be told of again when it comes back. */
async function noteCleared(tx: Tx, looked: readonly RuleId[], keys: readonly string[], now: Date): Promise<void> {
  if (looked.length === 0) return;
  await tx
    .updateTable("alerts")
    .set({ cleared_at: now })
    .where("state", "=", "RESOLVED")
    .where("cleared_at", "is", null)
    .where("rule", "in", looked)
    .where(sql<boolean>`group_key <> all(${[...keys]}::text[])`)
    .execute();
}
