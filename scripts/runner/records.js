/** What the reporter inside a test file's process tells the runner: JSON lines, one record each. */
/** Reads the records of one file; a line that a kill cut short is left out. */
export function parseRecords(text) {
  const lines = text.split("\n");
  lines.pop(); // Empty, or what a kill cut short.
  return lines.map((line) => JSON.parse(line));
}
