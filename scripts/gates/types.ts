import type { Gate } from "./gate.ts";
import { runTool } from "./tool.ts";

export const types: Gate = {
  name: "types",
  purpose: "TypeScript's strict check of src, test and scripts",
  async run(root, signal) {
    const { exit_code, output } = await runTool("tsc", ["-p", ".", "--pretty", "false"], root, signal);
    return exit_code === 0 ? [] : output.split("\n");
  },
};
