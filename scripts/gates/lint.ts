import type { Gate } from "./gate.ts";
import { runTool } from "./tool.ts";

export const lint: Gate = {
  name: "lint",
  purpose: "oxlint: what is wrong or nearly always a mistake, promises that nobody waits for above all",
  async run(root, signal) {
    const { exit_code, output } = await runTool(
      "oxlint",
      ["--type-aware", "--deny-warnings", "--format=unix"],
      root,
      signal,
    );
    return exit_code === 0 ? [] : output.split("\n").filter((line) => line !== "" && !/^\d+ problems?$/.test(line));
  },
};
