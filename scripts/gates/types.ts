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
      // What was found before is kept beside the packages: a second check looks at what has changed since.
      const kept = `node_modules/.cache/types-${project === "." ? "root" : project}.tsbuildinfo`;
      const options = ["-p", project, "--pretty", "false", "--incremental", "--tsBuildInfoFile", kept];
      const { exit_code, output } = await runTool("tsc", options, root, signal);
      if (exit_code !== 0) findings.push(...output.split("\n"));
    }
    return findings;
  },
};
