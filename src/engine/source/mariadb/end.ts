import type { spawn } from "node:child_process";

/** What a program's end says, with the end of its words; `null` when it went well. */
export async function endOf(child: ReturnType<typeof spawn>, name: string): Promise<string | null> {
  let text = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    text = (text + chunk.toString("utf8")).slice(-2000);
  });
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(`${name}: ${error.message}`));
    child.on("close", (code) => resolve(code === 0 ? null : `${name} ended with ${String(code)}: ${text.trim()}`));
  });
}
