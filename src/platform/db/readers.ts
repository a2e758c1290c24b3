import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Logger } from "../log/index.ts";
import { type Lanes, openLanes } from "./lanes.ts";
import { type RowScope, scopeSettings } from "./row-security.ts";
import { askSeeing, SEE, SEE_TEXT } from "./seeing.ts";
import type { Tables } from "./schema.ts";
import type { Db } from "./transaction.ts";

/**
 * Connections for reading, apart from those that write: each statement by itself, in one round trip, and what is asked
 * often is parsed and planned once a connection. A connection that ever had a scope serves scopes for ever, so what
 * sees everything is never what saw a tenant a moment ago, nor the other way round.
 */
export interface Readers {
  /** With the server's own eyes. */
  readonly all: Db;
  /** Sees what is in scope and nothing else, like a transaction after `enterRowScope`. */
  in(scope: RowScope): Db;
  close(): Promise<void>;
}

/** Two cores keep no more than a few backends busy; the rest is for reads that take long. */
const CONNECTIONS_MAX = 8;
/** Kept per scope: a few objects, no connection. */
const SCOPES_MAX = 1000;
/** A statement is prepared once it came so often… */
const PREPARED_FROM = 16;
/** …and while there are no more than these: each takes some 50 KB of each connection. */
const PREPARED_MAX = 100;
const SEEN_MAX = 10_000;
const CACHED_PLAN_CHANGED = "0A000";
const NOT_PREPARED = "26000";
/** What fails down a lane and would do by itself: its tables changed, or what prepared it failed. */
const ATTEMPT_AGAIN = new Set([CACHED_PLAN_CHANGED, NOT_PREPARED]);

/** A statement that carries this is planned for the values it comes with: they decide which index serves. */
export const PLANNED_EACH_TIME = "/* planned each time */";
/** A statement that carries this takes a millisecond or so: others may wait behind it on its connection. */
export const QUICK = "/* quick */";

export function openReaders(config: pg.PoolConfig, log: Logger): Readers {
  const statements = createStatements();
  const open = () => {
    const pool = new pg.Pool({ ...config, max: CONNECTIONS_MAX });
    pool.on("error", (error) => log.warn({ error }, "a database connection broke"));
    pool.on("connect", (client) => {
      client.on("error", (error) => log.debug({ error }, "a database connection broke while it was used"));
    });
    return pool;
  };
  const [plain, scoped] = [open(), open()];
  const [plain_lanes, scoped_lanes] = [openLanes(config, log), openLanes(config, log)];
  const over = (connect: () => Asking) =>
    new Kysely<Tables>({
      dialect: new PostgresDialect({ pool: { connect: async () => connect(), end: async () => {} } as never }),
    });

  const readers = new WeakMap<pg.PoolClient, Reader>();
  const readerOf = (client: pg.PoolClient) => {
    let reader = readers.get(client);
    if (reader === undefined) readers.set(client, (reader = new Reader(client, statements)));
    return reader;
  };
  const scopes = new Map<string, Db>();
  return {
    all: over(() => new Asking(plain_lanes, undefined, statements, async () => readerOf(await plain.connect()))),
    in(scope) {
      const settings = scopeSettings(scope);
      const key = JSON.stringify(settings);
      let db = scopes.get(key);
      if (db === undefined) {
        if (scopes.size >= SCOPES_MAX) scopes.clear();
        const { role, scope: of_all, project } = settings;
        const connect = async () => {
          const reader = readerOf(await scoped.connect());
          reader.want({ key, settings });
          return reader;
        };
        db = over(() => new Asking(scoped_lanes, [role, of_all, project], statements, connect));
        scopes.set(key, db);
      }
      return db;
    },
    async close() {
      await Promise.all([plain.end(), scoped.end(), plain_lanes.close(), scoped_lanes.close()]);
    },
  };
}

interface Sight {
  readonly key: string;
  readonly settings: ReturnType<typeof scopeSettings>;
}

