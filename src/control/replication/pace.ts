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
  /** Until then the link is taken by what was let through. */
  paid_until_ms: number;
}

export function createLinks({ db, clock }: { readonly db: Db; readonly clock: Clock }): Links {
  const ways = new Map<string, Way>();
  return {
    async pass(from, to, bytes, signal) {
      const key = `${from}>${to}`;
      const way = ways.get(key) ?? {
        asked_ms: Number.NEGATIVE_INFINITY,
        link: undefined,
        paid_until_ms: Number.NEGATIVE_INFINITY,
      };
      ways.set(key, way);
      if (bytes === 0 || clock.monotonic_ms() - way.asked_ms >= ASK_EVERY_MS) {
        way.link = await findLink(db, from, to, { clock });
        way.asked_ms = clock.monotonic_ms();
      }
      const { link } = way;
      if (link === undefined) return;
      const { open, opens_at, window, from_region, to_region } = link;
      if (!open && opens_at !== null) {
        const why = `the link from ${from_region} to ${to_region} is open ${window}; waits until ${opens_at}`;
        throw postponed(why, Date.parse(opens_at));
      }
      if (link.bytes_per_second === null) return;
      const now_ms = clock.monotonic_ms();
      // One second's worth may pass at once; whatever is more waits for its own time, however few the transfers are.
      way.paid_until_ms = Math.max(way.paid_until_ms, now_ms - BURST_MS) + (bytes / link.bytes_per_second) * 1000;
      if (way.paid_until_ms > now_ms) await clock.sleep(way.paid_until_ms - now_ms, signal);
    },
  };
}
