import { isTimeZone, zonedTime } from "../../model/index.ts";
import { replicationError } from "./errors.ts";

const TEXT = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d) (\S+)$/;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** Clocks change by an hour: looked at in such steps, a window that begins early is not overslept. */
const STEP_MINUTES = 60;
/** Two days: it opens in each. */
const STEPS_MAX = 48;

/** Hours of each day, in minutes from midnight as clocks in the zone show it; may go over midnight. */
export interface TransferWindow {
  readonly from: number;
  readonly to: number;
  readonly zone: string;
}

/** @param text `22:00-06:00 Asia/Dhaka` @throws LINK_WINDOW_INVALID */
export function parseWindow(text: string): TransferWindow {
  const [, from_hour, from_minute, to_hour, to_minute, zone = ""] = TEXT.exec(text) ?? [];
  const from = Number(from_hour) * 60 + Number(from_minute);
  const to = Number(to_hour) * 60 + Number(to_minute);
  if (zone !== "" && isTimeZone(zone) && from !== to) return { from, to, zone };
  throw replicationError("LINK_WINDOW_INVALID", `"${text}" is no transfer window`, { window: text });
}

export function isOpen(window: TransferWindow, at_ms: number): boolean {
  const { from, to } = window;
  const now = minutesOf(window, at_ms);
  return from < to ? now >= from && now < to : now >= from || now < to;
}

/** When it opens next; `at_ms` itself while it is open. */
export function opensAt(window: TransferWindow, at_ms: number): number {
  let next_ms = at_ms;
  for (let step = 0; step < STEPS_MAX && !isOpen(window, next_ms); step++) {
    const wait = (window.from - minutesOf(window, next_ms) + DAY_MINUTES) % DAY_MINUTES;
    next_ms = Math.floor(next_ms / MINUTE_MS) * MINUTE_MS + Math.min(Math.max(1, wait), STEP_MINUTES) * MINUTE_MS;
  }
  return next_ms;
}

/** Which part of a day it is open. */
export function shareOfDay({ from, to }: TransferWindow): number {
  return ((to - from + DAY_MINUTES) % DAY_MINUTES) / DAY_MINUTES;
}

function minutesOf({ zone }: TransferWindow, at_ms: number): number {
  const { hour, minute } = zonedTime(at_ms, zone);
  return hour * 60 + minute;
}
