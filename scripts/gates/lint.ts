import type { Gate } from "./gate.ts";
import { runTool } from "./tool.ts";

export const lint: Gate = {
  name: "lint",
  purpose: "oxlint: code that is wrong or nearly always a mistake",
  async run(root, signal) {
    const { exit_code, output } = await runTool("oxlint", ["--deny-warnings", "--format=unix"], root, signal);
    return exit_code === 0 ? [] : output.split("\n").filter((line) => line !== "");
  },
};
