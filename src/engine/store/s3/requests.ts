import type { S3Client } from "@aws-sdk/client-s3";
import type { Clock, Random } from "../../../base/index.ts";
import { storeError } from "../errors.ts";
import type { S3Timeouts } from "./client.ts";
import { isClockSkew } from "./errors.ts";

/** What all requests of a store share. */
export interface Wire {
  readonly client: S3Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly timeouts: S3Timeouts;
  readonly bucket: string;
  /** Service and bucket: the same in all stores in one bucket. */
  readonly place: string;
  /** Before every key. */
  readonly prefix: string;
  /** For messages. */
  readonly description: string;
  /** Certificate authorities (PEM) that are trusted instead of the system's. */
  readonly ca?: string;
}

export interface Patience {
  /** What is going on, for the message of a time-out. */
  readonly doing: string;
  readonly limit_ms: number;
  readonly signal?: AbortSignal | undefined;
}

/** Times a request may be signed anew after the client has learnt how far its clock is off. */
const SKEW_REPEATS_MAX = 2;

/**
 * Runs requests under a time limit and the caller's signal. When the service refuses a request because our clock is
 * off, the client learns the service's time from the refusal, and the request is signed once more.
 * @throws STORE_TIMEOUT, STORE_ABORTED, and what the client throws
 */
export async function within<T>(wire: Wire, patience: Patience, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { doing, limit_ms, signal: outer } = patience;
  const finished = new AbortController();
  const giveUp = new AbortController();
  const signal = outer === undefined ? giveUp.signal : AbortSignal.any([outer, giveUp.signal]);
  const limit = wire.clock.sleep(limit_ms, finished.signal).then(
    () => {
      giveUp.abort();
      throw storeError("STORE_TIMEOUT", `${doing} in ${wire.description} took over ${limit_ms} ms`);
    },
    () => new Promise<never>(() => undefined), // it ended first
  );
  try {
    for (let repeats = 0; ; repeats++) {
      try {
        return await Promise.race([run(signal), limit]);
      } catch (error) {
        if (!isClockSkew(error) || repeats >= SKEW_REPEATS_MAX) throw error;
      }
    }
  } catch (error) {
    if (outer?.aborted) throw storeError("STORE_ABORTED", `cancelled while ${doing}`, {}, outer.reason);
    throw error;
  } finally {
    finished.abort();
  }
}

/** A request without content. */
export function quickly<T>(wire: Wire, doing: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return within(wire, { doing, limit_ms: wire.timeouts.request_ms }, run);
}
