import type { Problem } from "../../../../engine/pipeline/index.ts";
import { formatCount, printable } from "../../format.ts";
import { PROBLEMS_SHOWN_MAX } from "./options.ts";

/** The first problems, one a line, and how many there are in all. Empty when there is none. */
export function problemLines(what: string, problems: readonly Problem[], total: number): string[] {
  if (total === 0) return [];
  const shown = problems.slice(0, PROBLEMS_SHOWN_MAX);
  const lines = shown.map((problem) => `  ${printable(problem.path)}: ${printable(problem.message)} (${problem.code})`);
  const rest = total - shown.length;
  if (rest > 0)
    lines.push(`  … and ${formatCount(rest)} more${total > problems.length ? "" : "; --json lists them all"}`);
  return ["", `${formatCount(total)} ${what}:`, ...lines];
}