/**
 * What Kysely takes for a connection: quick statements go down a lane, and the first that is not, such as the begin of
 * a transaction, takes a connection for as long as this is held.
 */
class Asking {
  readonly #lanes: Lanes;
  readonly #settings: readonly string[] | undefined;
  readonly #statements: Statements;
  readonly #connect: () => Promise<Reader>;
  #own: Reader | undefined;

  constructor(
    lanes: Lanes,
    settings: readonly string[] | undefined,
    statements: Statements,
    connect: () => Promise<Reader>,
  ) {
    this.#lanes = lanes;
    this.#settings = settings;
    this.#statements = statements;
    this.#connect = connect;
  }

  async query(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
    const quick = this.#own === undefined && text.endsWith(QUICK) ? this.#statements.nameOf(text) : undefined;
    const asked =
      quick === undefined ? undefined : this.#lanes.ask({ name: quick, text, values: [...values] }, this.#settings);
    if (asked !== undefined) {
      try {
        return await asked;
      } catch (error) {
        if (!ATTEMPT_AGAIN.has(String((error as { code?: string }).code))) throw error;
      }
    }
    this.#own ??= await this.#connect();
    return this.#own.query(text, values);
  }

  release(): void {
    this.#own?.release();
  }
}

/** A connection that prepares what is asked often, and knows what it sees. */
class Reader {
  readonly #client: pg.PoolClient;
  readonly #statements: Statements;
  #wanted: Sight | undefined;
  /** Undefined until it is certain: a new connection, or one whose last statement failed. */
  #seen: string | undefined;
  #can_see = false;
  /** Statements whose tables changed since they were prepared here. */
  readonly #stale = new Set<string>();

  constructor(client: pg.PoolClient, statements: Statements) {
    this.#client = client;
    this.#statements = statements;
  }

  /** Every statement from here on is seen with these settings, or fails. */
  want(sight: Sight): void {
    this.#wanted = sight;
  }

  async query(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
    const name = this.#statements.nameOf(text);
    const query = { text, values: [...values], ...(name === undefined || this.#stale.has(name) ? {} : { name }) };
    try {
      return await this.#ask(query);
    } catch (error) {
      if (name === undefined || (error as { code?: string }).code !== CACHED_PLAN_CHANGED) throw error;
      this.#stale.add(name);
      return this.#ask({ text, values: query.values });
    }
  }

  async #ask(query: pg.QueryConfig): Promise<pg.QueryResult> {
    const sight = this.#wanted;
    if (sight === undefined || sight.key === this.#seen) return this.#client.query(query);
    this.#seen = undefined;
    const { role, scope, project } = sight.settings;
    const see = { name: SEE, text: SEE_TEXT, values: [role, scope, project] };
    if (!this.#can_see || !query.text.startsWith("select")) {
      await this.#client.query(see);
      this.#can_see = true;
      this.#seen = sight.key;
      return this.#client.query(query);
    }
    const result = await askSeeing(this.#client, query, see.values);
    this.#seen = sight.key;
    return result;
  }

  release(): void {
    this.#client.release();
  }
}

interface Statements {
  /** The name under which to prepare it; undefined for what is not asked often. */
  nameOf(text: string): string | undefined;
}

function createStatements(): Statements {
  const seen = new Map<string, { times: number; name: string | undefined }>();
  let prepared = 0;
  return {
    nameOf(text) {
      const known = seen.get(text);
      if (known === undefined) {
        if (text.endsWith(PLANNED_EACH_TIME) || !text.startsWith("select")) return undefined;
        if (seen.size < SEEN_MAX) seen.set(text, { times: 1, name: undefined });
        return undefined;
      }
      if (known.name === undefined && ++known.times >= PREPARED_FROM && prepared < PREPARED_MAX) {
        known.name = `read_${++prepared}`;
      }
      return known.name;
    },
  };
}
