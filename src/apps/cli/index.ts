/**
 * cli: the command line. Nouns: command, table, progress line, exit code.
 * Invariants: starting loads only what the command needs; results go to standard output, everything else to standard
 * error; exit codes never change their meaning (docs/cli.md). The door is for scripts that speak as the command line
 * does.
 */
export { formatBytes, formatCount, formatDuration, formatTime, printable } from "./format.ts";
export { renderDetails, renderTable } from "./table.ts";
