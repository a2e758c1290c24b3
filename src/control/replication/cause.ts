import type { RegionLink } from "./links.ts";
import { parseWindow, shareOfDay } from "./window.ts";

const DAY_SECONDS = 86_400;

/** Why copies wait, what has to change first being told first. */
export type LagCause =
  | "window_closed"
  | "target_quota"
  | "link_down"
  | "copy_failed"
  | "source_faster_than_link"
  | "copying"
  | "queued";

export interface LagFacts {
  readonly waiting: number;
  readonly running: number;
  readonly backlog_bytes: number;
  /** What backups that are to be copied added in the last 24 hours. */
  readonly source_bytes_24h: number;
  readonly copied_bytes_24h: number;
  /** While a copy was running; null: none ended in the last 24 hours. */
  readonly bytes_per_second_24h: number | null;
  /** Of the copies that wait, the newest failure. */
  readonly failure: { readonly status_reason: string | null; readonly message: string } | null;
  readonly link: RegionLink | null;
}

/** Null: nothing waits. The sentence names figures, and what helps. */
export function causeOfLag(facts: LagFacts): { readonly cause: LagCause; readonly text: string } | null {
  const { waiting, running, backlog_bytes, link, failure } = facts;
  if (waiting === 0) return null;
  if (link !== null && !link.open)
    return { cause: "window_closed", text: `the link is open ${link.window}, next at ${link.opens_at}` };
  if (failure !== null) return ofFailure(failure.status_reason, failure.message);
  const can = capacity(facts);
  const needs = facts.source_bytes_24h / DAY_SECONDS;
  if (can !== null && needs > can) {
    const text = `backups add ${rate(needs)}, the link carries ${rate(can)}: raise its limit or widen its window, or back up less`;
    return { cause: "source_faster_than_link", text };
  }
  if (running > 0) {
    const left = can === null || can === 0 ? "" : `, done in about ${Math.ceil(backlog_bytes / can / 60)} minutes`;
    return { cause: "copying", text: `${running} of ${waiting} copies are being sent${left}` };
  }
  return { cause: "queued", text: `${waiting} copies wait for a free worker` };
}

function ofFailure(status_reason: string | null, message: string): { cause: LagCause; text: string } {
  switch (status_reason) {
    case "StorageQuotaExceeded":
      return { cause: "target_quota", text: `the target is full: ${message}` };
    case "StorageUnavailable":
    case "NetworkTimeout":
    case "TargetNotWritable":
      return { cause: "link_down", text: `no way through: ${message}` };
    default:
      return { cause: "copy_failed", text: message };
  }
}

/** Bytes a second the link carries, over a whole day; null: nobody knows yet. */
function capacity({ link, bytes_per_second_24h }: LagFacts): number | null {
  const limit = link?.bytes_per_second ?? null;
  const most = limit ?? bytes_per_second_24h;
  if (most === null) return null;
  if (link === null || link.window === null) return most;
  return most * shareOfDay(parseWindow(link.window));
}

function rate(bytes_per_second: number): string {
  return `${Math.round(bytes_per_second)} bytes/s`;
}
