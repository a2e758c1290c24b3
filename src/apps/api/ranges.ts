import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** Bytes `[start, end)`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What is in a backup never changes, so its entry stands for its bytes; of a file inside an image, the backup and path.
 */
export function entityTag(
  node: { readonly content: Buffer | undefined; readonly size: number },
  backup_id: string,
  path: Buffer,
): string {
  const hash = createHash("sha256")
    .update(`${node.size}\n`)
    .update(node.content ?? Buffer.concat([Buffer.from(`${backup_id}\n`), path]));
  return `"${hash.digest("hex").slice(0, 32)}"`;
}

/**
 * The one range a request asks for; `undefined`: everything. Several ranges, and what is no range at all, are answered
 * with everything, as RFC 9110 allows.
 */
export function rangeOf(
  headers: IncomingHttpHeaders,
  size: number,
  tag: string,
): ByteRange | "unsatisfiable" | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  const if_range = headers["if-range"];
  if (if_range !== undefined && if_range !== tag) return undefined;
  if (match[1] === "") {
    const length = Math.min(size, Number(match[2]));
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size };
  }
  const start = Number(match[1]);
  const last = match[2] === "" ? size - 1 : Number(match[2]);
  if (last < start && match[2] !== "") return undefined;
  return start >= size ? "unsatisfiable" : { start, end: Math.min(size, last + 1) };
}
