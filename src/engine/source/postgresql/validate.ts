import type { Clock } from "../../../base/index.ts";
import { openSql, type PgTarget } from "./connect.ts";
import { type PgHost, runOnHost } from "./host.ts";
import { schemaHash } from "./inventory.ts";
import { startRecovered, stopServer } from "./recover.ts";
import type { PgBackupDetails } from "./source.ts";

/** A question to a restored server, and the answer it must give. */
export interface SqlValidation {
  readonly name: string;
  readonly database?: string | undefined;
  /** One query; the first column of its first row is the value. */
  readonly sql: string;
  /** As text; without it any answer will do, as long as there is one. */
  readonly expect?: string | undefined;
}

export interface Validation {
  readonly name: string;
  /** What was run. */
  readonly query: string;
  readonly value: string | null;
  readonly expected: string | null;
  /** `noted`: shown, and nothing to hold it against (a row count that may have changed since the backup). */
  readonly outcome: "passed" | "failed" | "noted";
  readonly duration_ms: number;
}

export interface ValidationOptions {
  readonly backup: PgBackupDetails;
  readonly target: PgTarget;
  readonly host: PgHost;
  readonly data_dir: string;
  /** `full` reads every index and every page, too. */
  readonly depth: "quick" | "full";
  /** Whether the server must be exactly as when rows were counted. */
  readonly exact: boolean;
  readonly custom: readonly SqlValidation[];
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

const CHECK_MS = 6 * 3_600_000;
const SQL_MS = 10 * 60_000;
const TABLES_MAX = 1000;

/** Asks a restored server whether it is what it should be. What fails is a result, not an error. */
export async function validateRestored(options: ValidationOptions): Promise<Validation[]> {
  const { backup, target, host, clock, custom } = options;
  const results: Validation[] = [];
  const run = async (
    name: string,
    query: string,
    expected: string | null,
    work: () => Promise<string | null>,
    judge: (value: string | null) => Validation["outcome"] = (value) =>
      expected === null ? (value === null ? "failed" : "passed") : value === expected ? "passed" : "failed",
  ) => {
    options.signal?.throwIfAborted();
    const begun = clock.monotonic_ms();
    let [value, outcome]: [string | null, Validation["outcome"]] = [null, "failed"];
    try {
      value = await work();
      outcome = judge(value);
    } catch (error) {
      const { stderr, message } = error as { stderr?: string; message?: string };
      value = (stderr || message || String(error)).slice(0, 1000);
    }
    results.push({ name, query, value, expected, outcome, duration_ms: Math.round(clock.monotonic_ms() - begun) });
  };
  const ask = async (database: string, sql: string) => first(await askIn({ ...target, database }, sql));

  const open = "SELECT pg_is_in_recovery()";
  await run("open for writing", open, "false", () => ask("postgres", open));
  for (const database of backup.databases ?? []) {
    if (database.schema_hash !== undefined)
      await run(
        `schema of ${database.name}`,
        "hash of tables, columns, indexes and constraints",
        database.schema_hash,
        async () => inDatabase({ ...target, database: database.name }, schemaHash),
        (value) => (value === database.schema_hash ? "passed" : options.exact ? "failed" : "noted"),
      );
    for (const [table, count] of Object.entries(database.rows ?? {}).slice(0, TABLES_MAX)) {
      const sql = `SELECT count(*) FROM ${table}`;
      await run(
        `rows of ${database.name}.${table}`,
        sql,
        String(count),
        () => ask(database.name, sql),
        (value) => (value === String(count) ? "passed" : options.exact ? "failed" : "noted"),
      );
    }
  }
  for (const { name, database, sql, expect } of custom)
    await run(name, sql, expect ?? null, () => ask(database ?? target.database, sql));
  if (options.depth === "full") {
    const where = ["-h", target.host, "-p", String(target.port), "-U", target.user];
    await run(
      "structure of tables and indexes",
      "pg_amcheck --all --install-missing --heapallindexed --parent-check",
      "",
      async () =>
        (
          await runOnHost(
            host,
            "pg_amcheck",
            ["--all", "--install-missing", "--heapallindexed", "--parent-check", ...where],
            CHECK_MS,
          )
        ).trim(),
    );
    if (backup.data_checksums)
      await run("checksum of every page", "pg_checksums --check", "0", () => checksums(options));
  }
  return results;
}

/** Pages are checked while the server is down; it runs again afterwards. */
async function checksums({ host, data_dir, target, clock }: ValidationOptions): Promise<string> {
  await stopServer(host, data_dir);
  try {
    const said = await runOnHost(host, "pg_checksums", ["--check", "-D", data_dir], CHECK_MS);
    return /Bad checksums:\s+(\d+)/.exec(said)?.[1] ?? said;
  } finally {
    await startRecovered({ data_dir, host, port: target.port }, clock, { timeout_ms: SQL_MS });
  }
}

async function inDatabase<T>(target: PgTarget, work: (client: Awaited<ReturnType<typeof openSql>>) => Promise<T>) {
  const client = await openSql(target, SQL_MS);
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const askIn = (target: PgTarget, sql: string) =>
  inDatabase(target, async (client) => (await client.query({ text: sql, rowMode: "array" })).rows as unknown[][]);

function first(rows: readonly (readonly unknown[])[]): string | null {
  const value = rows[0]?.[0];
  if (value === undefined || value === null) return null;
  return value instanceof Date
    ? value.toISOString()
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
}
