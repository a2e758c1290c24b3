import { createHash } from "node:crypto";
import { type SelectQueryBuilder, sql } from "kysely";
import { compiledStatements, type Db, PLANNED_EACH_TIME, QUICK } from "../../platform/db/index.ts";
import type { ListQuery, Page } from "../../protocol/index.ts";
import { apiError } from "./errors.ts";
import { type ListFields, parseFilter, type Term } from "./filter.ts";

export interface ListShape {
  readonly fields: ListFields;
  /** Qualified id column: breaks ties, so that the order is total. */
  readonly id: string;
  /** e.g. `created_at desc`. */
  readonly order_by: string;
}

interface Order {
  readonly column: string;
  readonly instant: boolean;
  readonly descending: boolean;
}

/** What a page token holds: where the page before ended, and for which list. */
interface Cursor {
  readonly list: string;
  readonly value: string | number;
  readonly id: string;
}

/**
 * One page of `query`: filtered, ordered, and continued behind the row where the page before ended (by value, not by
 * count: rows that come or go meanwhile neither repeat nor hide others).
 * @throws API_FILTER_INVALID, API_PAGE_TOKEN_INVALID
 */
export async function listPage<DB, TB extends keyof DB, Row extends object>(
  query: SelectQueryBuilder<DB, TB, Row>,
  shape: ListShape,
  request: ListQuery,
): Promise<Page<Row>> {
  const asked = readRequest(shape, request);
  const rows = await pageOf(query, shape, asked, asked.values).execute();
  return toPage(rows as unknown as Found<Row>[], asked);
}

/** The same for a `query` that is alike whenever `alike` is: its statements are made once. */
export async function listPageOf<DB, TB extends keyof DB, Row extends object>(
  db: Db,
  alike: string,
  query: () => SelectQueryBuilder<DB, TB, Row>,
  shape: ListShape,
  request: ListQuery,
): Promise<Page<Row>> {
  const asked = readRequest(shape, request);
  const { order, terms, page_size, from } = asked;
  const compared = terms.map(({ column, operator, values }) => [
    column,
    operator,
    values.map((value) => value === null),
  ]);
  const key = JSON.stringify([shape.id, alike, order, compared, page_size, from === undefined]);
  const rows = await statements(db, key, asked.values, (slots) => {
    const page = pageOf(query(), shape, asked, slots);
    return plannedOnce(terms) && page_size <= QUICK_ROWS_MAX ? page.modifyEnd(sql.raw(QUICK)) : page;
  });
  return toPage(rows as Found<Row>[], asked);
}

/** A longer page takes longer to read than to wait for. */
const QUICK_ROWS_MAX = 100;
const statements = compiledStatements<readonly unknown[], unknown>();

type Found<Row> = Row & { readonly cursor_value: unknown; readonly cursor_id: unknown };

/** A list's request, understood. */
interface Asked {
  readonly list: string;
  readonly order: Order;
  readonly terms: readonly Term[];
  readonly page_size: number;
  readonly from: readonly [value: unknown, id: string] | undefined;
  /** What a statement for it compares with: of each term in turn, then of `from`. */
  readonly values: readonly unknown[];
}

function readRequest(shape: ListShape, request: ListQuery): Asked {
  const order = parseOrder(request.order_by ?? shape.order_by, shape);
  const list = createHash("sha256")
    .update(JSON.stringify([shape.id, request.filter ?? "", request.order_by ?? shape.order_by]))
    .digest("base64url");
  const terms = request.filter === undefined ? [] : parseFilter(request.filter, shape.fields);
  const cursor = request.page_token === undefined ? undefined : readCursor(request.page_token, list);
  const from =
    cursor === undefined ? undefined : ([order.instant ? new Date(cursor.value) : cursor.value, cursor.id] as const);
  const values = [...terms.flatMap((term) => term.values.filter((value) => value !== null)), ...(from ?? [])];
  return { list, order, terms, page_size: request.page_size, from, values };
}

/** Few rows have the id that is asked for, whichever it is; how many have a state depends on the state. */
function plannedOnce(terms: readonly Term[]): boolean {
  return terms.every(({ column, operator }) => operator === "=" && /[._]id$/.test(column));
}

