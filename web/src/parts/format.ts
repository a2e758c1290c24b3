/** Figures as people read them. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** `1.4 GiB`. */
export function bytesText(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return "–";
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

const counts = new Intl.NumberFormat("en");
export function countText(count: number | null | undefined): string {
  return count === null || count === undefined ? "–" : counts.format(count);
}

/** `3d 4h`, `5h 10m`, `12m`, `41s`; of milliseconds. */
export function spanText(span_ms: number): string {
  const seconds = Math.max(0, Math.round(span_ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 || minutes > 9 ? `${minutes}m` : `${minutes}m ${seconds % 60}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours}h` : `${hours}h ${minutes % 60}m`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days}d` : `${days}d ${hours % 24}h`;
}

export function secondsText(seconds: number | null | undefined): string {
  return seconds === null || seconds === undefined ? "–" : spanText(seconds * 1000);
}

/** `4m ago`, `in 3h`. */
export function relativeText(at_ms: number, now_ms: number): string {
  const away_ms = at_ms - now_ms;
  if (Math.abs(away_ms) < 5000) return "now";
  const parts = spanText(Math.abs(away_ms)).split(" ");
  const span = parts[0] ?? "";
  return away_ms > 0 ? `in ${span}` : `${span} ago`;
}

const stamp = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const dayStamp = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** In the reader's own zone. */
export function stampText(at: string | number): string {
  return stamp.format(new Date(at));
}
export function dayText(at: string | number): string {
  return dayStamp.format(new Date(at));
}
export function clockText(at: string | number): string {
  return clock.format(new Date(at));
}

const monthStamp = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

/** `November 2026`, of `2026-11`. */
export function monthText(month: string): string {
  const at = new Date(`${month}-01T00:00:00Z`);
  return Number.isNaN(at.getTime()) ? month : monthStamp.format(at);
}

const short = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const short_with_year = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
});

/** `26 Nov, 11:00`; with the year when it is another than this one. */
export function shortText(at: string | number): string {
  const date = new Date(at);
  return (date.getFullYear() === new Date().getFullYear() ? short : short_with_year).format(date);
}

/** `2026-05-11 02:00:00 UTC`. */
export function utcText(at: string | number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** A sentence of the server's, with its instants, hours and bytes as people here read them. */
export function readableText(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (at) => stampText(at))
    .replaceAll(/(\d{4}-\d\d-\d\dT\d\d)([+-]\d\d:\d\d)/g, (_, hour: string, zone: string) =>
      shortText(`${hour}:00:00${zone}`),
    )
    .replaceAll(/\b(\d{4,}) bytes\b/g, (_, bytes: string) => bytesText(Number(bytes)));
}

/** Sentences of the server's, each with a beginning and an end, one after the other. */
export function sentencesText(...sentences: readonly string[]): string {
  return sentences
    .filter((it) => it !== "")
    .map((it) => `${it.charAt(0).toUpperCase()}${it.slice(1)}${/[.!?:`]$/.test(it) ? "" : "."}`)
    .join(" ");
}

/** `Create backup`, of the API's `create_backup`. */
export function actionText(action: string): string {
  const words = action.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function percentText(part: number, whole: number): string {
  if (whole === 0) return "–";
  const percent = (part / whole) * 100;
  // Never 100 % while something is missing.
  return `${part === whole ? 100 : Math.min(99.9, Math.floor(percent * 10) / 10)} %`;
}
