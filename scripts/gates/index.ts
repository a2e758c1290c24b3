/** The gates in the order in which `npm run check` lists them. */
import type { ExtraTask } from "../runner/run.ts";
import { format } from "./format.ts";
import type { Gate } from "./gate.ts";
import { knip } from "./knip.ts";
import { layers } from "./layers.ts";
import { lint } from "./lint.ts";
import { tidy } from "./tidy.ts";
import { types } from "./types.ts";

export const GATES: readonly Gate[] = [types, lint, format, layers, tidy, knip];

/** The gates as units of a test run. */
export function gateTasks(root: string): ExtraTask[] {
  return GATES.map((gate) => ({ name: `gate ${gate.name}`, run: (signal) => gate.run(root, signal) }));
}
