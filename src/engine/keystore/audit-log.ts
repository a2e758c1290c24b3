import { closeSync, fsync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Clock, Random } from "../../base/index.ts";
import {
  type AuditEntry,
  type AuditFilter,
  type AuditHead,
  type AuditPage,
  type AuditVerdict,
  keyError,
} from "../keys/index.ts";
import {
  chainEntry,
  EMPTY_HEAD,
  formatHead,
  HEAD_NAME,
  listSegments,
  parseEntry,
  parseHead,
  readLines,
  segmentName,
} from "./audit-format.ts";
import { verifyAuditLog } from "./audit-verify.ts";
import { ensurePrivateFolder, fileSize, removeTemporaryFiles, replaceFile, syncFolder } from "./files.ts";

const SEGMENT_BYTES = 8 * 1024 * 1024;
const PAGE_ENTRIES_DEFAULT = 100;
const PAGE_ENTRIES_MAX = 1000;
/** A page looks at so many entries at most, so that a rare filter cannot hold the reader up. */
const PAGE_SCAN_MAX = 50_000;
const fsyncAsync = promisify(fsync);

export type AuditEvent = Omit<AuditEntry, "seq" | "at" | "prev" | "hash">;

interface AuditLogOptions {
  readonly dir: string;
  readonly head_key: Buffer;
  readonly clock: Clock;
  readonly random: Random;
  /** A use is on stable storage so many milliseconds after its answer, at the latest. */
  readonly sync_delay_ms: number;
  readonly segment_bytes?: number | undefined;
}

/**
 * Append-only, hash-chained JSON lines in segments. Every entry is handed to the kernel before the answer it belongs
 * to (a killed process loses none); {@link sync} puts it on stable storage, at once for changes and batched for uses.
 */
export class AuditLog {
  /** Changes a crash left STARTED without an end. The key store closes them when it opens. */
  readonly unfinished: readonly AuditEntry[];
  readonly #options: AuditLogOptions;
  #fd: number;
  #size: number;
  #last: AuditHead;
  #durable: AuditHead;
  readonly #open_changes = new Set<string>();
  /** Full segments, synced, that a sync on another thread may still have in its hands. */
  readonly #retired: number[] = [];
  /** Ends the wait for the next batched sync. */
  #waiting: AbortController | undefined;
  #syncing: Promise<void> = Promise.resolve();
  #failed: unknown;
  #closed = false;

  private constructor(options: AuditLogOptions, found: Found) {
    this.#options = options;
    this.#fd = found.fd;
    this.#size = fileSize(found.fd);
    this.#last = found.last;
    this.#durable = found.durable;
    this.unfinished = found.unfinished;
    for (const { change_id } of found.unfinished) if (change_id !== undefined) this.#open_changes.add(change_id);
  }

