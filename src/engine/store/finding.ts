/** `yes`: it does. `no`: it does not, and Holdfast gets along without. `bad`: it does not, and that is dangerous. */
export type Verdict = "yes" | "no" | "bad";

export interface Finding {
  readonly what: string;
  readonly verdict: Verdict;
  /** What was tried and what came of it, for people. */
  readonly detail: string;
}
