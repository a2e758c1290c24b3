/** Time comes in through this port, so that schedules and leases can be tested on any date. */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01T00:00:00Z. */
  now_ms(): number;
  /** Never goes back; milliseconds from an arbitrary origin. For durations and rates. */
  monotonic_ms(): number;
  /** Resolves after `delay_ms`, or rejects with the signal's reason. */
  sleep(delay_ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now_ms: () => Date.now(),
  monotonic_ms: () => performance.now(),
  sleep: (delay_ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, delay_ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};

/** Runs `work` after real time has passed, unless the function returned is called before. Keeps no process alive. */
export function laterIfAlive(delay_ms: number, work: () => void): () => void {
  const timer = setTimeout(work, delay_ms);
  timer.unref();
  return () => clearTimeout(timer);
}
