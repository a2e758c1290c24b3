import { createHash } from "node:crypto";
import { canonicalJson } from "../../../base/index.ts";
import { literal, type MariaConnection, quoted } from "./connect.ts";

/** Made by the server itself, in every installation. */
export const SYSTEM_DATABASES = ["mysql", "information_schema", "performance_schema", "sys"] as const;

export interface MariaColumn {
  readonly name: string;
  readonly type: string;
}

export interface MariaTable {
  readonly name: string;
  readonly create: string;
  /** Without those that the server computes. */
  readonly columns: readonly MariaColumn[];
  /** Columns of the primary key, in its order. */
  readonly key: readonly string[];
  readonly engine: string;
  /** As the server estimates it. */
  readonly data_bytes: number;
  readonly sequence: boolean;
  readonly versioned: boolean;
}

/** View, routine, trigger or event: made after the data, in this order. */
export interface MariaObject {
  readonly type: "view" | "function" | "procedure" | "package" | "package body" | "trigger" | "event";
  readonly name: string;
  readonly create: string;
  readonly sql_mode: string;
  readonly character_set: string;
  readonly collation: string;
  readonly time_zone: string;
}

export interface MariaDatabase {
  readonly name: string;
  readonly create: string;
  readonly tables: readonly MariaTable[];
  readonly objects: readonly MariaObject[];
}

/** @param only databases to read; all but the server's own when it is empty */
export async function readDatabases(sql: MariaConnection, only: readonly string[]): Promise<MariaDatabase[]> {
  const rows = await sql.query(
    `SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA
     WHERE SCHEMA_NAME NOT IN (${SYSTEM_DATABASES.map(literal).join(", ")}) ORDER BY SCHEMA_NAME`,
  );
  const names = rows.map((row) => String(row["name"])).filter((name) => only.length === 0 || only.includes(name));
  const databases: MariaDatabase[] = [];
  for (const name of names) {
    const [made] = await sql.query(`SHOW CREATE DATABASE ${quoted(name)}`);
    const create = String(made?.["Create Database"]);
    databases.push({ name, create, tables: await readTables(sql, name), objects: await readObjects(sql, name) });
  }
  return databases;
}

async function readTables(sql: MariaConnection, database: string): Promise<MariaTable[]> {
  const of = `TABLE_SCHEMA = ${literal(database)}`;
  const tables = await sql.query(
    `SELECT TABLE_NAME AS name, TABLE_TYPE AS type, ENGINE AS engine, DATA_LENGTH AS bytes
     FROM information_schema.TABLES WHERE ${of} AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE')
     ORDER BY TABLE_NAME`,
  );
  const columns = await sql.query(
    `SELECT TABLE_NAME AS name, COLUMN_NAME AS col, DATA_TYPE AS type, EXTRA AS extra
     FROM information_schema.COLUMNS WHERE ${of} ORDER BY TABLE_NAME, ORDINAL_POSITION`,
  );
  const keys = await sql.query(
    `SELECT TABLE_NAME AS name, COLUMN_NAME AS col FROM information_schema.STATISTICS
     WHERE ${of} AND INDEX_NAME = 'PRIMARY' ORDER BY TABLE_NAME, SEQ_IN_INDEX`,
  );
  const byTable = <T>(
    rows: readonly Record<string, string | null>[],
    of: (row: Record<string, string | null>) => T,
  ) => {
    const map = new Map<string, T[]>();
    for (const row of rows) {
      const name = String(row["name"]);
      const list = map.get(name);
      if (list === undefined) map.set(name, [of(row)]);
      else list.push(of(row));
    }
    return map;
  };
  const stored = columns.filter(({ extra }) => !/GENERATED/i.test(extra ?? ""));
  const columns_of = byTable(stored, ({ col, type }) => ({ name: String(col), type: String(type).toLowerCase() }));
  const key_of = byTable(keys, ({ col }) => String(col));
  const found: MariaTable[] = [];
  for (const { name, type, engine, bytes } of tables) {
    const [row] = await sql.query(`SHOW CREATE TABLE ${quoted(database)}.${quoted(String(name))}`);
    found.push({
      name: String(name),
      create: String(row?.["Create Table"]),
      columns: columns_of.get(String(name)) ?? [],
      key: key_of.get(String(name)) ?? [],
      engine: engine ?? "",
      data_bytes: Number(bytes ?? 0),
      sequence: type === "SEQUENCE",
      versioned: type === "SYSTEM VERSIONED",
    });
  }
  return found;
}

