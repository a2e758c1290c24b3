/** Positions in the write-ahead log: numbers inside, `16/B374D848` for people. */
export function parseLsn(text: string): bigint {
  const found = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text);
  if (found === null) throw new RangeError(`${JSON.stringify(text)} is no position in a write-ahead log`);
  return (BigInt(`0x${found[1] as string}`) << 32n) | BigInt(`0x${found[2] as string}`);
}

export function formatLsn(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`;
}

/** The file that holds position `lsn`, e.g. `000000010000000A000000FF`. */
export function segmentName(timeline: number, lsn: bigint, segment_bytes: number): string {
  const per_id = 0x1_0000_0000n / BigInt(segment_bytes);
  const number = lsn / BigInt(segment_bytes);
  return [BigInt(timeline), number / per_id, number % per_id]
    .map((part) => part.toString(16).toUpperCase().padStart(8, "0"))
    .join("");
}

/** Timeline and first position of a segment's file; `undefined` when the name is none. */
export function parseSegmentName(
  name: string,
  segment_bytes: number,
): { readonly timeline: number; readonly start: bigint } | undefined {
  const found = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/.exec(name);
  if (found === null) return undefined;
  const [, timeline, high, low] = found as unknown as [string, string, string, string];
  const per_id = 0x1_0000_0000n / BigInt(segment_bytes);
  const number = BigInt(`0x${high}`) * per_id + BigInt(`0x${low}`);
  return { timeline: Number.parseInt(timeline, 16), start: number * BigInt(segment_bytes) };
}

export const historyName = (timeline: number): string =>
  `${timeline.toString(16).toUpperCase().padStart(8, "0")}.history`;

export const segmentStart = (lsn: bigint, segment_bytes: number): bigint => lsn - (lsn % BigInt(segment_bytes));

/** Milliseconds since 1970 of PostgreSQL's microseconds since 2000-01-01. */
export const fromPgMicros = (micros: bigint): number => Number(micros / 1000n) + 946_684_800_000;
export const toPgMicros = (ms: number): bigint => BigInt(Math.round((ms - 946_684_800_000) * 1000));

/** A line of a history file: up to `switch_lsn` the log of `timeline` is ours. */
export interface HistoryStep {
  readonly timeline: number;
  readonly switch_lsn: bigint;
}

export function parseHistory(text: string): HistoryStep[] {
  return text
    .split("\n")
    .map((line) => /^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)/i.exec(line))
    .filter((found) => found !== null)
    .map((found) => ({ timeline: Number(found[1]), switch_lsn: parseLsn(found[2] as string) }));
}
