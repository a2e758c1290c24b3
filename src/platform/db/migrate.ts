import { Migrator } from "kysely/migration";
import type { Kysely } from "kysely";
import { databaseError } from "./errors.ts";
import { migrations } from "./migrations/index.ts";
import type { Tables } from "./schema.ts";

/**
 * Brings the schema up to date and returns the names of the migrations it applied. All in one transaction, which holds
 * a PostgreSQL advisory lock: servers that start together wait for one another.
 * @throws DATABASE_TOO_NEW, DATABASE_MIGRATION_FAILED
 */
export async function migrate(db: Kysely<Tables>): Promise<readonly string[]> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes("corrupted migrations") || message.includes("is missing")) {
      throw databaseError(
        "DATABASE_TOO_NEW",
        `the database has migrations this version does not know: ${message}`,
        {},
        error,
      );
    }
    const failed = results?.find((result) => result.status === "Error")?.migrationName ?? "(none started)";
    throw databaseError(
      "DATABASE_MIGRATION_FAILED",
      `migration ${failed} failed: ${message}`,
      { migration: failed },
      error,
    );
  }
  return (results ?? []).map((result) => result.migrationName);
}