async function readObjects(sql: MariaConnection, database: string): Promise<MariaObject[]> {
  const db = quoted(database);
  const of = (column: string) => `${column} = ${literal(database)}`;
  const found: MariaObject[] = [];
  const add = async (type: MariaObject["type"], name: string, show: string, field: string) => {
    const [row] = await sql.query(show);
    const create = row?.[field];
    // NULL: the user may see that it is there and not what it is; a backup without it would be a lie.
    if (create === undefined || create === null)
      throw new Error(`${type} ${database}.${name} cannot be read: the grants do not show its definition`);
    found.push({
      type,
      name,
      create,
      sql_mode: row?.["sql_mode"] ?? "",
      character_set: row?.["character_set_client"] ?? "utf8mb4",
      collation: row?.["collation_connection"] ?? "utf8mb4_general_ci",
      time_zone: row?.["time_zone"] ?? "SYSTEM",
    });
  };
  const names = async (query: string) => (await sql.query(query)).map((row) => [String(row["n"]), row["t"]] as const);
  for (const [name] of await names(
    `SELECT TABLE_NAME AS n FROM information_schema.VIEWS WHERE ${of("TABLE_SCHEMA")} ORDER BY 1`,
  ))
    await add("view", name, `SHOW CREATE VIEW ${db}.${quoted(name)}`, "Create View");
  for (const [name, type] of await names(
    `SELECT ROUTINE_NAME AS n, ROUTINE_TYPE AS t FROM information_schema.ROUTINES WHERE ${of("ROUTINE_SCHEMA")} ORDER BY 2, 1`,
  )) {
    const kind = String(type).toLowerCase() as MariaObject["type"];
    const word = kind.replace(/(^| )[a-z]/g, (letter) => letter.toUpperCase());
    await add(kind, name, `SHOW CREATE ${kind} ${db}.${quoted(name)}`, `Create ${word}`);
  }
  for (const [name] of await names(
    `SELECT TRIGGER_NAME AS n FROM information_schema.TRIGGERS WHERE ${of("TRIGGER_SCHEMA")}
     ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER`,
  ))
    await add("trigger", name, `SHOW CREATE TRIGGER ${db}.${quoted(name)}`, "SQL Original Statement");
  for (const [name] of await names(
    `SELECT EVENT_NAME AS n FROM information_schema.EVENTS WHERE ${of("EVENT_SCHEMA")} ORDER BY 1`,
  ))
    await add("event", name, `SHOW CREATE EVENT ${db}.${quoted(name)}`, "Create Event");
  return found;
}

/** Statements that make the server's accounts again; `null` when the user may not read them. */
export async function readAccounts(sql: MariaConnection): Promise<readonly string[] | null> {
  try {
    const statements: string[] = [];
    const rows = await sql.query("SELECT user, host, is_role FROM mysql.user ORDER BY is_role DESC, user, host");
    for (const { user, host, is_role } of rows) {
      const role = is_role === "Y";
      const account = role ? quoted(String(user)) : `${literal(String(user))}@${literal(String(host))}`;
      if (!role && ["mariadb.sys", "mysql", "root"].includes(String(user))) continue;
      if (role) statements.push(`CREATE ROLE IF NOT EXISTS ${account}`);
      else {
        const [made] = await sql.query(`SHOW CREATE USER ${account}`);
        statements.push(String(Object.values(made ?? {})[0]).replace(/^CREATE USER /, "CREATE USER IF NOT EXISTS "));
      }
      for (const grant of await sql.query(`SHOW GRANTS FOR ${account}`))
        statements.push(String(Object.values(grant)[0]));
    }
    return statements;
  } catch {
    return null; // the grants of docs/sources/mariadb.md do not include them
  }
}

/** Of everything that was defined; the counters that DDL shows for sequences of keys are data and left out. */
export function schemaHash(databases: readonly MariaDatabase[]): string {
  const hash = createHash("sha256");
  for (const { name, create, tables, objects } of databases) {
    const plain = tables.map((each) => [each.name, each.create.replace(/ AUTO_INCREMENT=\d+/, "")]);
    hash.update(canonicalJson([name, create, plain, objects.map(({ type, name, create }) => [type, name, create])]));
  }
  return hash.digest("hex");
}
