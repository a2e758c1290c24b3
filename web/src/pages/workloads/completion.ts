/** What may be typed next in a selector: `env=prod,tier in (1,2),!legacy`. */
export interface TagWord {
  readonly key: string;
  readonly values: readonly { readonly value: string; readonly workloads: number }[];
}

export interface Completion {
  /** The whole field with it. */
  readonly text: string;
  /** What it adds, as the list shows it. */
  readonly word: string;
  /** Workloads that have it; null: an operator. */
  readonly workloads: number | null;
}

const SHOWN_MAX = 12;
/** Values that would be read as something else stand in no list. */
const PLAIN = /^[^,()*?]+$/;

/** Where the last term begins: behind the last comma that is not within parentheses. */
function lastTerm(text: string): number {
  let depth = 0;
  let begin = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === "(") depth++;
    else if (sign === ")") depth = Math.max(0, depth - 1);
    else if (sign === "," && depth === 0) begin = at + 1;
  }
  return begin;
}

export function completionsOf(text: string, words: readonly TagWord[]): Completion[] {
  const begin = lastTerm(text);
  const before = text.slice(0, begin);
  const term = text.slice(begin).trimStart();
  const found = inList(term, words) ?? ofValue(term, words) ?? ofKey(term, words);
  return found
    .filter(({ term: next }) => next !== term)
    .slice(0, SHOWN_MAX)
    .map(({ term: next, word, workloads }) => ({ text: before + next, word, workloads }));
}

interface Term {
  readonly term: string;
  readonly word: string;
  readonly workloads: number | null;
}

const starts = (word: string, typed: string) => word.toLowerCase().startsWith(typed.toLowerCase());
const all = ({ values }: TagWord) => values.reduce((sum, { workloads }) => sum + workloads, 0);

/** `key in (a, b`: one more value, of those not there yet. */
function inList(term: string, words: readonly TagWord[]): Term[] | null {
  const match = /^(\S+)\s+(in|notin)\s*\(([^)]*)$/.exec(term);
  if (match === null) return null;
  const [, key = "", operator = "in", inside = ""] = match;
  const parts = inside.split(",").map((part) => part.trim());
  const typed = parts.pop() ?? "";
  const values = words.find((it) => it.key === key)?.values ?? [];
  return values
    .filter(({ value }) => PLAIN.test(value) && starts(value, typed) && !parts.includes(value))
    .map(({ value, workloads }) => ({
      term: `${key} ${operator} (${[...parts, value].join(",")})`,
      word: value,
      workloads,
    }));
}

/** `key=va`, `key!=va`. */
function ofValue(term: string, words: readonly TagWord[]): Term[] | null {
  const match = /^([^\s=!()]+)\s*(!?=)\s*(.*)$/.exec(term);
  if (match === null) return null;
  const [, key = "", sign = "=", typed = ""] = match;
  const values = words.find((it) => it.key === key)?.values ?? [];
  return values
    .filter(({ value }) => PLAIN.test(value) && starts(value, typed))
    .map(({ value, workloads }) => ({ term: `${key}${sign}${value}`, word: `${key}${sign}${value}`, workloads }));
}

/** A key, whole or in part; a whole one is followed by what may stand behind it. */
function ofKey(term: string, words: readonly TagWord[]): Term[] {
  const not = term.startsWith("!");
  const typed = (not ? term.slice(1) : term).trimEnd();
  const whole = words.find(({ key }) => key === typed);
  if (whole !== undefined && !not) {
    return [
      ...["=", "!="].map((sign) => ({ term: `${typed}${sign}`, word: `${typed}${sign} …`, workloads: null })),
      ...["in", "notin"].map((word) => ({
        term: `${typed} ${word} (`,
        word: `${typed} ${word} (…)`,
        workloads: null,
      })),
      ...(ofValue(`${typed}=`, words) ?? []),
    ];
  }
  return words
    .filter(({ key }) => starts(key, typed))
    .map((word) => ({
      term: not ? `!${word.key}` : word.key,
      word: not ? `!${word.key}` : word.key,
      workloads: not ? null : all(word),
    }));
}
