import { realpathSync } from "node:fs";
import { isAbsolute, relative } from "node:path";
import type { Gate } from "./gate.ts";
import { runTool } from "./tool.ts";

export const format: Gate = {
  name: "format",
  purpose: "Biome's layout of source files; `npm run format` mends it",
  async run(root, signal) {
    const { exit_code, output } = await runTool(
      "biome",
      ["format", "--reporter=github", "--max-diagnostics=none", "."],
      root,
      signal,
    );
    if (exit_code === 0) return [];
    const files = [...output.matchAll(/file=([^,]+),/g)].map(
      ([, file = ""]) =>
        `${isAbsolute(file) ? relative(realpathSync(root), file) : file} is not formatted: npm run format`,
    );
    return files.length > 0 ? [...new Set(files)] : [output];
  },
};
