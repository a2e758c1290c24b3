import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { lstat, open, readlink } from "node:fs/promises";
import { BackupReader } from "../../engine/browse/index.ts";
import type { BackupNode } from "../../engine/browse/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import { asHoldfastError, counted } from "../../base/index.ts";
import type { Random } from "../../base/index.ts";
import type { DrillValidation } from "../../model/index.ts";

const PIECE_BYTES = 4 * 1024 * 1024;
const PROBLEMS_MAX = 50;
const SLASH = Buffer.from("/");
const NO_PATH = Buffer.alloc(0);

/** Counts and what is wrong, of one kind of comparison. */
class Check {
  count = 0;
  wrong = 0;
  readonly problems: string[] = [];
  readonly #name: string;
  constructor(name: string) {
    this.#name = name;
  }
  fail(problem: string): void {
    this.wrong++;
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(problem);
  }
  result(detail: string): DrillValidation {
    const wrong = this.wrong === 0 ? "" : `, ${this.wrong} wrong`;
    return { name: this.#name, passed: this.wrong === 0, detail: `${detail}${wrong}`, problems: this.problems };
  }
}

export interface CompareOptions {
  readonly repository: Repository;
  readonly backup_id: string;
  /** Folder the backup was restored into. */
  readonly dir: string;
  readonly content_bytes_max: number;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Owners can only be given back by root. */
  readonly owners: boolean;
}

/**
 * Compares what was restored with what the backup says of itself, read from the repository once more by another way:
 * which entries there are, their types, modes, owners and times, and contents by SHA-256 of both sides.
 */
export async function compareFiles(options: CompareOptions): Promise<DrillValidation[]> {
  const reader = await BackupReader.open(options.repository, options.backup_id);
  try {
    return await new Comparison(reader, options).run();
  } finally {
    await reader.close();
  }
}

class Comparison {
  readonly #reader: BackupReader;
  readonly #o: CompareOptions;
  readonly #entries = new Check("entries");
  readonly #metadata = new Check("owners, modes and times");
  readonly #content = new Check("contents by checksum");
  #share = 1;
  #bytes = 0;

  constructor(reader: BackupReader, options: CompareOptions) {
    this.#reader = reader;
    this.#o = options;
    const { source_bytes } = reader.manifest.stats;
    if (source_bytes > options.content_bytes_max) this.#share = options.content_bytes_max / source_bytes;
  }

  async run(): Promise<DrillValidation[]> {
    const { roots } = this.#reader.manifest;
    for (const [number, root] of roots.entries()) {
      const base = Buffer.from(this.#o.dir);
      const own = await this.#reader.find(number, NO_PATH);
      if (own === undefined) continue;
      const is_file = own.type !== "directory";
      const name = root.subarray(root.lastIndexOf(47) + 1);
      const at =
        roots.length === 1 ? (is_file ? Buffer.concat([base, SLASH, name]) : base) : Buffer.concat([base, root]);
      await this.#compare(own, at);
      if (!is_file) await this.#folder(number, NO_PATH, at);
    }
    const share = this.#share === 1 ? "all" : `${Math.round(this.#share * 100)} % drawn by lot`;
    return [
      this.#entries.result(`${this.#entries.count} compared`),
      this.#metadata.result(`${this.#metadata.count} compared${this.#o.owners ? "" : ", owners not: not root"}`),
      this.#content.result(`${counted(this.#content.count, "file")}, ${this.#bytes} bytes read twice (${share})`),
    ];
  }

  async #folder(root: number, path: Buffer, at: Buffer): Promise<void> {
    for (const node of await this.#reader.list(root, path)) {
      this.#o.signal.throwIfAborted();
      const child = Buffer.concat([at, SLASH, node.name]);
      await this.#compare(node, child);
      if (node.type !== "directory") continue;
      await this.#folder(root, path.length === 0 ? node.name : Buffer.concat([path, SLASH, node.name]), child);
    }
  }

  async #compare(node: BackupNode, at: Buffer): Promise<void> {
    this.#entries.count++;
    const shown = at.toString();
    let stat: Stats;
    try {
      stat = await lstat(at);
    } catch {
      this.#entries.fail(`${shown} is missing`);
      return;
    }
    if (typeOf(stat) !== node.type) {
      this.#entries.fail(`${shown} is a ${typeOf(stat)}, and was a ${node.type}`);
      return;
    }
    if (node.link_target !== undefined && !(await readlink(at, "buffer")).equals(node.link_target)) {
      this.#entries.fail(`${shown} points elsewhere than it did`);
    }
    this.#compareMetadata(node, stat, shown);
    if (node.type === "file") await this.#compareContent(node, stat, at, shown);
  }

  #compareMetadata(node: BackupNode, stat: Stats, shown: string): void {
    this.#metadata.count++;
    const mode = node.mode & 0o7777;
    // A symlink has no mode of its own.
    if (node.type !== "symlink" && (stat.mode & 0o7777) !== mode) {
      this.#metadata.fail(`${shown} has mode ${octal(stat.mode & 0o7777)}, and had ${octal(mode)}`);
    }
    if (this.#o.owners && (stat.uid !== node.uid || stat.gid !== node.gid)) {
      this.#metadata.fail(`${shown} belongs to ${stat.uid}:${stat.gid}, and belonged to ${node.uid}:${node.gid}`);
    }
    const mtime_ms = Number(node.mtime_ns / 1_000_000n);
    if (node.type === "file" && Math.abs(stat.mtimeMs - mtime_ms) >= 1.5) {
      this.#metadata.fail(
        `${shown} was changed ${stat.mtime.toISOString()}, and had ${new Date(mtime_ms).toISOString()}`,
      );
    }
  }

  async #compareContent(node: BackupNode, stat: Stats, at: Buffer, shown: string): Promise<void> {
    if (stat.size !== node.size) {
      this.#content.fail(`${shown} has ${stat.size} bytes, and had ${node.size}`);
      return;
    }
    const draw = Buffer.from(this.#o.random.bytes(4)).readUInt32BE() / 2 ** 32;
    if (draw >= this.#share) return;
    this.#content.count++;
    this.#bytes += node.size;
    const [recorded, restored] = [createHash("sha256"), createHash("sha256")];
    const file = await open(at, "r").catch((error: Error) => error);
    if (file instanceof Error) {
      this.#content.fail(`${shown} does not open: ${file.message}`);
      return;
    }
    try {
      const reader = await this.#reader.openFile(node);
      const piece = Buffer.alloc(Math.min(PIECE_BYTES, Math.max(1, node.size)));
      for (let offset = 0; offset < node.size; offset += PIECE_BYTES) {
        this.#o.signal.throwIfAborted();
        const length = Math.min(PIECE_BYTES, node.size - offset);
        recorded.update(await reader.read(offset, length));
        const { bytesRead } = await file.read(piece, 0, length, offset);
        restored.update(piece.subarray(0, bytesRead));
      }
    } catch (thrown) {
      const error = asHoldfastError(thrown);
      if (this.#o.signal.aborted || error.retry === "soon" || error.fault === "bug") throw thrown;
      this.#content.fail(`${shown}: the backup's own record cannot be read: ${error.message}`);
      return;
    } finally {
      await file.close();
    }
    if (!recorded.digest().equals(restored.digest())) this.#content.fail(`${shown} has other content than it had`);
  }
}

function typeOf(stat: Stats): BackupNode["type"] {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "directory";
  if (stat.isSymbolicLink()) return "symlink";
  if (stat.isBlockDevice()) return "block_device";
  if (stat.isCharacterDevice()) return "character_device";
  return stat.isFIFO() ? "fifo" : "socket";
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
