import pg from "pg";
import type { Logger } from "../log/index.ts";
import { askSeeing, SEE, SEE_TEXT } from "./seeing.ts";

/**
 * Connections on which many quick statements are under way at once: all that come within one turn of the event loop go
 * out in one write, and PostgreSQL answers them in order. To wait for each answer before the next question would wake a
 * process at either end for each, which takes longer than most of the answers.
 */
export interface Lanes {
  /** Undefined: all are as full as they may be. `settings` say with whose eyes, else with the server's own. */
  ask(query: pg.QueryConfig, settings?: readonly string[]): Promise<pg.QueryResult> | undefined;
  close(): Promise<void>;
}

/** Backends that may work at once. */
const LANES_MAX = 2;
/** Under way on one of them. */
const DEPTH_MAX = 64;

interface Lane {
  readonly client: Promise<pg.Client>;
  depth: number;
  corked: boolean;
}

/** What pg's declarations leave out. */
interface Inner {
  readonly connection: { readonly stream: { cork(): void; uncork(): void } };
}

export function openLanes(config: pg.ClientConfig, log: Logger): Lanes {
  const lanes = new Set<Lane>();
  let closed = false;

  const open = (settings: readonly string[] | undefined): Lane => {
    const client = new pg.Client({ ...config, pipeline: true } as pg.ClientConfig);
    const lane: Lane = { client: connect(client, settings), depth: 0, corked: false };
    // What was asked on it fails with it; the next question opens another.
    const gone = (error?: unknown) => {
      if (lanes.delete(lane) && !closed) log.warn({ error }, "a database connection broke");
    };
    client.on("error", gone);
    client.on("end", gone);
    lane.client.catch(gone);
    lanes.add(lane);
    return lane;
  };

  const askOn = async (lane: Lane, query: pg.QueryConfig, settings: readonly string[] | undefined) => {
    lane.depth++;
    try {
      const client = await lane.client;
      cork(lane, client);
      // Always said anew: a statement that failed took back what it had said, and others may be under way behind it.
      return await (settings === undefined ? client.query(query) : askSeeing(client, query, settings));
    } finally {
      lane.depth--;
    }
  };

  return {
    ask(query, settings) {
      let best: Lane | undefined;
      for (const lane of lanes) if (best === undefined || lane.depth < best.depth) best = lane;
      if (best === undefined || (best.depth > 0 && lanes.size < LANES_MAX)) best = open(settings);
      return best.depth >= DEPTH_MAX ? undefined : askOn(best, query, settings);
    },
    async close() {
      closed = true;
      const open_ones = [...lanes];
      lanes.clear();
      await Promise.allSettled(open_ones.map(async ({ client }) => (await client).end()));
    },
  };
}

async function connect(client: pg.Client, settings: readonly string[] | undefined): Promise<pg.Client> {
  try {
    await client.connect();
    if (settings !== undefined) await client.query({ name: SEE, text: SEE_TEXT, values: [...settings] });
    return client;
  } catch (error) {
    // Connected or not: nobody else would close it.
    await client.end().catch(() => undefined);
    throw error;
  }
}

/** Holds back what is written until whatever else has arrived meanwhile is written, too. */
function cork(lane: Lane, client: pg.Client): void {
  if (lane.corked) return;
  lane.corked = true;
  const { stream } = (client as unknown as Inner).connection;
  stream.cork();
  setImmediate(() => {
    lane.corked = false;
    stream.uncork();
  });
}
