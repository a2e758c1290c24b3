import { asHoldfastError } from "../../base/index.ts";
import type { Problem } from "../pipeline/index.ts";

const LISTED_MAX = 1000;

/** What became of a restore, as it is told in its report. */
export class RestoreOutcome {
  readonly counts = { files: 0, directories: 0, others: 0, bytes_written: 0, bytes_kept: 0 };
  readonly failed: Problem[] = [];
  readonly warnings: Problem[] = [];
  failed_total = 0;

  /** Notes a path that could not be restored. @param what part of it, when not all */
  fail(path: string, error: unknown, what?: string): void {
    const { code, message } = asHoldfastError(error);
    this.note(path, code, what === undefined ? message : `${what}: ${message}`);
  }

  /** The same for a failure another thread told of. */
  note(path: string, code: string, message: string): void {
    this.failed_total++;
    if (this.failed.length < LISTED_MAX) this.failed.push({ path, code, message });
  }

  warn(path: string, code: string, message: string): void {
    if (this.warnings.length < LISTED_MAX) this.warnings.push({ path, code, message });
  }
}
