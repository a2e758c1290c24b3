/** Starts a program in a process group of its own, with its output in a file, under a time limit. */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
/** Time to end in good order between SIGTERM and SIGKILL. */
const GRACE_MS = 3_000;
/** Grandchildren may need a moment to notice that their parent is gone. */
const SETTLE_MS = 1_000;
const POLL_MS = 50;
/** Signals every process of the child's group; false when there is none left. */
function signalGroup(child, signal) {
  if (child.pid === undefined) return false;
  try {
    process.kill(-child.pid, signal);
    return true;
  } catch {
    return false; // ESRCH: the group is gone.
  }
}
const delay = (delay_ms) => new Promise((resolve) => setTimeout(resolve, delay_ms));
async function groupEndsWithin(child, limit_ms) {
  for (let waited_ms = 0; waited_ms < limit_ms; waited_ms += POLL_MS) {
    if (!signalGroup(child, 0)) return true;
    await delay(POLL_MS);
  }
  return !signalGroup(child, 0);
}
async function stopGroup(child) {
  signalGroup(child, "SIGTERM");
  if (!(await groupEndsWithin(child, GRACE_MS))) signalGroup(child, "SIGKILL");
}
/** Resolves when the child and everything in its process group are gone; never rejects. */
export async function runChild(spec) {
  const start_ms = performance.now();
  const output = openSync(spec.output_path, "w");
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    stdio: ["ignore", output, output],
    detached: true,
    env: { ...process.env, ...spec.env },
  });
  closeSync(output);
  let stopped;
  let start_error;
  const stop = (why) => {
    stopped ??= why;
    void stopGroup(child);
  };
  const timer = setTimeout(() => stop("limit"), spec.limit_ms);
  const onAbort = () => stop("run");
  if (spec.signal?.aborted) onAbort();
  spec.signal?.addEventListener("abort", onAbort, { once: true });
  const [code, signal] = await new Promise((resolve) => {
    child.once("error", (error) => {
      start_error = error.message;
      resolve([null, null]);
    });
    child.once("exit", (exit_code, exit_signal) => resolve([exit_code, exit_signal]));
  });
  clearTimeout(timer);
  spec.signal?.removeEventListener("abort", onAbort);
  const duration_ms = performance.now() - start_ms;
  const left_processes = start_error === undefined && !(await groupEndsWithin(child, SETTLE_MS));
  if (left_processes) await stopGroup(child);
  return {
    exit_code: code ?? undefined,
    signal: signal ?? undefined,
    duration_ms,
    stopped,
    left_processes: left_processes && stopped === undefined,
    start_error,
  };
}
