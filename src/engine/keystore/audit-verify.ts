import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AuditHead, AuditVerdict } from "../keys/index.ts";
import { EMPTY_HEAD, HEAD_NAME, listSegments, parseEntry, parseHead, readLines } from "./audit-format.ts";

/**
 * Recomputes the whole chain from the folder alone and reports the first place where it does not hold: an altered line,
 * a missing or inserted one, a missing segment, or an end before the point the head file (or `known_head`, remembered
 * elsewhere) proves to have existed. Needs no secret; with `head_key` the head file's seal is checked too.
 *
 * @param options.until_seq stop here: the end as the caller knows it, while a writer goes on
 */
export async function verifyAuditLog(
  dir: string,
  options: { head_key?: Buffer | undefined; known_head?: AuditHead | undefined; until_seq?: number | undefined } = {},
): Promise<AuditVerdict> {
  const proofs: { what: string; head: AuditHead }[] = [];
  let last = EMPTY_HEAD;
  const broken = (segment: string, line: number, reason: string): AuditVerdict => ({
    ok: false,
    entries_count: last.seq,
    head: last,
    first_broken: { segment, line, seq: last.seq + 1, reason },
  });
  // Read before the segments: what it proves durable must then be in them, whatever a live writer adds meanwhile.
  const head_text = await readOptional(join(dir, HEAD_NAME));
  const stored = head_text === null ? null : parseHead(head_text, options.head_key ?? null);
  if (stored !== null) proofs.push({ what: "the head file", head: stored });
  if (options.known_head !== undefined) proofs.push({ what: "the remembered head", head: options.known_head });

  // The head is durable, so a head beyond `until_seq` means only that a live writer has gone on.
  const until_seq = Math.max(options.until_seq ?? Number.POSITIVE_INFINITY, stored?.seq ?? 0);
  const segments = await listSegments(dir);
  let segment_name = HEAD_NAME;
  let line_number = 0;
  scan: for (const segment of segments) {
    segment_name = segment.name;
    line_number = 0;
    if (segment.first_seq !== last.seq + 1) return broken(segment.name, 0, `entry ${last.seq + 1} is in no segment`);
    for await (const line of readLines(join(dir, segment.name))) {
      if (last.seq >= until_seq) break scan;
      line_number++;
      const entry = parseEntry(line);
      if (entry === null) return broken(segment.name, line_number, "the line is not an entry, or was altered");
      if (entry.seq !== last.seq + 1) return broken(segment.name, line_number, `holds entry ${entry.seq} out of order`);
      if (entry.prev !== last.hash) return broken(segment.name, line_number, "does not continue the entry before it");
      last = { seq: entry.seq, hash: entry.hash };
      for (const { what, head } of proofs) {
        if (head.seq === last.seq && head.hash !== last.hash) {
          return broken(segment.name, line_number, `is not the entry that ${what} knows`);
        }
      }
    }
  }
  for (const { what, head } of proofs) {
    if (head.seq > last.seq)
      return broken(segment_name, line_number + 1, `the log was cut off: ${what} knows entry ${head.seq}`);
  }
  if (last.seq > 0 && stored === null) {
    return broken(HEAD_NAME, 0, head_text === null ? "the head file is missing" : "the head file was altered");
  }
  return { ok: true, entries_count: last.seq, head: last, first_broken: null };
}

async function readOptional(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
