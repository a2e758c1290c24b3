import { createHash } from "node:crypto";
import type pg from "pg";
import { asPgError, openSql, type PgTarget } from "./connect.ts";

export interface DatabaseFacts {
  readonly name: string;
  readonly size_bytes: number;
  readonly collation: string;
  readonly extensions: readonly { readonly name: string; readonly version: string }[];
  /** Of everything that a table's definition says; equal when nobody changed one. */
  readonly schema_hash?: string;
  /** Rows of each table, counted in one snapshot; only when asked for. */
  readonly rows?: Readonly<Record<string, number>>;
}

/** What only SQL tells about a server. */
export interface Inventory {
  readonly databases: readonly DatabaseFacts[];
  /** Null when the role may not read it. */
  readonly preload_libraries: string | null;
  readonly in_recovery: boolean;
  /** The server's clock. */
  readonly now_ms: number;
  readonly answers?: Readonly<Record<string, string | null>>;
  /** Questions that the server refused to answer, with its words. */
  readonly unanswered: readonly string[];
}

/** Questions by name. */
export type Remembered = Readonly<Record<string, { readonly database?: string | undefined; readonly sql: string }>>;

const COUNT_MS = 10 * 60_000;

/** @throws PG_DENIED, PG_UNREACHABLE, PG_REFUSED */
export async function readInventory(
  target: PgTarget,
  count_rows: boolean,
  remember: Remembered = {},
): Promise<Inventory> {
  const client = await openSql(target);
  try {
    const { rows } = await client.query<{
      databases: { name: string; size: string; collation: string }[];
      preload: string | null;
      recovery: boolean;
      now_ms: string;
    }>(`SELECT pg_is_in_recovery() AS recovery, 
      (SELECT setting FROM pg_settings WHERE name = 'shared_preload_libraries') AS preload,
      floor(extract(epoch FROM clock_timestamp()) * 1000)::text AS now_ms,
      (SELECT json_agg(json_build_object('name', datname, 'size',
          CASE WHEN has_database_privilege(datname, 'CONNECT') THEN pg_database_size(oid) ELSE 0 END::text,
          'collation', datcollate) ORDER BY datname)
        FROM pg_database WHERE datallowconn AND NOT datistemplate) AS databases`);
    const [row] = rows;
    const databases: DatabaseFacts[] = [];
    for (const { name, size, collation } of row?.databases ?? [])
      databases.push({ name, size_bytes: Number(size), collation, ...(await inDatabase(target, name, count_rows)) });
    const answers: Record<string, string | null> = {};
    const unanswered: string[] = [];
    for (const [name, { database, sql }] of Object.entries(remember))
      await answer(target, database, sql).then(
        (value) => (answers[name] = value),
        (error: unknown) => unanswered.push(`${name}: ${asPgError(error, target).message}`),
      );
    return {
      ...(Object.keys(remember).length === 0 ? {} : { answers }),
      unanswered,
      databases,
      preload_libraries: row?.preload ?? null,
      in_recovery: row?.recovery ?? false,
      now_ms: Number(row?.now_ms),
    };
  } catch (error) {
    throw asPgError(error, target);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function answer(target: PgTarget, database: string | undefined, sql: string): Promise<string | null> {
  const client = await openSql({ ...target, database: database ?? target.database }, COUNT_MS);
  try {
    await client.query("BEGIN READ ONLY");
    return await pgFirst(client, sql);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The first column of the first row, as text; null when there is none. */
export async function pgFirst(client: pg.Client, sql: string): Promise<string | null> {
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: "array" });
  const value = rows[0]?.[0];
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean | bigint);
}

async function inDatabase(target: PgTarget, database: string, count_rows: boolean) {
  const client = await openSql({ ...target, database }, count_rows ? COUNT_MS : undefined);
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const { rows: extensions } = await client.query<{ name: string; version: string }>(
      "SELECT extname AS name, extversion AS version FROM pg_extension ORDER BY extname",
    );
    const schema_hash = await schemaHash(client);
    if (!count_rows) return { extensions, schema_hash };
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
         AND n.nspname NOT LIKE 'pg_toast%' AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1`,
    );
    const counts: Record<string, number> = {};
    for (const { name } of tables) {
      const counted = await client.query<{ count: string }>(`SELECT count(*) AS count FROM ${name}`);
      counts[name] = Number(counted.rows[0]?.count);
    }
    return { extensions, schema_hash, rows: counts };
  } finally {
    await client.end().catch(() => undefined);
  }
}

const DEFINITIONS = `
  SELECT format('%s %s %s %s %s %s', n.nspname, c.relname, c.relkind, a.attname,
    format_type(a.atttypid, a.atttypmod), a.attnotnull) AS line
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND OWN_SCHEMA
  UNION ALL SELECT format('%s %s', n.nspname, pg_get_indexdef(c.oid))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('i', 'I') AND OWN_SCHEMA
  UNION ALL SELECT format('%s %s %s', n.nspname, k.conrelid::regclass, pg_get_constraintdef(k.oid))
  FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE OWN_SCHEMA`.replaceAll(
  "OWN_SCHEMA",
  "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_t%'",
);

/** A hash of a database's tables, views, indexes and constraints. */
export async function schemaHash(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ line: string }>(DEFINITIONS);
  const lines = rows.map(({ line }) => line).sort();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}
