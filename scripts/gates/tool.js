/** Runs a checking tool from node_modules/.bin under Node 24. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runChild } from "../runner/child.js";
/** The tools come from the tree these scripts stand in, whatever tree they check. */
export const TOOL_ROOT = dirname(dirname(import.meta.dirname));
const TOOL_LIMIT_MS = 4 * 60_000;
/** stdout and stderr together. @throws Error when the tool could not run to its end. */
export async function runTool(tool, args, root, signal) {
  const scratch = mkdtempSync(join(tmpdir(), "holdfast-gate-"));
  const output_path = join(scratch, "output");
  const bin = join(TOOL_ROOT, "node_modules", ".bin");
  try {
    const end = await runChild({
      command: join(bin, tool),
      args,
      cwd: root,
      output_path,
      limit_ms: TOOL_LIMIT_MS,
      env: { PATH: `${bin}:${process.env["PATH"] ?? ""}`, NO_COLOR: "1", FORCE_COLOR: "0" },
      signal,
    });
    const output = readFileSync(output_path, "utf8").trim();
    if (end.exit_code === undefined) {
      const why =
        end.start_error ?? (end.stopped === undefined ? `killed by ${end.signal}` : "stopped at its time limit");
      throw new Error(`${tool} did not run to its end: ${why}\n${output}`);
    }
    return { exit_code: end.exit_code, output };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
