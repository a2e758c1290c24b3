import { formatBytes, formatCount, formatDuration } from "./format.ts";
import type { CliIo, CommonOptions } from "./io.ts";

/** What a progress line shows; the engine's and a job's progress are turned into it. */
export interface ProgressView {
  readonly phase: string;
  readonly files_done: number;
  readonly files_total: number | null;
  readonly bytes_done: number;
  readonly bytes_total: number | null;
  readonly rate_bytes_per_s: number | null;
  readonly eta_ms: number | null;
}

const TERMINAL_INTERVAL_MS = 100;
const PIPE_INTERVAL_MS = 5000;

/**
 * One line that is drawn over and over on a terminal; in a pipe a plain line every few seconds, so that a log stays
 * readable. Silent with `--json`. Goes to standard error: standard output belongs to the result.
 */
export class ProgressLine {
  readonly #io: CliIo;
  readonly #mode: "terminal" | "pipe" | "off";
  /** Work that ends before the first line is due shows none. */
  #next_ms: number;
  #drawn = false;

  constructor(io: CliIo, options: CommonOptions) {
    this.#io = io;
    this.#mode = options.json ? "off" : io.stderr.isTTY ? "terminal" : "pipe";
    this.#next_ms = io.clock.monotonic_ms() + (this.#mode === "terminal" ? TERMINAL_INTERVAL_MS : PIPE_INTERVAL_MS);
  }

  readonly update = (progress: ProgressView): void => {
    if (this.#mode === "off") return;
    const now_ms = this.#io.clock.monotonic_ms();
    if (now_ms < this.#next_ms) return;
    if (this.#mode === "terminal") {
      const width = Math.max(40, this.#io.stderr.columns ?? 80) - 1;
      this.#io.stderr.write(`\r\x1b[K${progressText(progress).slice(0, width)}`);
      this.#drawn = true;
      this.#next_ms = now_ms + TERMINAL_INTERVAL_MS;
    } else {
      this.#io.stderr.write(`${progressText(progress)}\n`);
      this.#next_ms = now_ms + PIPE_INTERVAL_MS;
    }
  };

  /** Takes the line away, so that what follows starts on a clean one. */
  end(): void {
    if (this.#drawn) this.#io.stderr.write("\r\x1b[K");
    this.#drawn = false;
  }
}

/** `scan and store  42%  502 MiB of 1.10 GiB  33,001 files  310 MiB/s  2.1 s left`. */
export function progressText(progress: ProgressView): string {
  const parts = [progress.phase];
  const { bytes_done, bytes_total } = progress;
  // A phase that counts nothing (writing the manifest) is just named.
  if (bytes_done === 0 && progress.files_done === 0 && bytes_total === null) return progress.phase;
  if (bytes_total !== null && bytes_total > 0)
    parts.push(`${Math.min(100, Math.floor((bytes_done / bytes_total) * 100))}%`);
  parts.push(
    bytes_total === null ? formatBytes(bytes_done) : `${formatBytes(bytes_done)} of ${formatBytes(bytes_total)}`,
  );
  const total_files = progress.files_total === null ? "" : ` of ${formatCount(progress.files_total)}`;
  parts.push(`${formatCount(progress.files_done)}${total_files} files`);
  if (progress.rate_bytes_per_s !== null) parts.push(`${formatBytes(progress.rate_bytes_per_s)}/s`);
  if (progress.eta_ms !== null) parts.push(`${formatDuration(progress.eta_ms)} left`);
  return parts.join("  ");
}
