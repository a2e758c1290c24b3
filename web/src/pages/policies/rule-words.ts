/** A rule of a schedule as a place on a line, where its text is of a form that has one. */
export interface PlacedRule {
  readonly at: number;
  /** The rule's text with the handle there. */
  write(at: number): string;
}

export type DraggedRule = "hourly" | "daily" | "weekly" | "monthly";

/** The line of a rule: minutes of an hour, minutes of a day, hours of a week from Monday, days of a month. */
export interface RuleLine {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly leap: number;
  readonly first: string;
  readonly ticks: readonly (readonly [at: number, word: string])[];
}

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/** The place behind the 28th: the last day of each month. */
const LAST = 29;

export const RULE_LINES: Readonly<Record<DraggedRule, RuleLine>> = {
  hourly: { min: 0, max: 59, step: 1, leap: 15, first: ":00", ticks: every(15, 45, (at) => `:${two(at)}`) },
  daily: {
    min: 0,
    max: 1425,
    step: 15,
    leap: 60,
    first: "02:00",
    ticks: every(360, 1080, (at) => `${at / 60}h`),
  },
  weekly: { min: 0, max: 167, step: 1, leap: 24, first: "sun 03:00", ticks: every(24, 144, (at) => dayWord(at / 24)) },
  monthly: {
    min: 1,
    max: LAST,
    step: 1,
    leap: 7,
    first: "1 04:00",
    ticks: [
      [1, "1"],
      [8, "8"],
      [15, "15"],
      [22, "22"],
      [LAST, "last"],
    ],
  },
};

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function dayWord(index: number): string {
  const word = WEEKDAYS[index] ?? "";
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function every(step: number, last: number, word: (at: number) => string): (readonly [number, string])[] {
  return Array.from({ length: last / step + 1 }, (_, index) => [index * step, word(index * step)] as const);
}

/** Null: of another form, like a list of days; that is changed in the text. */
export function placeRule(rule: DraggedRule, text: string): PlacedRule | null {
  const words = text.trim().split(/\s+/);
  const zone = (from: number) => (words[from] === undefined ? "" : ` ${words[from]}`);
  const time = (word: string | undefined) => {
    const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(word ?? "");
    return match === null ? null : { hour: Number(match[1]), minute: Number(match[2]) };
  };
  if (rule === "hourly") {
    const minute = /^:?([0-5]?\d)$/.exec(words[0] ?? "");
    return minute === null || words.length > 2
      ? null
      : { at: Number(minute[1]), write: (at) => `:${two(at)}${zone(1)}` };
  }
  if (rule === "daily") {
    const found = time(words[0]);
    return found === null || words.length > 2
      ? null
      : {
          at: found.hour * 60 + found.minute,
          write: (at) => `${two(Math.floor(at / 60))}:${two(at % 60)}${zone(1)}`,
        };
  }
  const found = time(words[1]);
  const [first = ""] = words;
  if (found === null || words.length > 3) return null;
  if (rule === "weekly") {
    const day = first.includes(",") ? -1 : WEEKDAYS.indexOf(first.toLowerCase().slice(0, 3));
    return day < 0
      ? null
      : {
          at: day * 24 + found.hour,
          write: (at) => `${WEEKDAYS[Math.floor(at / 24)]} ${two(at % 24)}:${two(found.minute)}${zone(2)}`,
        };
  }
  const day = first === "last" ? LAST : /^\d{1,2}$/.test(first) ? Number(first) : 0;
  return day < 1 || day > LAST ? null : { at: day, write: (at) => `${at >= LAST ? "last" : at} ${words[1]}${zone(2)}` };
}
