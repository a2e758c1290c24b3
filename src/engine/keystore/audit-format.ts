import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { z } from "zod";
import { type AuditEntry, type AuditHead, canonicalJson } from "../keys/index.ts";

export const FIRST_PREV = "0".repeat(64);
export const EMPTY_HEAD: AuditHead = { seq: 0, hash: FIRST_PREV };
export const HEAD_NAME = "head.json";

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const entrySchema = z.strictObject({
  seq: z.int().min(1),
  at: z.iso.datetime(),
  principal: z.string(),
  action: z.string(),
  outcome: z.enum(["STARTED", "OK", "DENIED", "FAILED", "INTERRUPTED"]),
  key_id: z.string().optional(),
  key_version: z.int().optional(),
  context: z.record(z.string(), z.string()).optional(),
  change_id: z.string().optional(),
  detail: z.record(z.string(), z.union([z.string(), z.int()])).optional(),
  prev: hash,
  hash,
}) satisfies z.ZodType<AuditEntry>;
const headSchema = z.strictObject({ seq: z.int().min(0), hash, mac: hash });

/** Completes an entry with its hash. */
export function chainEntry(entry: Omit<AuditEntry, "hash">): AuditEntry {
  return { ...entry, hash: entryHash(entry) };
}

/** The entry in this line, or null when the line is not one or its hash is not its own. */
export function parseEntry(line: string): AuditEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null; // reported by the caller, with its place
  }
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) return null;
  const { hash: stated, ...entry } = parsed.data;
  return entryHash(entry) === stated ? parsed.data : null;
}

function entryHash(entry: Omit<AuditEntry, "hash">): string {
  return createHash("sha256")
    .update(canonicalJson({ ...entry }))
    .digest("hex");
}

/** The head file: the last entry known durable, sealed with a key that lies outside the folder. */
export function formatHead(head: AuditHead, mac_key: Buffer): string {
  return `${JSON.stringify({ seq: head.seq, hash: head.hash, mac: headMac(head, mac_key).toString("hex") })}\n`;
}

/** null when damaged or, given the key, not sealed with it. */
export function parseHead(text: string, mac_key: Buffer | null): AuditHead | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // reported by the caller
  }
  const parsed = headSchema.safeParse(value);
  if (!parsed.success) return null;
  const head = { seq: parsed.data.seq, hash: parsed.data.hash };
  if (mac_key !== null && !timingSafeEqual(Buffer.from(parsed.data.mac, "hex"), headMac(head, mac_key))) return null;
  return head;
}

function headMac(head: AuditHead, mac_key: Buffer): Buffer {
  return createHmac("sha256", mac_key)
    .update(canonicalJson({ seq: head.seq, hash: head.hash }))
    .digest();
}

/** `audit-0000000000000001.jsonl`: named after the first entry it holds. */
export function segmentName(first_seq: number): string {
  return `audit-${String(first_seq).padStart(16, "0")}.jsonl`;
}

export interface Segment {
  readonly name: string;
  readonly first_seq: number;
}

/** In order. */
export async function listSegments(dir: string): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const name of (await readdir(dir)).sort()) {
    const match = /^audit-(\d{16})\.jsonl$/.exec(name);
    if (match !== null) segments.push({ name, first_seq: Number(match[1]) });
  }
  return segments;
}

/** The lines of a segment; the file is closed however the caller leaves the loop. */
export async function* readLines(path: string): AsyncGenerator<string, void, undefined> {
  const input = createReadStream(path, "utf8");
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } finally {
    input.destroy();
  }
}
