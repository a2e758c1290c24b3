/** A gate: one automatic check of the whole tree. Findings are sentences; none means the gate is passed. */
export interface Gate {
  readonly name: string;
  /** What it keeps true, for the listing. */
  readonly purpose: string;
  /** Findings, worded so that the reader knows what to do. Rejects only when the gate itself is broken. */
  run(root: string, signal: AbortSignal): Promise<readonly string[]>;
}
