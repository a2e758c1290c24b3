import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { join } from "node:path";
import { hostError } from "./errors.ts";

const OUTPUT_CHARS_MAX = 2000;

/**
 * An executable that the host's owner has put there. The server knows it by name, and never says what it does.
 * @throws AGENT_HOOK_MISSING when it is not there, or anybody but its owner could write it
 */
export async function ownersProgram(config_dir: string, folder: "hooks.d" | "commands.d", name: string) {
  const path = join(config_dir, folder, name);
  try {
    await access(path, constants.X_OK);
    const { mode } = await stat(path);
    // Writable by others, it would be anybody's program, run with the agent's rights.
    if ((mode & 0o022) === 0) return path;
  } catch (cause) {
    throw hostError("AGENT_HOOK_MISSING", `${path} is no executable: ${(cause as Error).message}`, { path }, cause);
  }
  throw hostError("AGENT_HOOK_MISSING", `${path} may be written by others than its owner`, { path });
}

/** Runs a hook to its end. @throws AGENT_HOOK_MISSING, AGENT_HOOK_FAILED */
export async function runHook(
  config_dir: string,
  name: string,
  about: Readonly<Record<string, string>>,
  { seconds, signal }: { readonly seconds: number; readonly signal?: AbortSignal },
): Promise<void> {
  const path = await ownersProgram(config_dir, "hooks.d", name);
  const limit = AbortSignal.timeout(seconds * 1000);
  const child = spawn(path, [], {
    env: { ...process.env, ...about },
    stdio: ["ignore", "pipe", "pipe"],
    signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    killSignal: "SIGKILL",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text: Buffer) => (output = (output + text.toString("utf8")).slice(-OUTPUT_CHARS_MAX)));
  }
  const ended = await new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(limit.aborted ? `did not end within ${seconds} s` : error.message));
    child.once("close", (code, by) => resolve(code === 0 ? "" : `ended with ${code ?? by}`));
  });
  if (ended === "") return;
  const said = output.trim() === "" ? "" : `: ${output.trim()}`;
  throw hostError("AGENT_HOOK_FAILED", `hook ${name} ${ended}${said}`, { hook: name });
}
