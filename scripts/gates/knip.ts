import type { Gate } from "./gate.ts";
import { runTool } from "./tool.ts";

export const knip: Gate = {
  name: "knip",
  purpose: "no unused file, dependency or export; no dependency that package.json does not name",
  async run(root, signal) {
    const { exit_code, output } = await runTool(
      "knip",
      ["--no-progress", "--no-config-hints", "--reporter=compact"],
      root,
      signal,
    );
    return exit_code === 0 ? [] : output.split("\n").filter((line) => line.trim() !== "");
  },
};
