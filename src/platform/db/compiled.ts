import type { CompiledQuery } from "kysely";
import type { Db } from "./transaction.ts";

/** Stands in a statement where a value comes. */
class Slot {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
}

interface Compilable<Row> {
  compile(): CompiledQuery<Row>;
}

/** Shapes of statements that are kept; a list has one for each combination of its filters' fields that is asked for. */
const STATEMENTS_MAX = 1000;

/**
 * Statements built and compiled once for each key, which costs more than to send them. `build` gets placeholders for
 * its values and must pass them on as they are; whatever else it writes into the statement must follow from the key.
 *
 * @example
 *   const named = compiledStatements<[name: string], ProjectRow>();
 *   const rows = await named(db, "by name", [name], (slots) =>
 *     db.selectFrom("projects").selectAll().where("name", "=", slots[0]));
 */
export function compiledStatements<Values extends readonly unknown[], Row>() {
  const statements = new Map<string, CompiledQuery<Row>>();
  return async (db: Db, key: string, values: Values, build: (slots: Values) => Compilable<Row>): Promise<Row[]> => {
    let statement = statements.get(key);
    if (statement === undefined) {
      statement = build(values.map((_, index) => new Slot(index)) as unknown as Values).compile();
      if (statements.size >= STATEMENTS_MAX) statements.clear();
      statements.set(key, statement);
    }
    const parameters = statement.parameters.map((each) => (each instanceof Slot ? values[each.index] : each));
    return (await db.executeQuery<Row>({ ...statement, parameters })).rows;
  };
}
