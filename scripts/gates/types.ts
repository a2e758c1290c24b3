import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Gate } from "./gate.ts";
import { runTool } from "./tool.ts";

export const types: Gate = {
  name: "types",
  purpose: "TypeScript's strict check of src, test and scripts, and of web with a browser's types",
  async run(root, signal) {
    const projects = [".", "web"].filter((folder) => existsSync(join(root, folder, "tsconfig.json")));
    const findings: string[] = [];
    for (const project of projects) {
      const { exit_code, output } = await runTool("tsc", ["-p", project, "--pretty", "false"], root, signal);
      if (exit_code !== 0) findings.push(...output.split("\n"));
    }
    return findings;
  },
};
