import { type RawBuilder, sql } from "kysely";
import type { Selector, Term } from "./selector.ts";

/**
 * The same as `matches`, but asked of the database: for lists too long to be read and sieved here.
 * `column` is a qualified jsonb column of tags, e.g. `workloads.tags`.
 */
export function selectorCondition(selector: Selector, column: string): RawBuilder<boolean> {
  return sql<boolean>`(${sql.join(
    selector.terms.map((term) => condition(term, column)),
    sql` and `,
  )})`;
}

function condition(term: Term, column: string): RawBuilder<boolean> {
  const tags = sql.ref(column);
  if (term.kind === "exists") return sql<boolean>`jsonb_exists(${tags}, ${term.key})`;
  if (term.kind === "absent") return sql<boolean>`not jsonb_exists(${tags}, ${term.key})`;
  const is = sql<boolean>`(${sql.join(
    term.values.map((value) => (/[*?]/.test(value) ? alike(tags, term.key, value) : equal(tags, term.key, value))),
    sql` or `,
  )})`;
  return term.kind === "is" ? is : sql<boolean>`not ${is}`;
}

/** What the index of tags can answer. */
function equal(tags: RawBuilder<unknown>, key: string, value: string): RawBuilder<boolean> {
  return sql<boolean>`${tags} @> ${JSON.stringify({ [key]: value })}::jsonb`;
}

function alike(tags: RawBuilder<unknown>, key: string, glob: string): RawBuilder<boolean> {
  return sql<boolean>`(jsonb_exists(${tags}, ${key}) and (${tags} ->> ${key}::text) like ${likePattern(glob)})`;
}

/** A glob as LIKE writes it. */
function likePattern(glob: string): string {
  return glob
    .replace(/[\\%_]/g, "\\$&")
    .replaceAll("*", "%")
    .replaceAll("?", "_");
}
