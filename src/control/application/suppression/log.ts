import { createHash } from "node:crypto";
import type { Clock, Random } from "../../../base/index.ts";
import { appendPiece, deletePieces, type ListedPiece, listPieces, readPiece } from "../../../engine/log/index.ts";
import type { Repository } from "../../../engine/repository/index.ts";
import { applicationError } from "../errors.ts";

/** An address that must never be mailed again: everywhere, or within a scope (e.g. a list). */
export interface Suppression {
  readonly address: string;
  readonly scope: string | null;
  readonly reason: string;
  /** When it came to be, as whoever told it says. */
  readonly at: string | null;
  readonly recorded_at: string;
  readonly by: string;
}

/** Name of an application's log in its region. */
export const suppressionLog = (workload_id: string): string => `suppressions-${workload_id}`;

/** Entries of one piece. */
const ENTRIES_MAX = 5000;
/**
 * A position is a moment and 20 random bits, so that writers need not know of each other: milliseconds since 1970 take
 * 41 bits, a piece of 5,000 entries 13 of the 20.
 */
const LOW_BITS = 20n;
const TRIES = 8;
/** So many pieces become one. */
const MERGE_PIECES = 64;

/** What makes two entries one. Upper and lower case are the same address to whoever sends mail. */
export function digestOf({ address, scope }: Pick<Suppression, "address" | "scope">): string {
  return createHash("sha256")
    .update(JSON.stringify([address.toLowerCase(), scope ?? ""]))
    .digest("base64url");
}

/** Durable, and read back, when it resolves. @throws STORE_*, SUPPRESSION_NOT_APPLIED when no place was free */
export async function appendEntries(
  repository: Repository,
  workload_id: string,
  entries: readonly Suppression[],
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<void> {
  for (let at = 0; at < entries.length; at += ENTRIES_MAX)
    await appendBytes(repository, workload_id, entries.slice(at, at + ENTRIES_MAX), () => {
      const low = BigInt(Buffer.from(random.bytes(4)).readUInt32BE(0)) & ((1n << LOW_BITS) - 1n);
      return (BigInt(Math.trunc(clock.now_ms())) << LOW_BITS) | low;
    });
}

async function appendBytes(
  repository: Repository,
  workload_id: string,
  entries: readonly Suppression[],
  place: () => bigint,
): Promise<string> {
  const bytes = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  const times = entries.map(({ recorded_at }) => Date.parse(recorded_at));
  const [first_ms, last_ms] = [Math.min(...times), Math.max(...times)];
  for (let tries = 0; tries < TRIES; tries++) {
    const start = place();
    const piece = {
      log: suppressionLog(workload_id),
      start,
      end: start + BigInt(entries.length),
      first_ms,
      last_ms,
      marks: {},
    };
    const key = await appendPiece(repository, piece, bytes);
    // A piece of the same name that was there already is not overwritten: it may be another one.
    const read = await readPiece(repository, key);
    if (read.bytes.equals(bytes)) return key;
  }
  throw applicationError("SUPPRESSION_NOT_APPLIED", `no place was free in the log ${suppressionLog(workload_id)}`);
}

/** Every entry of the log, each once, the earliest of those that are the same. @throws LOG_DAMAGED, STORE_* */
export async function readEntries(repositories: readonly Repository[], workload_id: string): Promise<Suppression[]> {
  const found = new Map<string, Suppression>();
  const seen = new Set<string>();
  for (const repository of repositories) {
    for await (const { key } of listPieces(repository.store, suppressionLog(workload_id))) {
      if (seen.has(key)) continue;
      seen.add(key);
      for (const entry of await entriesIn(repository, key)) {
        const digest = digestOf(entry);
        const before = found.get(digest);
        if (before === undefined || entry.recorded_at < before.recorded_at) found.set(digest, entry);
      }
    }
  }
  return [...found.values()];
}

async function entriesIn(repository: Repository, key: string): Promise<Suppression[]> {
  const { bytes } = await readPiece(repository, key);
  return bytes
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Suppression);
}

/**
 * Puts one piece in the place of many small ones, which go once it was read back. Readers take what is there twice
 * once. @returns how many went
 */
export async function compact(repository: Repository, workload_id: string): Promise<number> {
  const small: ListedPiece[] = [];
  for await (const piece of listPieces(repository.store, suppressionLog(workload_id)))
    if (piece.end - piece.start < BigInt(ENTRIES_MAX / 2)) small.push(piece);
  if (small.length < MERGE_PIECES) return 0;
  let gone = 0;
  for (let group: ListedPiece[] = [], all: Suppression[] = []; small.length > 0 || group.length > 1; ) {
    const next = small[0];
    const room = next !== undefined && all.length + Number(next.end - next.start) <= ENTRIES_MAX;
    if (next !== undefined && room) {
      group.push(next);
      all.push(...(await entriesIn(repository, next.key)));
      small.shift();
      continue;
    }
    if (group.length > 1) {
      const { start } = group[0] as ListedPiece;
      let tries = 0n;
      const key = await appendBytes(repository, workload_id, all, () => start + tries++);
      const keys = group.map((each) => each.key).filter((each) => each !== key);
      gone += (await deletePieces(repository.store, keys)).length;
    }
    [group, all] = [[], []];
  }
  return gone;
}