  /**
   * Opens or starts the log. Damage does not keep keys from being used, or a restore would hang on a log line: it is
   * recorded, and stays provable, because the entries that follow do not join up with what is left.
   */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    await ensurePrivateFolder(options.dir);
    await removeTemporaryFiles(options.dir);
    const found = await findEnd(options);
    const log = new AuditLog(options, found);
    for (const event of found.events) log.append(event);
    await log.sync();
    return log;
  }

  /** Adds an entry; it survives the death of the process. @throws KEY_AUDIT_UNAVAILABLE, and then nothing was added */
  append(event: AuditEvent): AuditEntry {
    if (this.#closed) throw keyError("KEY_AUDIT_UNAVAILABLE", "the audit log is closed");
    if (this.#failed !== undefined) throw this.#unavailable(this.#failed);
    const entry = chainEntry({
      seq: this.#last.seq + 1,
      at: new Date(this.#options.clock.now_ms()).toISOString(),
      ...event,
      prev: this.#last.hash,
    });
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    try {
      this.#rollSegment(entry.seq);
      writeFully(this.#fd, line);
    } catch (error) {
      this.#undoPartialWrite();
      throw this.#unavailable(error);
    }
    this.#size += line.length;
    this.#last = { seq: entry.seq, hash: entry.hash };
    if (entry.change_id !== undefined) {
      if (entry.outcome === "STARTED") this.#open_changes.add(entry.change_id);
      else this.#open_changes.delete(entry.change_id);
    }
    if (this.#waiting === undefined) void this.#syncLater();
    return entry;
  }

  /** Ends by itself: a sync that comes first, or the close, calls it off. */
  async #syncLater(): Promise<void> {
    const waiting = new AbortController();
    this.#waiting = waiting;
    await this.#options.clock.sleep(this.#options.sync_delay_ms, waiting.signal).catch(() => undefined); // called off
    if (waiting.signal.aborted) return;
    await this.sync().catch(() => undefined); // kept in #failed, and met by the next caller
  }

  /** Resolves when everything appended so far is on stable storage, and the head file says so. */
  sync(): Promise<void> {
    this.#waiting?.abort();
    this.#waiting = undefined;
    this.#syncing = this.#syncing.then(() => this.#syncOnce());
    const done = this.#syncing;
    this.#syncing = done.catch(() => {});
    return done;
  }

  head(): AuditHead {
    return this.#last;
  }

  async read(filter: AuditFilter = {}): Promise<AuditPage> {
    const limit = filter.limit ?? PAGE_ENTRIES_DEFAULT;
    if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_ENTRIES_MAX) {
      throw keyError("KEY_REQUEST_INVALID", `limit ${limit} is not between 1 and ${PAGE_ENTRIES_MAX}`);
    }
    const after_seq = filter.after_seq ?? 0;
    const end_seq = this.#last.seq;
    const entries: AuditEntry[] = [];
    let scanned = 0;
    const segments = await listSegments(this.#options.dir);
    for (const [index, segment] of segments.entries()) {
      const next = segments[index + 1];
      if (next !== undefined && next.first_seq <= after_seq + 1) continue;
      for await (const line of readLines(join(this.#options.dir, segment.name))) {
        const entry = parseEntry(line);
        // A line that is none is verify's business; here it has nothing to show.
        if (entry === null || entry.seq <= after_seq || entry.seq > end_seq) continue;
        if (matches(entry, filter)) entries.push(entry);
        scanned++;
        if (entry.seq < end_seq && (entries.length >= limit || scanned >= PAGE_SCAN_MAX)) {
          return { entries, next_after_seq: entry.seq };
        }
      }
    }
    return { entries, next_after_seq: null };
  }

  verify(known_head?: AuditHead): Promise<AuditVerdict> {
    const { dir, head_key } = this.#options;
    return verifyAuditLog(dir, { head_key, known_head, until_seq: this.#last.seq });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.sync();
    } finally {
      for (const fd of [this.#fd, ...this.#retired.splice(0)]) closeSync(fd);
    }
  }

  async #syncOnce(): Promise<void> {
    if (this.#failed !== undefined) throw this.#unavailable(this.#failed);
    const target = this.#last;
    if (target.seq === this.#durable.seq) return;
    const { dir, head_key, random } = this.#options;
    try {
      await fsyncAsync(this.#fd);
      for (const fd of this.#retired.splice(0)) closeSync(fd);
      await replaceFile(dir, HEAD_NAME, formatHead(target, head_key), random);
    } catch (error) {
      // After a failed fsync nobody knows what is on the disk: stop, and let a restart look.
      this.#failed = error;
      throw this.#unavailable(error);
    }
    this.#durable = target;
  }

  /** A change is never split over two segments, so that opening needs to look at the last one only. */
  #rollSegment(next_seq: number): void {
    if (this.#size < (this.#options.segment_bytes ?? SEGMENT_BYTES) || this.#open_changes.size > 0) return;
    fsyncSync(this.#fd);
    const folder = openSync(this.#options.dir, "r");
    try {
      const fd = openSync(join(this.#options.dir, segmentName(next_seq)), "ax", 0o600);
      this.#retired.push(this.#fd);
      this.#fd = fd;
      this.#size = 0;
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }

  #undoPartialWrite(): void {
    try {
      ftruncateSync(this.#fd, this.#size);
    } catch (error) {
      this.#failed = error;
    }
  }

  #unavailable(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return keyError("KEY_AUDIT_UNAVAILABLE", `audit log in ${this.#options.dir}: ${reason}`, {}, cause);
  }
}

interface Found {
  readonly fd: number;
  readonly last: AuditHead;
  readonly durable: AuditHead;
  readonly unfinished: AuditEntry[];
  /** What opening has to record. */
  readonly events: AuditEvent[];
}

async function findEnd({ dir, head_key, random }: AuditLogOptions): Promise<Found> {
  const events: AuditEvent[] = [];
  const report = (action: string, outcome: "OK" | "FAILED", reason: string) =>
    events.push({ principal: "keyd", action, outcome, detail: { reason } });

  const segments = await listSegments(dir);
  const head_text = await readFile(join(dir, HEAD_NAME), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  const head = head_text === null ? null : parseHead(head_text, head_key);
  if (head_text === null && segments.length === 0) {
    // The head stands before the first entry does: from then on, no head means that someone removed it.
    await replaceFile(dir, HEAD_NAME, formatHead(EMPTY_HEAD, head_key), random);
  } else if (head === null) {
    report(
      "audit.damage_found",
      "FAILED",
      head_text === null ? "the head file is missing" : "the head file was altered",
    );
  }

  const current = segments.at(-1);
  const path = join(dir, current?.name ?? segmentName(1));
  const fd = openSync(path, "a+", 0o600);
  await syncFolder(dir);
  const text = await readFile(path);
  const whole_bytes = text.lastIndexOf(0x0a) + 1;
  if (whole_bytes < text.length) {
    // The line a power cut tore: its answer may have been given, its sync had not happened.
    ftruncateSync(fd, whole_bytes);
    report("audit.repaired", "OK", `${text.length - whole_bytes} bytes of an unfinished line removed`);
  }

  let last: AuditHead = EMPTY_HEAD;
  if (current !== undefined && current.first_seq > 1) {
    last = { seq: current.first_seq - 1, hash: (await lastHash(dir, segments.at(-2)?.name)) ?? EMPTY_HEAD.hash };
  }
  const unfinished = new Map<string, AuditEntry>();
  let damage: string | null = null;
  const lines = text.subarray(0, whole_bytes).toString("utf8").split("\n").slice(0, -1);
  for (const [index, line] of lines.entries()) {
    const entry = parseEntry(line);
    if (entry === null || entry.prev !== last.hash || entry.seq !== last.seq + 1) {
      damage ??= `${current?.name} line ${index + 1} was altered`;
    }
    if (entry === null) continue;
    last = { seq: entry.seq, hash: entry.hash };
    if (entry.change_id === undefined) continue;
    if (entry.outcome === "STARTED") unfinished.set(entry.change_id, entry);
    else unfinished.delete(entry.change_id);
  }
  if (damage !== null) report("audit.damage_found", "FAILED", damage);
  const durable = last;
  if (head !== null && head.seq > last.seq) {
    report("audit.damage_found", "FAILED", `entries ${last.seq + 1} to ${head.seq} are missing`);
    last = head;
  }
  return { fd, last, durable, unfinished: [...unfinished.values()], events };
}

async function lastHash(dir: string, segment: string | undefined): Promise<string | null> {
  if (segment === undefined) return null;
  let last: AuditEntry | null = null;
  for await (const line of readLines(join(dir, segment))) last = parseEntry(line) ?? last;
  return last?.hash ?? null;
}

function matches(entry: AuditEntry, filter: AuditFilter): boolean {
  return (
    (filter.key_id === undefined || entry.key_id === filter.key_id) &&
    (filter.principal === undefined || entry.principal === filter.principal) &&
    (filter.action === undefined || entry.action === filter.action) &&
    (filter.outcome === undefined || entry.outcome === filter.outcome) &&
    (filter.from_at === undefined || entry.at >= filter.from_at) &&
    (filter.to_at === undefined || entry.at < filter.to_at)
  );
}

function writeFully(fd: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(fd, bytes, written);
}
