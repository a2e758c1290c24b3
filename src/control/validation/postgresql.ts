import {
  openSql,
  pgFirst,
  type PgBackupDetails,
  type PgHost,
  type PgTarget,
  pgSchemaHash,
  runOnHost,
  startRecovered,
  stopServer,
} from "../../engine/source/postgresql/index.ts";
import type { SqlValidation, Validation } from "../../model/index.ts";
import { askCustom, type Asking, type Depth, Questions } from "./questions.ts";

/** A PostgreSQL server that was restored and runs. */
export interface PostgresqlSubject {
  readonly backup: PgBackupDetails;
  readonly target: PgTarget;
  readonly host: PgHost;
  readonly data_dir: string;
  /** Nothing was replayed behind the backup: counts and definitions must be those of the backup. */
  readonly exact: boolean;
  readonly custom: readonly SqlValidation[];
}

const CHECK_MS = 6 * 3_600_000;
const SQL_MS = 10 * 60_000;
const TABLES_MAX = 1000;
const AMCHECK = ["--all", "--install-missing", "--heapallindexed", "--parent-check"];

/** Asks a restored server whether it is what it should be. What fails is a result, not an error. */
export async function validatePostgresql(
  subject: PostgresqlSubject,
  depth: Depth,
  asking: Asking,
): Promise<readonly Validation[]> {
  const { backup, target, host, exact } = subject;
  const questions = new Questions(asking);
  const ask = (database: string, sql: string) => firstOf({ ...target, database }, sql);
  const like = (wanted: string) => (value: string | null) =>
    value === wanted ? ("passed" as const) : exact ? ("failed" as const) : ("noted" as const);

  const open = "SELECT pg_is_in_recovery()";
  await questions.ask({ name: "open for writing", query: open, expected: "false", work: () => ask("postgres", open) });
  for (const { name, schema_hash, rows } of backup.databases ?? []) {
    if (schema_hash !== undefined)
      await questions.ask({
        name: `schema of ${name}`,
        query: "hash of tables, columns, indexes and constraints",
        expected: schema_hash,
        work: () => inDatabase({ ...target, database: name }, pgSchemaHash),
        judge: like(schema_hash),
      });
    for (const [table, count] of Object.entries(rows ?? {}).slice(0, TABLES_MAX)) {
      const query = `SELECT count(*) FROM ${table}`;
      await questions.ask({
        name: `rows of ${name}.${table}`,
        query,
        expected: String(count),
        work: () => ask(name, query),
        judge: like(String(count)),
      });
    }
  }
  await askCustom(questions, subject.custom, backup.answers ?? {}, (database, sql) =>
    ask(database ?? target.database, sql),
  );
  if (depth === "full") {
    const where = ["-h", target.host, "-p", String(target.port), "-U", target.user];
    await questions.ask({
      name: "structure of tables and indexes",
      query: ["pg_amcheck", ...AMCHECK].join(" "),
      expected: "",
      work: async () => (await runOnHost(host, "pg_amcheck", [...AMCHECK, ...where], CHECK_MS)).trim(),
    });
    if (backup.data_checksums)
      await questions.ask({
        name: "checksum of every page",
        query: "pg_checksums --check",
        expected: "0",
        work: () => checksums(subject, asking),
      });
  }
  return questions.results;
}

/** Pages are checked while the server is down; it runs again afterwards. */
async function checksums({ host, data_dir, target }: PostgresqlSubject, { clock }: Asking): Promise<string> {
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

const firstOf = (target: PgTarget, sql: string) => inDatabase(target, (client) => pgFirst(client, sql));
