import { literal, MariaConnection, quoted } from "../../engine/source/mariadb/index.ts";
import { openSql } from "../../engine/source/postgresql/index.ts";
import type { SecretRef, Source } from "../../model/index.ts";
import { mariaTargetOf, pgTargetOf } from "../archiving/index.ts";
import { applicationError } from "./errors.ts";

export type Row = Readonly<Record<string, string | null>>;
export type Values = Readonly<Record<string, string | null>>;

/** A database server, of whichever kind, that is asked in SQL. */
export interface SqlServer {
  /** `:name` stands for a value; rows as text. */
  rows(sql: string, values?: Values): Promise<readonly Row[]>;
  close(): Promise<void>;
}

const SQL_MS = 10 * 60_000;
/** A name behind one colon; `::text` is a cast. */
const NAMES = /(?<![:\w]):([a-z_]+)\b/g;

/** @throws APPLICATION_TARGET for parts that are no database, PG_*, MARIA_*, SOURCE_SECRET_MISSING */
export async function openSqlServer(
  part: string,
  source: Source,
  database: string | undefined,
  secret: (reference: SecretRef) => Promise<string>,
): Promise<SqlServer> {
  if (source.kind === "postgresql") {
    const target = await pgTargetOf(source, secret);
    const client = await openSql({ ...target, database: database ?? target.database }, SQL_MS);
    return {
      async rows(sql, values = {}) {
        const { text, bound } = numbered(sql, values);
        const { rows } = await client.query<Record<string, unknown>>(text, bound);
        return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOf(value)])));
      },
      close: () => client.end().catch(() => undefined),
    };
  }
  if (source.kind === "mariadb") {
    const connection = await MariaConnection.open(await mariaTargetOf(source, secret));
    try {
      await connection.query("SET SESSION sql_mode = '', time_zone = '+00:00'");
      if (database !== undefined) await connection.query(`USE ${quoted(database)}`);
    } catch (error) {
      connection.close();
      throw error;
    }
    return {
      rows: (sql, values = {}) =>
        connection.query(
          sql.replace(NAMES, (all, name: string) => {
            if (!Object.hasOwn(values, name)) return all;
            const value = values[name] ?? null;
            return value === null ? "NULL" : literal(name === "at" || name === "since" ? plainTime(value) : value);
          }),
        ),
      close: async () => connection.close(),
    };
  }
  throw applicationError("APPLICATION_TARGET", `part ${part} is of kind ${source.kind}, and cannot be asked in SQL`, {
    part,
  });
}

/** The first column of the first row; null when there is none. */
export async function firstValue(server: SqlServer, sql: string, values: Values = {}): Promise<string | null> {
  const [row] = await server.rows(sql, values);
  return row === undefined ? null : (Object.values(row)[0] ?? null);
}

function numbered(sql: string, values: Values): { text: string; bound: (string | null)[] } {
  const bound: (string | null)[] = [];
  const numbers = new Map<string, number>();
  const text = sql.replace(NAMES, (all, name: string) => {
    if (!Object.hasOwn(values, name)) return all;
    if (!numbers.has(name)) numbers.set(name, bound.push(values[name] ?? null));
    return `($${String(numbers.get(name))}::text)`;
  });
  return { text, bound };
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean | bigint);
}

/** As MariaDB takes an instant, in UTC. */
const plainTime = (iso: string) => iso.replace("T", " ").replace(/Z$/, "");

/** As a server wrote an instant: PostgreSQL's come with their zone, MariaDB's are read in UTC. */
export function instantIn(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  const at_ms = Date.parse(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$/.test(text) ? `${text.replace(" ", "T")}Z` : text,
  );
  return Number.isNaN(at_ms) ? null : new Date(at_ms).toISOString();
}
