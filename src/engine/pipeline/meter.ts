import type { Clock } from "../../base/index.ts";
import type { Progress, ProgressListener } from "./progress.ts";

const REPORT_EVERY_MS = 200;
const WINDOW_MS = 5000;

/** Counts work and tells a listener now and then, with the rate of the last seconds and the time left. */
export class Meter {
  readonly #clock: Clock;
  readonly #listener: ProgressListener | undefined;
  readonly #samples: { at_ms: number; bytes: number }[] = [];
  #phase = "";
  #files = 0;
  #bytes = 0;
  #files_total: number | null = null;
  #bytes_total: number | null = null;
  #reported_ms = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, listener: ProgressListener | undefined) {
    this.#clock = clock;
    this.#listener = listener;
  }

  begin(phase: string, files_total: number | null, bytes_total: number | null): void {
    this.#phase = phase;
    this.#files = 0;
    this.#bytes = 0;
    this.#files_total = files_total;
    this.#bytes_total = bytes_total;
    this.#samples.length = 0;
    this.#report(true);
  }

  add(files: number, bytes: number): void {
    this.#files += files;
    this.#bytes += bytes;
    this.#report(false);
  }

  /** Reports once more, so that the last figures are the final ones. */
  end(): void {
    this.#report(true);
  }

  #report(force: boolean): void {
    if (this.#listener === undefined) return;
    const now = this.#clock.monotonic_ms();
    if (!force && now - this.#reported_ms < REPORT_EVERY_MS) return;
    this.#reported_ms = now;
    this.#samples.push({ at_ms: now, bytes: this.#bytes });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at_ms ?? now) > WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0] as { at_ms: number; bytes: number };
    const seconds = (now - first.at_ms) / 1000;
    const rate = seconds > 0 ? (this.#bytes - first.bytes) / seconds : 0;
    const left = this.#bytes_total === null ? null : Math.max(0, this.#bytes_total - this.#bytes);
    const progress: Progress = {
      phase: this.#phase,
      files_done: this.#files,
      files_total: this.#files_total,
      bytes_done: this.#bytes,
      bytes_total: this.#bytes_total,
      rate_bytes_per_s: Math.round(rate),
      eta_ms: left === null || rate <= 0 ? null : Math.round((left / rate) * 1000),
    };
    this.#listener(progress);
  }
}