/** The statement for one page; `values` stand for those of the request, and may be placeholders. */
function pageOf<DB, TB extends keyof DB, Row extends object>(
  query: SelectQueryBuilder<DB, TB, Row>,
  shape: ListShape,
  { order, terms, page_size, from }: Asked,
  values: readonly unknown[],
) {
  const rest = [...values];
  let page = query;
  for (const term of terms) page = page.where(condition(term, rest));
  if (!plannedOnce(terms)) page = page.modifyEnd(sql.raw(PLANNED_EACH_TIME));
  if (from !== undefined) {
    const behind = sql.raw(order.descending ? "<" : ">");
    const [value, id] = rest;
    page = page.where(sql<boolean>`(${sql.ref(order.column)}, ${sql.ref(shape.id)}) ${behind} (${value}, ${id})`);
  }
  const direction = order.descending ? "desc" : "asc";
  return (
    page
      .select([sql.ref(order.column).as("cursor_value"), sql.ref(shape.id).as("cursor_id")])
      .orderBy(sql.ref(order.column), direction)
      .orderBy(sql.ref(shape.id), direction)
      // Written out: how many are wanted decides how they are looked for.
      .limit(sql.lit(page_size + 1))
  );
}

function toPage<Row extends object>(rows: readonly Found<Row>[], { list, page_size }: Asked): Page<Row> {
  const items = rows.slice(0, page_size);
  const last = rows.length > page_size ? items.at(-1) : undefined;
  return { items, next_page_token: last === undefined ? null : writeCursor(list, last.cursor_value, last.cursor_id) };
}

function parseOrder(text: string, shape: ListShape): Order {
  const match = /^([a-z_]+)(?: (asc|desc))?$/.exec(text);
  const field = match?.[1] !== undefined && Object.hasOwn(shape.fields, match[1]) ? shape.fields[match[1]] : undefined;
  if (!field?.sortable) {
    const sortable = Object.keys(shape.fields).filter((name) => shape.fields[name]?.sortable);
    throw apiError(
      "API_FILTER_INVALID",
      `cannot order by \`${text}\`; possible: ${sortable.join(", ")}, with asc or desc`,
    );
  }
  return { column: field.column, instant: field.type === "instant", descending: match?.[2] === "desc" };
}

/** Takes what it compares with from the front of `rest`. */
function condition({ column, operator, values }: Term, rest: unknown[]) {
  const ref = sql.ref(column);
  // Plain comparisons, which an index can answer; null is asked for apart.
  const plain = rest.splice(0, values.filter((value) => value !== null).length);
  if (operator !== "=" && operator !== "!=") return sql<boolean>`${ref} ${sql.raw(operator)} ${plain[0]}`;
  const parts = [
    ...(plain.length === 0 ? [] : [sql<boolean>`${ref} in (${sql.join(plain)})`]),
    ...(plain.length === values.length ? [] : [sql<boolean>`${ref} is null`]),
  ];
  const any = sql<boolean>`(${sql.join(parts, sql` or `)})`;
  return operator === "=" ? any : sql<boolean>`${any} is not true`;
}

function writeCursor(list: string, value: unknown, id: unknown): string {
  const plain = value instanceof Date ? value.toISOString() : (value as string | number);
  const cursor: Cursor = { list, value: plain, id: String(id) };
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

function readCursor(token: string, list: string): Cursor {
  let cursor: Partial<Cursor> | null;
  try {
    cursor = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as Partial<Cursor> | null;
  } catch (error) {
    throw apiError("API_PAGE_TOKEN_INVALID", "page_token is not one of ours", {}, error);
  }
  const { value, id } = cursor ?? {};
  if (cursor?.list !== list || typeof id !== "string" || (typeof value !== "string" && typeof value !== "number")) {
    throw apiError("API_PAGE_TOKEN_INVALID", "page_token belongs to another list, filter or order");
  }
  return { list, value, id };
}

/** What JSON makes of a row. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { -readonly [Name in keyof T]: Wire<T[Name]> }
      : T;

/** A row as JSON shows it: instants as ISO 8601 text. The answer's schema drops what is not for show. */
export function toWire<T>(value: T): Wire<T> {
  return wired(value) as Wire<T>;
}

/** What JSON.parse makes of what JSON.stringify made, without the text between. */
function wired(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return typeof value === "function" ? undefined : value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map((each: unknown) => wired(each) ?? null);
  if ("toJSON" in value) return JSON.parse(JSON.stringify(value));
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = wired((value as Record<string, unknown>)[name]);
    if (member !== undefined) copy[name] = member;
  }
  return copy;
}
