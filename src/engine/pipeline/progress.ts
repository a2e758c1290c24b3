/** What long work tells while it runs; the same shape feeds the CLI's line, the job's record and the event stream. */
export interface Progress {
  /** What is being done now, e.g. `scan and store`, `write index`, `restore`. */
  readonly phase: string;
  readonly files_done: number;
  readonly files_total: number | null;
  readonly bytes_done: number;
  readonly bytes_total: number | null;
  /** Over the last few seconds. */
  readonly rate_bytes_per_s: number;
  /** Time left, when a total is known. */
  readonly eta_ms: number | null;
}

export type ProgressListener = (progress: Progress) => void;

/** Something that could not be handled as asked, and did not stop the rest. */
export interface Problem {
  /** As text for people; bytes that are no UTF-8 are shown as \xHH. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
}
