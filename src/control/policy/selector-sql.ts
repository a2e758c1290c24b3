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
  const any = sql.join(
    term.values.map((pattern) => sql`(${tags} ->> ${term.key}::text) like ${likePattern(pattern)}`),
    sql` or `,
  );
  const is = sql<boolean>`(jsonb_exists(${tags}, ${term.key}) and (${any}))`;
  return term.kind === "is" ? is : sql<boolean>`not ${is}`;
}

/** A glob as LIKE writes it. */
function likePattern(glob: string): string {
  return glob
    .replace(/[\\%_]/g, "\\$&")
    .replaceAll("*", "%")
    .replaceAll("?", "_");
}
