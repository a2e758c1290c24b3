/** Starts a program in a process group of its own, with its output in a file, under a time limit. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

export interface ChildSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Receives stdout and stderr. A file, not a pipe: a grandchild that keeps a pipe open would hold up the run. */
  readonly output_path: string;
  readonly limit_ms: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the child early, e.g. at the limit of the whole run. */
  readonly signal?: AbortSignal;
}

export interface ChildEnd {
  readonly exit_code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly duration_ms: number;
  /** Stopped by us: at its own limit, or because the whole run ended. */
  readonly stopped: "limit" | "run" | undefined;
  /** The child was gone, but processes it had started were not; they were stopped. */
  readonly left_processes: boolean;
  /** Why it could not be started at all. */
  readonly start_error: string | undefined;
}

/** Time to end in good order between SIGTERM and SIGKILL. */
const GRACE_MS = 3_000;
/** Grandchildren may need a moment to notice that their parent is gone. */
const SETTLE_MS = 1_000;
const POLL_MS = 50;

/** Signals every process of the child's group; false when there is none left. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  try {
    process.kill(-child.pid, signal);
    return true;
  } catch {
    return false; // ESRCH: the group is gone.
  }
}

const delay = (delay_ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delay_ms));

async function groupEndsWithin(child: ChildProcess, limit_ms: number): Promise<boolean> {
  for (let waited_ms = 0; waited_ms < limit_ms; waited_ms += POLL_MS) {
    if (!signalGroup(child, 0)) return true;
    await delay(POLL_MS);
  }
  return !signalGroup(child, 0);
}

async function stopGroup(child: ChildProcess): Promise<void> {
  signalGroup(child, "SIGTERM");
  if (!(await groupEndsWithin(child, GRACE_MS))) signalGroup(child, "SIGKILL");
}

/** Resolves when the child and everything in its process group are gone; never rejects. */
export async function runChild(spec: ChildSpec): Promise<ChildEnd> {
  const start_ms = performance.now();
  const output = openSync(spec.output_path, "w");
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    stdio: ["ignore", output, output],
    detached: true,
    env: { ...process.env, ...spec.env },
  });
  closeSync(output);
  let stopped: ChildEnd["stopped"];
  let start_error: string | undefined;
  const stop = (why: "limit" | "run"): void => {
    stopped ??= why;
    void stopGroup(child);
  };
  const timer = setTimeout(() => stop("limit"), spec.limit_ms);
  const onAbort = (): void => stop("run");
  if (spec.signal?.aborted) onAbort();
  spec.signal?.addEventListener("abort", onAbort, { once: true });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
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
