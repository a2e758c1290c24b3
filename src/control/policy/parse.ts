import { isMap, LineCounter, parseDocument } from "yaml";
import type { Document, Node } from "yaml";
import {
  duration_ms,
  gfsClasses,
  lockModes,
  policySpecSchema,
  scheduleRules,
  storageClasses,
} from "../../model/index.ts";
import type { PolicySpec } from "../../model/index.ts";
import { policyError } from "./errors.ts";
import { rpo_ms, schedulePromise_ms } from "./rpo.ts";
import { parseRule, ruleHelp } from "./schedule-rule.ts";

/** One thing wrong with a policy: where, what, and how to write it instead. */
export interface PolicyProblem {
  /** Dotted, e.g. `schedule.daily`; empty for the whole. */
  readonly field: string;
  /** From 1; only when the policy came as text. */
  readonly line?: number;
  readonly column?: number;
  readonly problem: string;
  readonly remedy: string;
}

const TEXT_BYTES_MAX = 64 << 10;
const KEEP_WITHIN_MAX_MS = 36_500 * 86_400_000;

/**
 * A policy from YAML as users write it, defaults filled in.
 * @throws POLICY_INVALID that names line, column, field and remedy of every problem
 */
export function parsePolicyYaml(text: string): PolicySpec {
  if (Buffer.byteLength(text) > TEXT_BYTES_MAX)
    throw invalid([{ field: "", problem: "longer than 64 KiB", remedy: "shorten it" }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const syntax = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    const remedy = "check indentation and quotes; a text with a colon and a space goes in quotes";
    return { field: "", line, column: col, problem: error.message, remedy };
  });
  if (syntax.length > 0) throw invalid(syntax);
  const checked = check(document.toJS({ maxAliasCount: 0 }));
  if (Array.isArray(checked)) throw invalid(checked.map((problem) => locate(problem, document, lines)));
  return checked as PolicySpec;
}

/** The same for a policy that is data already, e.g. from the API. @throws POLICY_INVALID */
export function parsePolicy(input: unknown): PolicySpec {
  const checked = check(input);
  if (Array.isArray(checked)) throw invalid(checked);
  return checked as PolicySpec;
}

function check(input: unknown): PolicySpec | PolicyProblem[] {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return [{ field: "", problem: "a policy is a mapping of fields", remedy: 'begin with "name: my-policy"' }];
  }
  const parsed = policySpecSchema.safeParse(withTextSchedule(input as Record<string, unknown>));
  if (!parsed.success) {
    return parsed.error.issues.flatMap((issue) => {
      const path = issue.path.map(String);
      if (issue.code !== "unrecognized_keys") {
        const missing = "input" in issue && issue.input === undefined && issue.code === "invalid_type";
        const problem = missing || issue.message.endsWith("received undefined") ? "is missing" : issue.message;
        return [{ field: path.join("."), problem, remedy: remedyFor(path) }];
      }
      return issue.keys.map((key) => ({
        field: [...path, key].join("."),
        problem: "there is no such field",
        remedy: `fields here are ${fieldsAt(path).join(", ")}`,
      }));
    });
  }
  const problems = meaning(parsed.data);
  return problems.length > 0 ? problems : parsed.data;
}

/** `hourly: 15` is a number to YAML. */
function withTextSchedule(input: Record<string, unknown>): Record<string, unknown> {
  const schedule = input["schedule"];
  if (typeof schedule !== "object" || schedule === null) return input;
  const texts = Object.entries(schedule).map(([rule, text]) => [rule, typeof text === "number" ? String(text) : text]);
  return { ...input, schedule: Object.fromEntries(texts) };
}

/** What the shape alone cannot say. */
function meaning(spec: PolicySpec): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const add = (field: string, problem: string, remedy: string) => problems.push({ field, problem, remedy });
  for (const rule of scheduleRules) {
    const text = spec.schedule[rule];
    if (text === undefined) continue;
    const parsed = parseRule(rule, text, spec.timezone);
    if (typeof parsed === "string") add(`schedule.${rule}`, parsed, ruleHelp[rule]);
  }
  if (Object.keys(spec.schedule).length === 0)
    add("schedule", "has no rule", `give one of ${scheduleRules.join(", ")}`);
  const { keep_last = 0, keep_within = "0s" } = spec.retention;
  const keeps = keep_last > 0 || duration_ms(keep_within) > 0;
  if (!keeps && gfsClasses.every((gfs_class) => (spec.retention[gfs_class] ?? 0) === 0)) {
    add("retention", "would keep nothing", "give at least one count above 0, e.g. daily: 7");
  }
  if (duration_ms(keep_within) > KEEP_WITHIN_MAX_MS) {
    add("retention.keep_within", "is over 100 years", 'write e.g. "90d"');
  }
  if (problems.length > 0) return problems;

  if (rpo_ms(spec) < schedulePromise_ms(spec)) {
    add(
      "rpo",
      `the schedule leaves up to ${hours(schedulePromise_ms(spec))} between runs`,
      "run more often or allow a longer rpo",
    );
  }
  if (spec.tiers !== undefined) {
    const [hot, warm, cold] = [spec.tiers.hot, spec.tiers.warm, spec.tiers.cold].map(duration_ms) as [
      number,
      number,
      number,
    ];
    if (hot > warm || warm > cold)
      add("tiers", "get shorter", "hot, warm and cold are ages: each at least the one before, e.g. 30d, 90d, 365d");
  }
  if (duration_ms(spec.start_window) < 60_000)
    add("start_window", "is under a minute", 'write at least "1m", e.g. "8h"');
  if (duration_ms(spec.jitter) >= duration_ms(spec.start_window)) {
    add("jitter", "is not shorter than start_window", "some runs would miss their window; shorten jitter");
  }
  if (duration_ms(spec.jitter) > schedulePromise_ms(spec)) {
    add("jitter", "is longer than the pause between two runs", "shorten jitter");
  }
  if (duration_ms(spec.complete_within) < duration_ms(spec.start_window)) {
    add(
      "complete_within",
      "ends before start_window does",
      "both count from the scheduled time; make it the longer one",
    );
  }
  if (duration_ms(spec.catch_up_window) > 366 * 86_400_000) add("catch_up_window", "is over a year", 'write e.g. "7d"');
  return problems;
}

