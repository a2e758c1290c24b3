import { readFile } from "node:fs/promises";
import type { Clock, Random } from "../../../base/index.ts";
import { errnoOf, storeError } from "../errors.ts";
import type { FileIo } from "./file-io.ts";
import type { Layout } from "./layout.ts";
import { writeTempFile } from "./temp-files.ts";

const WRITE_EVERY_MS = 60_000;

/**
 * What protects locks from a wrong clock. Whether a lock still runs is judged by the clock alone, so setting the
 * clock back can only make locks last longer. What it could do is make *new* locks useless: a date computed from a
 * clock a year behind is over as soon as the clock is right again. So the store keeps the highest time any process
 * has seen while it worked with locks (written at most once a minute) and refuses a new lock that ends before it.
 * A clock set forward does end locks: whoever may set it on the storage's own machine may also remove its files.
 */
export class ClockGuard {
  readonly #clock: Clock;
  readonly #layout: Layout;
  readonly #io: FileIo;
  readonly #random: Random;
  #highest_ms = 0;
  #written_ms = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, layout: Layout, io: FileIo, random: Random) {
    this.#clock = clock;
    this.#layout = layout;
    this.#io = io;
    this.#random = random;
  }

  now_ms(): number {
    return this.#clock.now_ms();
  }

  /** The highest time this store has seen, in this process or another. */
  async latest_ms(): Promise<number> {
    const now_ms = this.#clock.now_ms();
    this.#highest_ms = Math.max(this.#highest_ms, now_ms, await this.#read());
    if (this.#highest_ms - this.#written_ms >= WRITE_EVERY_MS) await this.#write(this.#highest_ms);
    return this.#highest_ms;
  }

  async #write(highest_seen_ms: number): Promise<void> {
    const before_ms = this.#written_ms;
    this.#written_ms = highest_seen_ms; // at once, so that calls at the same time do not all write
    try {
      const text = JSON.stringify({ highest_seen_ms });
      const temp = await writeTempFile(this.#io, this.#layout.temp, this.#random, [Buffer.from(text)]);
      await this.#io.rename(temp, this.#layout.clock);
      await this.#io.syncFolder(this.#layout.state);
    } catch (error) {
      this.#written_ms = before_ms;
      throw error;
    }
  }

  async #read(): Promise<number> {
    const path = this.#layout.clock;
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return 0;
      throw error;
    }
    const seen_ms = /^\{"highest_seen_ms":(\d{1,16})\}$/.exec(text)?.[1];
    if (seen_ms === undefined) throw storeError("STORE_DAMAGED", `${path} is unreadable`, { path });
    return Number(seen_ms);
  }
}
