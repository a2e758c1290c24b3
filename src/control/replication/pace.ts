import type { Clock } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { postponed } from "../jobs/index.ts";
import { findLink, type RegionLink } from "./links.ts";

/** How often a running copy asks whether its link was changed. */
const ASK_EVERY_MS = 5_000;
const BURST_MS = 1_000;

/** Copies of one way share what it may carry. */
export interface Links {
  /**
   * Asked before `bytes` are sent; with 0 before anything is done. @throws JOB_POSTPONED when the link's window is
   * closed
   */
  pass(from_region_id: string, to_region_id: string, bytes: number, signal: AbortSignal): Promise<void>;
}

interface Way {
  asked_ms: number;
  link: RegionLink | undefined;
  /** Bytes that asked for their turn so far, and how many of them the link has carried by its limit until `at_ms`. */
  asked_bytes: number;
  carried_bytes: number;
  at_ms: number;
}

export function createLinks({ db, clock }: { readonly db: Db; readonly clock: Clock }): Links {
  const ways = new Map<string, Way>();

  /** What was said of the link; whoever waits longer than {@link ASK_EVERY_MS} asks again. */
  const ask = async (way: Way, from: string, to: string, now: boolean): Promise<RegionLink | undefined> => {
    if (now || clock.monotonic_ms() - way.asked_ms >= ASK_EVERY_MS) {
      way.asked_ms = clock.monotonic_ms();
      way.link = await findLink(db, from, to, { clock });
    }
    return way.link;
  };

  const requireOpen = (link: RegionLink | undefined): void => {
    if (link === undefined || link.open || link.opens_at === null) return;
    const { opens_at, window, from_region, to_region } = link;
    const why = `the link from ${from_region} to ${to_region} is open ${window}; waits until ${opens_at}`;
    throw postponed(why, Date.parse(opens_at));
  };

  return {
    async pass(from, to, bytes, signal) {
      const key = `${from}>${to}`;
      const way = ways.get(key) ?? {
        asked_ms: Number.NEGATIVE_INFINITY,
        link: undefined,
        asked_bytes: 0,
        carried_bytes: 0,
        at_ms: Number.NEGATIVE_INFINITY,
      };
      ways.set(key, way);
      requireOpen(await ask(way, from, to, bytes === 0));
      if (bytes === 0) return;
      carry(way, way.link?.bytes_per_second ?? null, clock.monotonic_ms());
      way.asked_bytes += bytes;
      const turn = way.asked_bytes;
      for (;;) {
        // By the limit that was known, up to here.
        carry(way, way.link?.bytes_per_second ?? null, clock.monotonic_ms());
        const rate = (await ask(way, from, to, false))?.bytes_per_second ?? null;
        if (rate === null || way.carried_bytes >= turn) return;
        const left_ms = ((turn - way.carried_bytes) / rate) * 1000;
        // A limit that is changed meanwhile holds for what waits, too.
        await clock.sleep(Math.min(left_ms, ASK_EVERY_MS), signal);
      }
    },
  };
}

/**
 * Counts what the link has carried by now. One second's worth may pass at once; whatever is more waits for its own
 * time, however few the transfers are.
 */
function carry(way: Way, bytes_per_second: number | null, now_ms: number): void {
  const since_ms = now_ms - way.at_ms;
  way.at_ms = now_ms;
  if (bytes_per_second === null) way.carried_bytes = way.asked_bytes;
  else {
    const most = way.asked_bytes + (bytes_per_second * BURST_MS) / 1000;
    way.carried_bytes = Math.min(most, way.carried_bytes + (since_ms / 1000) * bytes_per_second);
  }
}
