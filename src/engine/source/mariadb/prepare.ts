import { execFile, spawn } from "node:child_process";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { MariaConnection, type MariaTarget, quoted } from "./connect.ts";
import { endOf } from "./end.ts";
import { mariaError } from "./errors.ts";
import type { MariaHost, MariaInstance } from "./host.ts";
import type { PhysicalFacts } from "./physical.ts";
import type { MariaBackupDetails } from "./source.ts";

const run = promisify(execFile);
const PREPARE_MS = 12 * 3_600_000;
const SYSTEM = new Set(["mysql", "sys", "information_schema", "performance_schema"]);

type Physical = MariaBackupDetails & { readonly physical: PhysicalFacts };

const seriesOf = (version: string): [number, number] => {
  const [major, minor] = version.split(/[.-]/).map(Number);
  return [major ?? 0, minor ?? 0];
};

/**
 * What differs between the server that was copied and this host, each as a sentence.
 * @throws MARIA_HOST when this host's server is older: it cannot read the files
 */
export function checkPhysicalHost(details: Physical, host: MariaHost): string[] {
  if (host.backup === null)
    throw mariaError("MARIA_HOST", "there is no mariadb-backup on this host: copied files cannot be prepared");
  const [was, is] = [seriesOf(details.version), seriesOf(host.version)];
  if (is[0] < was[0] || (is[0] === was[0] && is[1] < was[1]))
    throw mariaError("MARIA_HOST", `the backup is of MariaDB ${details.version}, and this host has ${host.version}`);
  if (is[0] === was[0] && is[1] === was[1]) return [];
  return [`the server was MariaDB ${details.version}, this host has ${host.version}: run mariadb-upgrade on it`];
}

/**
 * Makes laid files the data folder of an instance: the log that was copied with them is applied, and what was not
 * committed is undone.
 * @param laid folder that they were restored to
 * @throws MARIA_PREPARE, MARIA_HOST
 */
export async function prepareFiles(laid: string, instance: MariaInstance, signal: AbortSignal): Promise<void> {
  const { host, folder, data } = instance;
  await mkdir(folder, { recursive: true });
  await chmod(laid, 0o711);
  await rename(join(laid, "data"), data);
  const { stderr } = await run(
    host.backup ?? "mariadb-backup",
    ["--no-defaults", "--prepare", `--target-dir=${data}`],
    {
      timeout: PREPARE_MS,
      maxBuffer: 2 ** 26,
      cwd: "/",
      signal,
    },
  ).catch((error: Error & { stderr?: string }) => {
    throw mariaError(
      "MARIA_PREPARE",
      `the files could not be prepared: ${lastWords(error.stderr ?? error.message)}`,
      {},
      error,
    );
  });
  if (!stderr.includes("completed OK!"))
    throw mariaError("MARIA_PREPARE", `the files could not be prepared: ${lastWords(stderr)}`);
  await instance.own();
}

/** What the tool complains of; without a complaint, its last lines. */
function lastWords(text: string): string {
  const lines = text.trimEnd().split("\n");
  const complaints = lines.filter((line) => /\[ERROR\]|error:|failed|corrupt/i.test(line));
  return (complaints.length > 0 ? complaints.slice(0, 3) : lines.slice(-3)).join(" | ");
}

/** The account that a server on copied files is asked through; the others are as they were. */
export const RESTORE_ACCOUNT = "holdfast_restore";

/** Settings of a server that runs on copied files: those they depend on, and a way in. */
export async function physicalSettings(details: Physical, instance: MariaInstance): Promise<string[]> {
  const file = join(instance.folder, "account.sql");
  const account = `'${RESTORE_ACCOUNT}'@'localhost'`;
  // One statement a line, no line for the binary log of a server that has one.
  const lines = [
    "SET SESSION sql_log_bin = 0;",
    `CREATE OR REPLACE USER ${account} IDENTIFIED BY '';`,
    `GRANT ALL PRIVILEGES ON *.* TO ${account} WITH GRANT OPTION;`,
  ];
  await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o644 });
  return [`init-file=${file}`, ...Object.entries(details.physical.settings).map(([name, value]) => `${name}=${value}`)];
}

/** Takes the account away again. */
export async function leaveAccounts(instance: MariaInstance): Promise<void> {
  const sql = await MariaConnection.open(instance.target);
  try {
    await sql.query("SET SESSION sql_log_bin = 0");
    await sql.query(`DROP USER IF EXISTS '${RESTORE_ACCOUNT}'@'localhost'`);
  } finally {
    sql.close();
  }
  await rm(join(instance.folder, "account.sql"), { force: true });
}

const tlsLines = ({ tls }: MariaTarget): string[] => [
  ...(tls.mode === "disable" ? [] : ["ssl"]),
  ...(tls.mode === "verify-full" ? ["ssl-verify-server-cert"] : []),
  ...(tls.ca_file === undefined ? [] : [`ssl-ca="${tls.ca_file}"`]),
];

interface Selected {
  readonly database: string;
  /** Empty: all of it. */
  readonly tables: readonly string[];
}

