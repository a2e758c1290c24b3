import type { Clock } from "../../../base/index.ts";
import { MariaConnection, type MariaTarget, quoted } from "./connect.ts";
import { schemaHash, readDatabases } from "./inventory.ts";
import type { MariaIndex } from "./source.ts";

/** One question to a restored server, with what it answered. */
export interface MariaValidation {
  readonly name: string;
  readonly query: string;
  readonly value: string | null;
  readonly expected: string | null;
  readonly outcome: "passed" | "failed";
  readonly seconds: number;
}

export interface MariaQuestion {
  readonly name: string;
  readonly database?: string | undefined;
  readonly sql: string;
  readonly expect?: string | undefined;
}

export interface ValidateOptions {
  readonly target: MariaTarget;
  readonly index: MariaIndex;
  /** `quick` counts and compares; `full` has the server check every row and index, too. */
  readonly depth: "quick" | "full";
  /** Nothing was replayed: counts and definitions must be those of the backup. */
  readonly exact: boolean;
  readonly custom: readonly MariaQuestion[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Asks a restored server whether it is what it should be. A question it cannot answer is a failed one. */
export async function validateMaria(options: ValidateOptions): Promise<MariaValidation[]> {
  const { target, index, clock, signal } = options;
  const done: MariaValidation[] = [];
  const sql = await MariaConnection.open(target);
  const ask = async (name: string, query: string, expected: string | null, work: () => Promise<string | null>) => {
    signal.throwIfAborted();
    const begun = clock.monotonic_ms();
    const value = await work().catch((error: Error) => `error: ${error.message}`);
    const failed = expected === null ? value?.startsWith("error: ") === true : value !== expected;
    const seconds = Math.round(clock.monotonic_ms() - begun) / 1000;
    done.push({ name, query, value, expected, outcome: failed ? "failed" : "passed", seconds });
  };
  const first = async (query: string) => {
    const [row] = await sql.query(query);
    return row === undefined ? null : (Object.values(row)[0] ?? null);
  };
  try {
    if (options.exact)
      await ask("definitions", "SHOW CREATE … of everything, SHA-256", index.schema_hash, async () =>
        schemaHash(await readDatabases(sql, index.databases)),
      );
    const rows = new Map<string, number>();
    for (const { database, table, rows: count } of index.parts) {
      const name = `${quoted(database)}.${quoted(table)}`;
      rows.set(name, (rows.get(name) ?? 0) + count);
    }
    for (const [name, count] of rows) {
      const query = `SELECT COUNT(*) FROM ${name}`;
      await ask(`rows of ${name}`, query, options.exact ? String(count) : null, () => first(query));
      if (options.depth !== "full") continue;
      const check = `CHECK TABLE ${name} EXTENDED`;
      await ask(`check of ${name}`, check, "OK", async () => (await sql.query(check)).at(-1)?.["Msg_text"] ?? null);
    }
    for (const { name, database, sql: query, expect } of options.custom) {
      if (database !== undefined) await sql.query(`USE ${quoted(database)}`).catch(() => undefined); // the question says so
      await ask(name, query, expect ?? null, () => first(query));
    }
    return done;
  } finally {
    sql.close();
  }
}
