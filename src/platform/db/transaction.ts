import type { Kysely, Transaction } from "kysely";
import type { Clock, Random } from "../../base/index.ts";
import type { Tables } from "./schema.ts";

/** A connection pool or a transaction: what functions that only need to query take. */
export type Db = Kysely<Tables>;
/** Inside a transaction: what functions that write several rows together take. */
export type Tx = Transaction<Tables>;

/** What writing a row takes besides the database: a time and an id. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
}

export interface TransactionOptions {
  readonly isolation?: "read committed" | "repeatable read" | "serializable";
}

const ATTEMPTS_MAX = 5;
/** serialization_failure and deadlock_detected: PostgreSQL asks to run the whole transaction again. */
const RETRYABLE_SQLSTATES = new Set(["40001", "40P01"]);

/**
 * Runs `work` in a transaction and commits when it resolves. Inside another transaction it joins that one.
 * On a deadlock or a serialization failure everything runs again (five times at most), so `work` touches nothing but
 * the database.
 */
export async function withTransaction<T>(
  db: Db,
  work: (tx: Tx) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  if (db.isTransaction) return work(db as Tx);
  for (let attempt = 1; ; attempt++) {
    try {
      const builder = db.transaction();
      return await (options.isolation === undefined ? builder : builder.setIsolationLevel(options.isolation)).execute(
        work,
      );
    } catch (error) {
      if (attempt >= ATTEMPTS_MAX || !RETRYABLE_SQLSTATES.has(sqlState(error))) throw error;
    }
  }
}

/** SQLSTATE of an error that PostgreSQL reported, else the empty string. */
export function sqlState(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : "";
}

/** Did a write break the unique constraint or index of this name? */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return sqlState(error) === "23505" && (error as { constraint?: string }).constraint === constraint;
}