/** What `only` means among databases. @throws MARIA_SELECTION */
export function selectDatabases(databases: readonly string[], only: readonly string[]): Selected[] {
  const chosen = new Map<string, string[]>();
  for (const each of only) {
    const database = databases.includes(each) ? each : each.slice(0, Math.max(0, each.indexOf(".")));
    if (!databases.includes(database))
      throw mariaError("MARIA_SELECTION", `the backup has no database and no table ${each}`, { name: each });
    const tables = chosen.get(database) ?? [];
    if (database === each) chosen.set(database, []);
    else if (!chosen.has(database) || tables.length > 0)
      chosen.set(database, [...tables, each.slice(database.length + 1)]);
  }
  return [...chosen].map(([database, tables]) => ({ database, tables }));
}

/** Leaves only what was chosen in a restored server. @throws MARIA_SELECTION for a table that is not there */
export async function keepOnly(target: MariaTarget, only: readonly string[]): Promise<void> {
  const sql = await MariaConnection.open(target);
  try {
    const all = (await sql.query("SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA"))
      .map(({ name }) => String(name))
      .filter((name) => !SYSTEM.has(name));
    const chosen = new Map(selectDatabases(all, only).map(({ database, tables }) => [database, tables]));
    await sql.query("SET SESSION sql_log_bin = 0, foreign_key_checks = 0");
    for (const [database, tables] of chosen) await mustHave(sql, database, tables);
    for (const name of all) {
      const tables = chosen.get(name);
      if (tables === undefined) await sql.query(`DROP DATABASE ${quoted(name)}`);
      if (tables === undefined || tables.length === 0) continue;
      const there = await sql.query(
        "SELECT TABLE_NAME AS name, TABLE_TYPE AS type FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?",
        [name],
      );
      for (const { name: table, type } of there)
        if (!tables.includes(String(table)))
          await sql.query(
            `DROP ${type === "VIEW" ? "VIEW" : type === "SEQUENCE" ? "SEQUENCE" : "TABLE"} ${quoted(name)}.${quoted(String(table))}`,
          );
    }
  } finally {
    sql.close();
  }
}

async function mustHave(sql: MariaConnection, database: string, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const [row] = await sql.query(
      "SELECT COUNT(*) AS n FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?",
      [database, table],
    );
    if (row?.["n"] !== "1")
      throw mariaError("MARIA_SELECTION", `the backup has no table ${database}.${table}`, { database, table });
  }
}

/**
 * Copies databases or tables from one server into another, as a dump and its load.
 * @throws MARIA_LOAD with the words of the one that failed, MARIA_SELECTION
 */
export async function copyInto(
  host: MariaHost,
  from: MariaInstance,
  to: MariaTarget,
  selected: Selected,
  how: { readonly into?: string | undefined; readonly replace: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { database, tables } = selected;
  const into = how.into ?? database;
  const source = await MariaConnection.open(from.target);
  try {
    await mustHave(source, database, tables);
  } finally {
    source.close();
  }
  const sql = await MariaConnection.open(to);
  try {
    if (how.replace && tables.length === 0) await sql.query(`DROP DATABASE IF EXISTS ${quoted(into)}`);
    await sql.query(`CREATE DATABASE IF NOT EXISTS ${quoted(into)}`);
    const there = (
      await sql.query("SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?", [into])
    ).map(({ name }) => String(name));
    const taken = there.filter((name) => tables.length === 0 || tables.includes(name));
    if (taken.length > 0 && !how.replace)
      throw mariaError("MARIA_LOAD", `${into}.${taken[0] ?? ""} is there; say replace to drop it`, { database: into });
  } finally {
    sql.close();
  }
  const defaults = join(from.folder, "target.cnf");
  const value = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  const lines = [
    "[client]",
    `user=${value(to.user)}`,
    ...(to.password === undefined ? [] : [`password=${value(to.password)}`]),
    ...(to.host.startsWith("/") ? [`socket=${value(to.host)}`] : [`host=${value(to.host)}`, `port=${to.port}`]),
    ...(to.host.startsWith("/") ? [] : tlsLines(to)),
  ];
  await writeFile(defaults, `${lines.join("\n")}\n`, { mode: 0o600 });
  try {
    const dump = spawn(
      host.dump,
      [
        "--no-defaults",
        `--socket=${from.socket}`,
        `--user=${from.user}`,
        "--single-transaction",
        "--hex-blob",
        "--max-allowed-packet=1G",
        ...(tables.length === 0 ? ["--routines", "--events"] : []),
        database,
        ...tables,
      ],
      { cwd: "/", stdio: ["ignore", "pipe", "pipe"], signal },
    );
    const client = spawn(
      host.client,
      [`--defaults-file=${defaults}`, "--binary-mode", "--max-allowed-packet=1G", into],
      { cwd: "/", stdio: ["pipe", "ignore", "pipe"], signal },
    );
    dump.stdout.on("error", () => client.stdin.destroy()); // the end of each says what happened
    client.stdin.on("error", () => dump.kill());
    dump.stdout.pipe(client.stdin);
    const ends = await Promise.all([endOf(dump, "mariadb-dump"), endOf(client, "mariadb")]);
    const failed = ends[1] ?? ends[0];
    if (failed !== null) throw mariaError("MARIA_LOAD", `${database} could not be copied: ${failed}`);
  } finally {
    await rm(defaults, { force: true });
  }
}
