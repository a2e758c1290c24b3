import { execFile } from "node:child_process";
import { setPriority } from "node:os";
import { promisify } from "node:util";
import type { AgentConfig } from "./config.ts";
import type { AgentLog } from "./tasks.ts";

const run = promisify(execFile);

/** Lets everybody else go first, at the processor and at the disk; threads that are started later inherit it. */
export async function setManners({ nice, io }: AgentConfig, log: AgentLog): Promise<void> {
  if (nice > 0) {
    try {
      setPriority(nice);
    } catch (error) {
      log("warn", `the priority could not be lowered: ${(error as Error).message}`);
    }
  }
  if (io !== "idle") return;
  // util-linux is on every distribution; where it is not, systemd's unit says the same.
  await run("ionice", ["-c", "3", "-p", String(process.pid)], { timeout: 5_000 }).catch((error: unknown) =>
    log("warn", `the priority at the disk could not be lowered: ${(error as Error).message}`),
  );
}
