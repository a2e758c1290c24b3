import { lstat, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../../base/index.ts";
import { errnoOf, storeError } from "../errors.ts";
import type { Layout } from "./layout.ts";

const RECOUNT_EVERY_MS = 60 * 60 * 1000;

interface UsageRecord {
  readonly used_bytes: number;
  readonly counted_ms: number;
}

export interface UsageOptions {
  readonly layout: Layout;
  readonly quota_bytes: number;
  readonly clock: Clock;
  /** Excludes other writers of the record, in this process and in others. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Bytes stored, shared by all writers through one small file, so that a quota refuses before anything is written.
 * Approximate: a writer that dies leaves its reservation behind, until the folder is counted anew (in the background
 * of an open, at most once an hour). Needs no durability: a missing or broken record is counted anew too.
 */
export class Usage {
  readonly #options: UsageOptions;
  #counting: Promise<void> | undefined;
  #closed = false;

  constructor(options: UsageOptions) {
    this.#options = options;
  }

  /** Starts the count in the background when it is due. */
  async start(): Promise<void> {
    const record = await this.#read();
    if (record === undefined) await this.#recount();
    else if (this.#options.clock.now_ms() - record.counted_ms >= RECOUNT_EVERY_MS) {
      this.#counting = this.#recount();
      this.#counting.catch(() => undefined); // reported by the next reserve, or by close
    }
  }

  /** @throws STORE_QUOTA_EXCEEDED, and nothing is reserved then. */
  async reserve(key: string, size_bytes: number): Promise<void> {
    await this.#adjust(size_bytes, key);
  }

  async release(size_bytes: number): Promise<void> {
    if (size_bytes > 0) await this.#adjust(-size_bytes);
  }

  /** Waits for a count under way, and reports it if it failed. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#counting;
  }

  #adjust(delta_bytes: number, key?: string): Promise<void> {
    const { quota_bytes, exclusively } = this.#options;
    return exclusively(async () => {
      const record = (await this.#read()) ?? { used_bytes: await this.#count(), counted_ms: 0 };
      const used_bytes = Math.max(0, record.used_bytes + delta_bytes);
      if (key !== undefined && used_bytes > quota_bytes) {
        throw storeError(
          "STORE_QUOTA_EXCEEDED",
          `${key} (${delta_bytes} bytes) would pass the quota of ${this.#options.layout.root}: ` +
            `${record.used_bytes} of ${quota_bytes} bytes are used`,
          { key, size_bytes: delta_bytes, used_bytes: record.used_bytes, quota_bytes },
        );
      }
      await this.#write({ ...record, used_bytes });
    });
  }

  async #recount(): Promise<void> {
    const { exclusively, clock } = this.#options;
    const before = (await this.#read())?.used_bytes ?? 0;
    const counted = await this.#count();
    await exclusively(async () => {
      // What others added or removed while we counted stays in; part of it may be counted twice until the next time.
      const meanwhile = ((await this.#read())?.used_bytes ?? before) - before;
      await this.#write({ used_bytes: Math.max(0, counted + meanwhile), counted_ms: clock.now_ms() });
    });
  }

  async #count(): Promise<number> {
    const { root, temp } = this.#options.layout;
    return (await this.#countFolder(root, true)) + (await this.#countFolder(temp, false));
  }

  async #countFolder(folder: string, isRoot: boolean): Promise<number> {
    let total = 0;
    for (const entry of await ifPresent(readdir(folder, { withFileTypes: true }), [])) {
      if (this.#closed) return total;
      if (isRoot && entry.name.startsWith(".")) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) total += await this.#countFolder(path, false);
      else if (entry.isFile()) total += (await ifPresent(lstat(path), { size: 0 })).size;
    }
    return total;
  }

  async #read(): Promise<UsageRecord | undefined> {
    const text = await ifPresent(readFile(this.#options.layout.usage, "utf8"), "");
    const found = /^\{"used_bytes":(\d{1,16}),"counted_ms":(\d{1,16})\}$/.exec(text);
    return found === null ? undefined : { used_bytes: Number(found[1]), counted_ms: Number(found[2]) };
  }

  async #write(record: UsageRecord): Promise<void> {
    const text = `{"used_bytes":${record.used_bytes},"counted_ms":${record.counted_ms}}`;
    await writeFile(this.#options.layout.usage, text, { mode: 0o600 });
  }
}

async function ifPresent<T, U>(found: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await found;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return otherwise;
    throw error;
  }
}