const hours = (span_ms: number) =>
  span_ms % 86_400_000 === 0 ? `${span_ms / 86_400_000}d` : `${span_ms / 3_600_000}h`;

function remedyFor(path: readonly string[]): string {
  const [head = "", next = ""] = path;
  if (head === "schedule")
    return next in ruleHelp ? ruleHelp[next as keyof typeof ruleHelp] : 'write e.g. daily: "02:00 Asia/Dhaka"';
  if (next === "keep_within") return DURATION_HELP;
  if (head === "retention")
    return next === "" ? "write e.g. daily: 7 below it" : "write a whole number from 0 to 10000";
  if (path.join(".") === "target.storage_class") return `one of ${storageClasses.join(", ")}`;
  if (path.join(".") === "target.object_lock.mode") return `one of ${lockModes.join(", ")}`;
  if (path.join(".") === "target.object_lock.days") return "write a whole number of days from 1 to 36500";
  return FIELD_HELP[head] ?? "see docs/policies.md";
}

const DURATION_HELP = "write a duration such as 30m, 8h or 7d";
const FIELD_HELP: Readonly<Record<string, string>> = {
  name: "letters, digits, '.', '_' and '-', e.g. prod-daily",
  copy: "write cross_region: NAME-OF-A-REGION below it",
  target: "write storage_class or object_lock below it",
  timezone: "write an IANA zone such as Asia/Dhaka",
  immutable: "write true or false",
  tiers: "write hot, warm and cold below it, each a duration such as 30d",
  rpo: DURATION_HELP,
  start_window: DURATION_HELP,
  complete_within: DURATION_HELP,
  jitter: DURATION_HELP,
  catch_up: "one or none",
  catch_up_window: DURATION_HELP,
  overlap: "skip or queue_one",
  max_concurrent: "write a whole number from 1",
  retry: "write max (1 to 20) and backoff (e.g. 1m) below it",
};

function fieldsAt(path: readonly string[]): string[] {
  switch (path.join(".")) {
    case "":
      return Object.keys(policySpecSchema.shape);
    case "schedule":
      return [...scheduleRules];
    case "retention":
      return [...gfsClasses, "keep_last", "keep_within"];
    case "copy":
      return ["cross_region"];
    case "target":
      return ["storage_class", "object_lock"];
    case "tiers":
      return ["hot", "warm", "cold"];
    case "target.object_lock":
      return ["mode", "days"];
    default:
      return ["max", "backoff"];
  }
}

function locate(problem: PolicyProblem, document: Document, lines: LineCounter): PolicyProblem {
  const path = problem.field === "" ? [] : problem.field.split(".");
  // A missing field has no place of its own: point at what should hold it.
  for (let length = path.length; length >= 0; length--) {
    const range = nodeAt(document, path.slice(0, length))?.range;
    if (range === undefined || range === null) continue;
    const { line, col } = lines.linePos(range[0]);
    return { ...problem, line, column: col };
  }
  return { ...problem, line: 1, column: 1 };
}

function nodeAt(document: Document, path: readonly string[]): Node | undefined {
  if (path.length === 0) return (document.contents as Node | null) ?? undefined;
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  // The key rather than the value: an empty value has no place.
  return parent.items.find((item) => String((item.key as { value?: unknown }).value) === path.at(-1))?.key as
    | Node
    | undefined;
}

function invalid(problems: readonly PolicyProblem[]) {
  const texts = problems.map(({ field, line, column, problem, remedy }) => {
    const place = line === undefined ? "" : `line ${line}, column ${column}, `;
    return `${place}${field === "" ? "policy" : field}: ${problem}; ${remedy}`;
  });
  return policyError("POLICY_INVALID", texts.join("\n"), { problems: texts });
}
