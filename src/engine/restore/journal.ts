import { closeSync, existsSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { createHash } from "node:crypto";
import { bootId } from "./target.ts";

/**
 * What a restore has finished, so that a second run goes on where the first stopped.
 * One JSON line, then the ordinals (in tree order) of finished files as u32. Appended without fsync: the page cache
 * survives a killed process, and after a reboot (another boot id) the entries are not believed; finished files are then
 * compared with the backup instead.
 */
export class RestoreJournal {
  readonly resumed: boolean;
  /** Ordinals that need no second look. */
  readonly #done: Set<number>;
  readonly #path: string;
  readonly #fd: number;

  private constructor(path: string, fd: number, done: Set<number>, resumed: boolean) {
    this.#path = path;
    this.#fd = fd;
    this.#done = done;
    this.resumed = resumed;
  }

  /** Is there a journal of the same restore? */
  static matches(path: string, what: unknown): boolean {
    if (!existsSync(path)) return false;
    const bytes = readFileSync(path);
    const end = bytes.indexOf(10);
    return end >= 0 && parse(bytes.toString("utf8", 0, end)).restore === fingerprintOf(what);
  }

  /** @param what identifies the restore: backup, selection, options. A journal of another restore is started over. */
  static open(path: string, what: unknown): RestoreJournal {
    const fingerprint = fingerprintOf(what);
    const head = Buffer.from(`${JSON.stringify({ restore: fingerprint, boot_id: bootId() })}\n`);
    let done = new Set<number>();
    let resumed = false;
    if (existsSync(path)) {
      const bytes = readFileSync(path);
      const end = bytes.indexOf(10);
      const line = end < 0 ? {} : parse(bytes.toString("utf8", 0, end));
      resumed = line.restore === fingerprint;
      if (resumed && line.boot_id === bootId()) {
        for (let at = end + 1; at + 4 <= bytes.length; at += 4) done.add(bytes.readUInt32LE(at));
        return new RestoreJournal(path, openSync(path, "a", 0o600), done, true);
      }
      done = new Set();
    }
    const fd = openSync(path, "w", 0o600);
    writeSync(fd, head);
    return new RestoreJournal(path, fd, done, resumed);
  }

  has(ordinal: number): boolean {
    return this.#done.has(ordinal);
  }

  add(ordinals: readonly number[]): void {
    if (ordinals.length === 0) return;
    const bytes = Buffer.allocUnsafe(ordinals.length * 4);
    ordinals.forEach((ordinal, i) => bytes.writeUInt32LE(ordinal, i * 4));
    writeSync(this.#fd, bytes);
  }

  close(complete: boolean): void {
    closeSync(this.#fd);
    if (complete) unlinkSync(this.#path);
  }
}

function fingerprintOf(what: unknown): string {
  return createHash("sha256").update(JSON.stringify(what)).digest("hex");
}

/** Nothing, when the line is not one of ours: the journal is then started over. */
function parse(line: string): { restore?: string; boot_id?: string } {
  try {
    return (JSON.parse(line) as { restore?: string; boot_id?: string } | null) ?? {};
  } catch {
    return {};
  }
}
