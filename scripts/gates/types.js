import { runTool } from "./tool.js";
export const types = {
  name: "types",
  purpose: "TypeScript's strict check of src, test and scripts",
  async run(root, signal) {
    const { exit_code, output } = await runTool("tsc", ["-p", ".", "--pretty", "false"], root, signal);
    return exit_code === 0 ? [] : output.split("\n");
  },
};
