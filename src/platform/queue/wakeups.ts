import { sql } from "kysely";
import pg from "pg";
import type { Clock } from "../../base/index.ts";
import type { Db } from "../db/index.ts";
import type { Logger } from "../log/index.ts";

/** `jobs`: a job was enqueued, changed or progressed (payload: its id). `events`: the event log grew. */
export type Channel = "holdfast_jobs" | "holdfast_events";
const CHANNELS: readonly Channel[] = ["holdfast_jobs", "holdfast_events"];

export interface Wakeups {
  /**
   * Calls `listener` with the payload of every wake-up, and with "" when some may have been missed. Returns how to stop
   * it.
   */
  subscribe(channel: Channel, listener: (payload: string) => void): () => void;
  close(): Promise<void>;
}

export interface WakeupPorts {
  readonly log: Logger;
  readonly clock: Clock;
}

const RECONNECT_MIN_MS = 200;
const RECONNECT_MAX_MS = 10_000;

/** Rings the channel when the transaction commits. */
export async function wake(tx: Db, channel: Channel, payload = ""): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(tx);
}

/**
 * Opens the connection that listens. When it breaks, it is opened again in the background; listeners poll meanwhile.
 */
export async function openWakeups(connection: pg.ClientConfig, ports: WakeupPorts): Promise<Wakeups> {
  const listeners = new Map<Channel, Set<(payload: string) => void>>(CHANNELS.map((channel) => [channel, new Set()]));
  const closing = new AbortController();
  let client: pg.Client | undefined;
  let reconnecting: Promise<void> | undefined;

  const connect = async (): Promise<void> => {
    const next = new pg.Client({ ...connection, application_name: "holdfast-wakeups", keepAlive: true });
    next.on("notification", ({ channel, payload }) => {
      for (const listener of listeners.get(channel as Channel) ?? []) listener(payload ?? "");
    });
    next.on("error", (error) => ports.log.warn({ error }, "the connection for wake-ups broke"));
    next.on("end", () => {
      if (client === next && !closing.signal.aborted) reconnecting = reconnect();
    });
    try {
      await next.connect();
      for (const channel of CHANNELS) await next.query(`listen ${channel}`);
    } catch (error) {
      await next.end().catch(() => undefined); // the connect error is the one to tell
      throw error;
    }
    client = next;
  };

  const reconnect = async (): Promise<void> => {
    client = undefined;
    for (
      let delay_ms = RECONNECT_MIN_MS;
      !closing.signal.aborted;
      delay_ms = Math.min(delay_ms * 2, RECONNECT_MAX_MS)
    ) {
      try {
        await ports.clock.sleep(delay_ms, closing.signal);
        await connect();
        for (const set of listeners.values()) for (const listener of set) listener("");
        return;
      } catch (error) {
        if (!closing.signal.aborted) ports.log.debug({ error }, "wake-ups: not connected yet");
      }
    }
  };

  await connect();
  return {
    subscribe(channel, listener) {
      const set = listeners.get(channel) ?? new Set();
      set.add(listener);
      return () => set.delete(listener);
    },
    async close() {
      closing.abort(new Error("closed"));
      await reconnecting;
      await client?.end();
    },
  };
}
