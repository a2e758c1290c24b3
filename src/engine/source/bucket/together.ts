/**
 * Works side by side, at most `max`; `ahead` more may wait their turn before `start` has to. The first failure stops
 * what follows. Wait for `settle` in any case.
 */
export class Together {
  readonly #max: number;
  readonly #ahead: number;
  readonly #signal: AbortSignal | undefined;
  readonly #queue: (() => Promise<void>)[] = [];
  #running = 0;
  #failed: { readonly error: unknown } | undefined;
  /** Those who wait for room, and for the end. */
  #waiting: { readonly is: () => boolean; readonly resolve: () => void }[] = [];

  constructor(max: number, signal?: AbortSignal, ahead = 0) {
    this.#max = max;
    this.#ahead = ahead;
    this.#signal = signal;
  }

  /** Takes on a work once there is room. @throws what an earlier one threw */
  async start(work: () => Promise<void>): Promise<void> {
    await this.#until(() => this.#running + this.#queue.length < this.#max + this.#ahead);
    if (this.#failed !== undefined) throw this.#failed.error;
    this.#signal?.throwIfAborted();
    this.#queue.push(work);
    this.#next();
  }

  /** Waits for all. @throws what one of them threw */
  async end(): Promise<void> {
    await this.#until(() => this.#running + this.#queue.length === 0);
    if (this.#failed !== undefined) throw this.#failed.error;
    this.#signal?.throwIfAborted();
  }

  /** Drops what has not begun, and waits for the rest, whatever it says: for one who has an error of his own. */
  async settle(): Promise<void> {
    this.#queue.length = 0;
    await this.#until(() => this.#running === 0);
  }

  #next(): void {
    while (this.#running < this.#max) {
      const work = this.#queue.shift();
      if (work === undefined) return;
      this.#running++;
      void this.#run(work);
    }
  }

  async #run(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#failed ??= { error };
    }
    this.#running--;
    if (this.#failed !== undefined || this.#signal?.aborted === true) this.#queue.length = 0;
    this.#next();
    const ready = this.#waiting.filter(({ is }) => is());
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((each) => !ready.includes(each));
    for (const { resolve } of ready) resolve();
  }

  async #until(is: () => boolean): Promise<void> {
    while (!is()) await new Promise<void>((resolve) => this.#waiting.push({ is, resolve }));
  }
}
