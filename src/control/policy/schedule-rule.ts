import { Cron } from "croner";
import { isTimeZone, scheduleRules } from "../../model/index.ts";
import type { PolicySpec, ScheduleRule } from "../../model/index.ts";

/** One line of a policy's schedule, ready to be computed. */
export interface ParsedRule {
  readonly rule: ScheduleRule;
  /** What the user wrote plus the zone it means: changes exactly when the run times may. */
  readonly text: string;
  /** Five fields of cron. */
  readonly pattern: string;
  readonly zone: string;
}

const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const TIME = /^([01]?\d|2[0-3]):([0-5]\d)$/;
const INTERVAL_MS_MIN = 5 * 60_000;

/** How each rule is written; the remedy in every message about one. */
export const ruleHelp: Readonly<Record<ScheduleRule, string>> = {
  hourly: 'write ":MM" or ":MM Zone", e.g. ":15" or ":15 Asia/Kathmandu"',
  daily: 'write "HH:MM Zone", e.g. "02:00 Asia/Dhaka"',
  weekly: 'write "day HH:MM Zone", e.g. "sun 03:00 Europe/Berlin" or "mon,thu 03:00 UTC"',
  monthly: 'write "day-of-month HH:MM Zone" with a day from 1 to 28 or "last", e.g. "1 04:00 Asia/Dhaka"',
  cron: 'write five fields and a zone, e.g. "30 1 * * 1-5 Asia/Dhaka"; runs at least 5 minutes apart',
};

/** A string that says what is wrong with the text, or the rule. `default_zone` applies when the text names none. */
export function parseRule(rule: ScheduleRule, text: string, default_zone: string | undefined): ParsedRule | string {
  const words = text.trim().split(/\s+/);
  const last = words.at(-1) ?? "";
  // A zone is the last word that is neither a time nor part of a cron pattern.
  const names_zone = /^[A-Za-z]{2,}[A-Za-z0-9_+\-/]*$/.test(last) && !(words.length < expectedWords(rule) + 1);
  if (names_zone && !isTimeZone(last)) return `"${last}" is no time zone`;
  const zone = names_zone ? last : (default_zone ?? (rule === "hourly" || rule === "cron" ? "UTC" : undefined));
  if (zone === undefined) return `"${text}" names no time zone, and the policy has no "timezone"`;
  const body = names_zone ? words.slice(0, -1) : words;
  const pattern = patternOf(rule, body, text);
  if ("problem" in pattern) return pattern.problem;
  return { rule, text: `${body.join(" ")} ${zone}`, pattern: pattern.cron, zone };
}

/** All rules of a valid policy, in the order of {@link scheduleRules}. */
export function rulesOf(spec: PolicySpec): readonly ParsedRule[] {
  let rules = parsed_rules.get(spec);
  if (rules === undefined) parsed_rules.set(spec, (rules = parseRules(spec)));
  return rules;
}

const parsed_rules = new WeakMap<PolicySpec, readonly ParsedRule[]>();

function parseRules(spec: PolicySpec): ParsedRule[] {
  return scheduleRules.flatMap((rule) => {
    const text = spec.schedule[rule];
    if (text === undefined) return [];
    const parsed = parseRule(rule, text, spec.timezone);
    if (typeof parsed === "string") throw new TypeError(`policy ${spec.name}: schedule.${rule}: ${parsed}`);
    return [parsed];
  });
}

/** The zone whose days, weeks and months the retention counts: the policy's own, else that of its steadiest rule. */
export function zoneOf(spec: PolicySpec): string {
  if (spec.timezone !== undefined) return spec.timezone;
  const rules = rulesOf(spec);
  const order: readonly ScheduleRule[] = ["daily", "weekly", "monthly", "hourly", "cron"];
  for (const rule of order) {
    const found = rules.find((it) => it.rule === rule);
    if (found !== undefined) return found.zone;
  }
  return "UTC";
}

const CRONS_MAX = 10_000;
const crons = new Map<string, Cron>();

/**
 * The computing form of a rule. Times a clock change leaves out run right after the gap; times shown twice run once,
 * the first time.
 */
export function cronOf(rule: Pick<ParsedRule, "pattern" | "zone">): Cron {
  const key = `${rule.pattern} ${rule.zone}`;
  let cron = crons.get(key);
  if (cron === undefined) {
    cron = new Cron(rule.pattern, { timezone: rule.zone, mode: "5-part", fixedTimeRule: "no-wildcard" });
    if (crons.size >= CRONS_MAX) crons.clear();
    crons.set(key, cron);
  }
  return cron;
}

function expectedWords(rule: ScheduleRule): number {
  return { hourly: 1, daily: 1, weekly: 2, monthly: 2, cron: 5 }[rule];
}

type Pattern = { readonly cron: string } | { readonly problem: string };

function patternOf(rule: ScheduleRule, words: readonly string[], text: string): Pattern {
  if (words.length !== expectedWords(rule)) return { problem: `"${text}" is not of that form` };
  const [first = "", second = ""] = words;
  switch (rule) {
    case "hourly": {
      const minute = /^:?([0-5]?\d)$/.exec(first);
      return minute === null
        ? { problem: `"${first}" is no minute of the hour` }
        : { cron: `${Number(minute[1])} * * * *` };
    }
    case "daily":
      return timed(first, "* * *");
    case "weekly": {
      const days = first
        .toLowerCase()
        .split(",")
        .map((day) => WEEKDAYS.indexOf(day.slice(0, 3)));
      if (days.includes(-1)) return { problem: `"${first}" is no day of the week` };
      return timed(second, `* * ${days.join(",")}`);
    }
    case "monthly": {
      if (first === "last") return timed(second, "L * *");
      const day = /^\d{1,2}$/.test(first) ? Number(first) : 0;
      if (day >= 29 && day <= 31) return { problem: `not every month has a day ${day}; use "last"` };
      if (day < 1 || day > 28) return { problem: `"${first}" is no day of the month` };
      return timed(second, `${day} * *`);
    }
    case "cron":
      return checkedCron(words.join(" "));
  }
}

function timed(time: string, rest: string): Pattern {
  const match = TIME.exec(time);
  if (match === null) return { problem: `"${time}" is no time of day` };
  return { cron: `${Number(match[2])} ${Number(match[1])} ${rest}` };
}

/** A year and more of sample runs from a fixed day in UTC: enough to see how close they come. */
function checkedCron(pattern: string): Pattern {
  try {
    const runs = cronOf({ pattern, zone: "UTC" }).nextRuns(300, new Date(Date.UTC(2025, 0, 1)));
    if (runs.length < 2) return { problem: `"${pattern}" never runs` };
    for (let i = 1; i < runs.length; i++) {
      if ((runs[i]?.getTime() ?? 0) - (runs[i - 1]?.getTime() ?? 0) < INTERVAL_MS_MIN) {
        return { problem: `"${pattern}" has runs less than 5 minutes apart` };
      }
    }
    return { cron: pattern };
  } catch (error) {
    return { problem: `"${pattern}": ${(error as Error).message.replace(/^CronPattern: /, "")}` };
  }
}
