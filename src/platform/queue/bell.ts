import type { Clock } from "../../base/index.ts";

/** Lets a loop sleep until there is something to do, or for a while at most. A ring while nobody waits is kept. */
export class Bell {
  readonly #clock: Clock;
  #rung = false;
  #waiting: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#waiting?.abort();
  }

  /** Resolves at the next ring, at once after one that came meanwhile, and after `delay_ms` in any case. */
  async wait(delay_ms: number): Promise<void> {
    if (!this.#rung) {
      this.#waiting = new AbortController();
      await this.#clock.sleep(delay_ms, this.#waiting.signal).catch(() => undefined); // rung
      this.#waiting = undefined;
    }
    this.#rung = false;
  }
}
