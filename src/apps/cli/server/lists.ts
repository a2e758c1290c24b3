import type { CliIo, CommonOptions } from "../io.ts";
import { note, showList } from "../output.ts";
import type { Column } from "../table.ts";
import { LIST_MAX } from "./command.ts";

interface Page<Row> {
  readonly items: readonly Row[];
  readonly next_page_token: string | null;
}

/** Fetches page by page and shows the list; says so when it stops at its limit. */
export async function showPages<Row>(
  io: CliIo,
  options: CommonOptions,
  list: {
    readonly fetch: (page_token: string | undefined) => Promise<Page<Row>>;
    readonly columns: readonly Column<Row>[];
    readonly empty: string;
  },
): Promise<void> {
  const rows: Row[] = [];
  let token: string | undefined;
  do {
    const page = await list.fetch(token);
    rows.push(...page.items);
    token = page.next_page_token ?? undefined;
  } while (token !== undefined && rows.length < LIST_MAX);
  showList(io, options, rows, list.columns, list.empty);
  if (token !== undefined) note(io, options, `the first ${rows.length}; there are more: narrow the list down`);
}

/** Terms of a filter from options that are given; values are quoted. */
export function filterOf(terms: readonly (readonly [string, string | undefined])[]): { filter?: string } {
  const given = terms.flatMap(([left, value]) =>
    value === undefined ? [] : [`${left}"${value.replaceAll('"', "")}"`],
  );
  return given.length === 0 ? {} : { filter: given.join(",") };
}
