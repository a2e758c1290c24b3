import { apiError } from "./errors.ts";

export type FieldType = "text" | "number" | "instant";

/** A field that a list can be filtered (and perhaps ordered) by. */
export interface ListField {
  /** Qualified, e.g. `backups.state`. */
  readonly column: string;
  readonly type: FieldType;
  /** Never null in the database, so that pages cannot lose rows. */
  readonly sortable?: boolean;
}
export type ListFields = Readonly<Record<string, ListField>>;

export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=";
export interface Term {
  readonly column: string;
  readonly operator: Operator;
  /** Several for `field=a|b`; null for `field=null`. */
  readonly values: readonly (string | number | Date | null)[];
}

const TERMS_MAX = 20;
const VALUES_MAX = 50;
const TERM = /^\s*([a-z_]+)\s*(!=|<=|>=|=|<|>)\s*(.*?)\s*$/s;

/**
 * `state=AVAILABLE|DAMAGED,created_at<2026-05-11T00:00:00Z`: terms joined by commas all hold, values joined by bars are
 * alternatives. A value with a comma or a bar stands in double quotes.
 * @throws API_FILTER_INVALID
 */
export function parseFilter(text: string, fields: ListFields): Term[] {
  const parts = splitOutsideQuotes(text, ",");
  if (parts.length > TERMS_MAX) throw invalid(`a filter may have ${TERMS_MAX} terms, not ${parts.length}`);
  return parts.map((part) => {
    const match = TERM.exec(part);
    const [, name = "", operator, rest = ""] = match ?? [];
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (match === null || field === undefined) {
      throw invalid(`\`${part.trim()}\` is no term on one of ${Object.keys(fields).join(", ")}`);
    }
    const values = splitOutsideQuotes(rest, "|").map((value) => parseValue(name, field.type, value.trim()));
    if (values.length > VALUES_MAX) throw invalid(`${name} has ${values.length} alternatives; at most ${VALUES_MAX}`);
    const ranged = operator !== "=" && operator !== "!=";
    if (ranged && (values.length > 1 || values[0] === null)) throw invalid(`${name} ${operator} takes one value`);
    return { column: field.column, operator: operator as Operator, values };
  });
}

function parseValue(name: string, type: FieldType, text: string): string | number | Date | null {
  if (text === "null") return null;
  const value = /^".*"$/s.test(text) ? text.slice(1, -1) : text;
  if (type === "number") {
    const number = Number(value);
    if (value === "" || !Number.isFinite(number)) throw invalid(`${name} takes a number, not \`${value}\``);
    return number;
  }
  if (type === "instant") {
    const at = new Date(value);
    if (!/^\d{4}-\d{2}-\d{2}/.test(value) || Number.isNaN(at.getTime())) {
      throw invalid(`${name} takes an instant such as 2026-05-11T00:00:00Z, not \`${value}\``);
    }
    return at;
  }
  return value;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let part = "";
  let quoted = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    if (char === separator && !quoted) {
      parts.push(part);
      part = "";
    } else part += char;
  }
  if (quoted) throw invalid("a double quote is not closed");
  parts.push(part);
  return parts;
}

function invalid(message: string) {
  return apiError("API_FILTER_INVALID", message);
}
