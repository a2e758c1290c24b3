import {
  MariaConnection,
  type MariaIndex,
  mariaFirst,
  mariaSchemaHash,
  type MariaTarget,
  quoted,
  readDatabases,
} from "../../engine/source/mariadb/index.ts";
import type { SqlValidation, Validation } from "../../model/index.ts";
import { askCustom, type Asking, type Depth, Questions } from "./questions.ts";

/** A MariaDB server that a backup was loaded into. */
export interface MariadbSubject {
  readonly index: MariaIndex;
  readonly target: MariaTarget;
  /** Nothing was replayed behind the backup: counts and definitions must be those of the backup. */
  readonly exact: boolean;
  readonly custom: readonly SqlValidation[];
}

/** Asks a restored server whether it is what it should be. What fails is a result, not an error. */
export async function validateMariadb(
  { index, target, exact, custom }: MariadbSubject,
  depth: Depth,
  asking: Asking,
): Promise<readonly Validation[]> {
  const questions = new Questions(asking);
  const sql = await MariaConnection.open(target);
  const like = (wanted: string) => (value: string | null) =>
    value === wanted ? ("passed" as const) : exact || value === null ? ("failed" as const) : ("noted" as const);
  try {
    await questions.ask({
      name: "definitions",
      query: "SHOW CREATE … of everything, SHA-256",
      expected: index.schema_hash,
      work: async () => mariaSchemaHash(await readDatabases(sql, index.databases)),
      judge: like(index.schema_hash),
    });
    const rows = new Map<string, number>();
    for (const { database, table, rows: count } of index.parts) {
      const name = `${quoted(database)}.${quoted(table)}`;
      rows.set(name, (rows.get(name) ?? 0) + count);
    }
    // Of copied files nobody counted rows: their tables are checked.
    const copied = "physical" in index && depth === "full" ? await readDatabases(sql, index.databases) : [];
    for (const { name: database, tables } of copied)
      for (const { name: table, sequence } of tables) {
        if (sequence) continue;
        const query = `CHECK TABLE ${quoted(database)}.${quoted(table)} EXTENDED`;
        const work = async () => (await sql.query(query)).at(-1)?.["Msg_text"] ?? null;
        await questions.ask({ name: `check of ${quoted(database)}.${quoted(table)}`, query, expected: "OK", work });
      }
    for (const [name, count] of rows) {
      const query = `SELECT COUNT(*) FROM ${name}`;
      const expected = String(count);
      const work = () => mariaFirst(sql, query);
      await questions.ask({ name: `rows of ${name}`, query, expected, work, judge: like(expected) });
      if (depth !== "full") continue;
      const check = `CHECK TABLE ${name} EXTENDED`;
      await questions.ask({
        name: `check of ${name}`,
        query: check,
        expected: "OK",
        work: async () => (await sql.query(check)).at(-1)?.["Msg_text"] ?? null,
      });
    }
    await askCustom(questions, custom, index.answers ?? {}, async (database, query) => {
      if (database !== undefined) await sql.query(`USE ${quoted(database)}`);
      return mariaFirst(sql, query);
    });
    return questions.results;
  } finally {
    sql.close();
  }
}
