import pg from "pg";

/** Name under which a connection has {@link SEE_TEXT} prepared. */
export const SEE = "see";
export const SEE_TEXT =
  "select set_config('role', $1, false), set_config('holdfast.scope', $2, false), set_config('holdfast.project', $3, false)";

/** What pg calls while it sends a query and reads its answer; its declarations leave this out. */
interface Steps {
  prepare(connection: Wire): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Wire): void;
}

interface Wire {
  bind(portal: { readonly portal: string; readonly statement: string; readonly values: readonly string[] }): void;
  execute(portal: { readonly portal: string; readonly rows: number }): void;
}

const Query = (
  pg as unknown as { Query: new (config: object, values: undefined, done: Done) => Steps & pg.Submittable }
).Query;

type Done = (error: Error | null, result: pg.QueryResult) => void;

/**
 * A query that first says with whose eyes it looks, in the same flight of messages: PostgreSQL works through them in
 * order, and skips what follows one that failed, so the query never runs with the eyes of before. What was set is
 * taken back when the query fails.
 */
class SeeingQuery extends Query {
  readonly #settings: readonly string[];
  #seeing = true;

  constructor(query: pg.QueryConfig, settings: readonly string[], done: Done) {
    super({ ...query, queryMode: "extended" }, undefined, done);
    this.#settings = settings;
  }

  override prepare(connection: Wire): void {
    connection.bind({ portal: "", statement: SEE, values: this.#settings });
    connection.execute({ portal: "", rows: 0 });
    super.prepare(connection);
  }

  override handleDataRow(message: unknown): void {
    if (!this.#seeing) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Wire): void {
    if (this.#seeing) this.#seeing = false;
    else super.handleCommandComplete(message, connection);
  }
}

/** Asks with these settings in force, on a connection that has {@link SEE} prepared. */
export function askSeeing(
  client: pg.ClientBase,
  query: pg.QueryConfig,
  settings: readonly string[],
): Promise<pg.QueryResult> {
  return new Promise((done, fail) => {
    client.query(new SeeingQuery(query, settings, (error, result) => (error === null ? done(result) : fail(error))));
  });
}
