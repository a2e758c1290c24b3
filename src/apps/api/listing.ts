import { createHash } from "node:crypto";
import { type SelectQueryBuilder, sql } from "kysely";
import { PLANNED_EACH_TIME } from "../../platform/db/index.ts";
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
  const order = parseOrder(request.order_by ?? shape.order_by, shape);
  const list = createHash("sha256")
    .update(JSON.stringify([shape.id, request.filter ?? "", request.order_by ?? shape.order_by]))
    .digest("base64url");
  let page = query;
  const terms = request.filter === undefined ? [] : parseFilter(request.filter, shape.fields);
  for (const term of terms) page = page.where(condition(term));
  // Few rows have the id that is asked for, whichever it is; how many have a state depends on the state.
  const alike = terms.every(({ column, operator }) => operator === "=" && /[._]id$/.test(column));
  if (!alike) page = page.modifyEnd(sql.raw(PLANNED_EACH_TIME));
  if (request.page_token !== undefined) {
    const { value, id } = readCursor(request.page_token, list);
    const from = order.instant ? new Date(value) : value;
    const behind = sql.raw(order.descending ? "<" : ">");
    page = page.where(sql<boolean>`(${sql.ref(order.column)}, ${sql.ref(shape.id)}) ${behind} (${from}, ${id})`);
  }
  const direction = order.descending ? "desc" : "asc";
  const rows = (await page
    .select([sql.ref(order.column).as("cursor_value"), sql.ref(shape.id).as("cursor_id")])
    .orderBy(sql.ref(order.column), direction)
    .orderBy(sql.ref(shape.id), direction)
    // Written out: how many are wanted decides how they are looked for.
    .limit(sql.lit(request.page_size + 1))
    .execute()) as unknown as (Row & { cursor_value: unknown; cursor_id: unknown })[];
  const items = rows.slice(0, request.page_size);
  const last = rows.length > request.page_size ? items.at(-1) : undefined;
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

function condition({ column, operator, values }: Term) {
  const ref = sql.ref(column);
  if (operator !== "=" && operator !== "!=") return sql<boolean>`${ref} ${sql.raw(operator)} ${values[0]}`;
  // Plain comparisons, which an index can answer; null is asked for apart.
  const plain = values.filter((value) => value !== null);
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
