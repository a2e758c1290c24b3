/** Works side by side, at most so many. The first failure stops what follows; wait for `end` in any case. */
export class Together {
  readonly #max: number;
  readonly #signal: AbortSignal | undefined;
  readonly #running = new Set<Promise<void>>();
  #failed: { readonly error: unknown } | undefined;

  constructor(max: number, signal?: AbortSignal) {
    this.#max = max;
    this.#signal = signal;
  }

  /** Starts a work once there is room. @throws what an earlier one threw */
  async start(work: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#max) await Promise.race(this.#running);
    if (this.#failed !== undefined) throw this.#failed.error;
    this.#signal?.throwIfAborted();
    const one: Promise<void> = work()
      .catch((error: unknown) => {
        this.#failed ??= { error };
      })
      .finally(() => this.#running.delete(one));
    this.#running.add(one);
  }

  /** Waits for all. @throws what one of them threw */
  async end(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failed !== undefined) throw this.#failed.error;
  }

  /** Waits for all, whatever they say: for one who has an error of his own. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
  }
}
