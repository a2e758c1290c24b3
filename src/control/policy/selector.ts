import type { Tags } from "../../model/index.ts";
import { policyError } from "./errors.ts";

/** One condition on a workload's tags. */
export type Term =
  | { readonly kind: "exists"; readonly key: string }
  | { readonly kind: "absent"; readonly key: string }
  | { readonly kind: "is"; readonly key: string; readonly values: readonly string[] }
  | { readonly kind: "is_not"; readonly key: string; readonly values: readonly string[] };

/** Terms that must all hold. */
export interface Selector {
  readonly text: string;
  readonly terms: readonly Term[];
}

const KEY = "[A-Za-z0-9][A-Za-z0-9._:/-]*";
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);
const EQUALS = new RegExp(`^(${KEY})\\s*(!=|==?)\\s*(.*)$`);
const IN = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const TERMS_MAX = 30;

/**
 * Parses `env=prod,tier in (1,2),!temporary,name=web-*`: terms joined by commas, all of which must hold.
 * `k!=v` also holds for a workload without the tag `k`. `*` and `?` in values are globs.
 * @throws SELECTOR_INVALID, also for an empty one
 */
export function parseSelector(text: string): Selector {
  const parts = splitTerms(text);
  if (parts.every((part) => part === "")) {
    throw policyError("SELECTOR_INVALID", "an empty selector would select everything or nothing; it selects neither", {
      selector: text,
    });
  }
  if (parts.length > TERMS_MAX)
    throw policyError("SELECTOR_INVALID", `more than ${TERMS_MAX} terms`, { selector: text });
  return { text, terms: parts.map((part) => parseTerm(part, text)) };
}

/** Do all terms hold for these tags? */
export function matches(selector: Selector, tags: Tags): boolean {
  return selector.terms.every((term) => holds(term, tags));
}

/** How many terms do not hold. */
export function failingCount(selector: Selector, tags: Tags): number {
  return selector.terms.reduce((count, term) => (holds(term, tags) ? count : count + 1), 0);
}

/** The terms that do not hold, in words: why a selector passes a workload by. */
export function failingTerms(selector: Selector, tags: Tags): string[] {
  return selector.terms
    .filter((term) => !holds(term, tags))
    .map((term) => `${termText(term)} (${tagText(term.key, tags)})`);
}

function holds(term: Term, tags: Tags): boolean {
  const value = tagValue(term.key, tags);
  switch (term.kind) {
    case "exists":
      return value !== undefined;
    case "absent":
      return value === undefined;
    case "is":
      return value !== undefined && term.values.some((pattern) => globMatches(pattern, value));
    case "is_not":
      return value === undefined || !term.values.some((pattern) => globMatches(pattern, value));
  }
}

function termText(term: Term): string {
  if (term.kind === "exists") return term.key;
  if (term.kind === "absent") return `!${term.key}`;
  const [only] = term.values;
  if (term.values.length === 1) return `${term.key}${term.kind === "is" ? "=" : "!="}${only}`;
  return `${term.key} ${term.kind === "is" ? "in" : "notin"} (${term.values.join(",")})`;
}

function tagText(key: string, tags: Tags): string {
  const value = tagValue(key, tags);
  return value === undefined ? `it has no tag ${key}` : `it has ${key}=${value}`;
}

function tagValue(key: string, tags: Tags): string | undefined {
  return Object.hasOwn(tags, key) ? tags[key] : undefined;
}

/**
 * `*` stands for any characters, `?` for one. Linear in the length of the text for each `*`: no input makes it hang.
 */
export function globMatches(pattern: string, text: string): boolean {
  let at = 0;
  let p = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (p < pattern.length && pattern[p] === "*") {
      star = p++;
      resume = at;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[at])) {
      p++;
      at++;
    } else if (star >= 0) {
      p = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

function splitTerms(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const char of text) {
    if (char === "(") depth++;
    if (char === ")") depth--;
    if (char === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else {
      part += char;
    }
  }
  parts.push(part.trim());
  return parts;
}

function parseTerm(part: string, text: string): Term {
  const exists = EXISTS.exec(part);
  if (exists !== null) return { kind: exists[1] === "!" ? "absent" : "exists", key: exists[2] ?? "" };
  const list = IN.exec(part);
  if (list !== null) {
    const values = (list[3] ?? "").split(",").map((value) => value.trim());
    if (!values.includes("")) return { kind: list[2] === "in" ? "is" : "is_not", key: list[1] ?? "", values };
  }
  const equals = EQUALS.exec(part);
  if (equals !== null && equals[3] !== "") {
    return { kind: equals[2] === "!=" ? "is_not" : "is", key: equals[1] ?? "", values: [equals[3] ?? ""] };
  }
  throw policyError("SELECTOR_INVALID", `"${part}" in "${text}" is no term of a selector`, {
    selector: text,
    term: part,
  });
}
