/** What the reporter inside a test file's process tells the runner: JSON lines, one record each. */

export type Outcome = "passed" | "failed" | "skipped";

export interface TestRecord {
  readonly kind: "test";
  /** Enclosing tests and suites first: `outer > inner`. */
  readonly name: string;
  readonly outcome: Outcome;
  readonly duration_ms: number;
  readonly line: number | undefined;
  /** Why it was skipped, or the error in full. */
  readonly detail: string | undefined;
}

/** The last record of a file whose test runner came to its end. */
export interface EndRecord {
  readonly kind: "end";
}

export type RunnerRecord = TestRecord | EndRecord;

/** Reads the records of one file; a line that a kill cut short is left out. */
export function parseRecords(text: string): RunnerRecord[] {
  const lines = text.split("\n");
  lines.pop(); // Empty, or what a kill cut short.
  return lines.map((line) => JSON.parse(line) as RunnerRecord);
}
