import { format } from "./format.js";
import { lint } from "./lint.js";
import { types } from "./types.js";
export const GATES = [types, lint, format];
/** The gates as units of a test run. */
export function gateTasks(root) {
  return GATES.map((gate) => ({ name: `gate ${gate.name}`, run: (signal) => gate.run(root, signal) }));
}
