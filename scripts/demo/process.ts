/** Starts programs and waits for them, with a bound. */
import { spawn } from "node:child_process";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly duration_ms: number;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** Lets the program draw on our own terminal. */
  readonly inherit_stderr?: boolean;
  /** Called with each piece of standard error as it comes. */
  readonly onStderr?: (piece: string) => void;
}

/** Far above what anything here takes; a program that hangs must not hang the demo. */
const LIMIT_MS = 15 * 60_000;
const OUTPUT_CHARS_MAX = 256 * 1024 * 1024;

/** A program could not be started, or ended by a signal, or wrote without end. */
export class ProcessError extends Error {}

/** Resolves when the program has ended, with whatever exit code; output is read as UTF-8. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const start_ms = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: options.env ?? { ...process.env, LC_ALL: "C" },
      stdio: ["pipe", "pipe", options.inherit_stderr ? "inherit" : "pipe"],
      timeout: LIMIT_MS,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    let stdout = "";
    let stderr = "";
    const grow = (text: string, piece: string): string => {
      if (text.length + piece.length > OUTPUT_CHARS_MAX) child.kill();
      return text + piece;
    };
    child.stdout?.setEncoding("utf8").on("data", (piece: string) => (stdout = grow(stdout, piece)));
    child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
      stderr = grow(stderr, piece);
      options.onStderr?.(piece);
    });
    child.stdin?.on("error", () => undefined); // it ended without reading; its exit code says why
    child.stdin?.end(options.stdin ?? "");
    child.on("error", (error) =>
      reject(new ProcessError(`${command} cannot be run: ${error.message}`, { cause: error })),
    );
    child.on("close", (code, signal) => {
      if (code === null) reject(new ProcessError(`${command} was ended by ${signal}\n${stderr}`));
      else resolve({ code, stdout, stderr, duration_ms: performance.now() - start_ms });
    });
  });
}

/** As `run`, for a program that has to succeed. */
export async function runWell(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const ended = await run(command, args, options);
  if (ended.code !== 0) throw new ProcessError(`${command} ${args.join(" ")} failed (${ended.code}): ${ended.stderr}`);
  return ended;
}

/** Is there such a program on the PATH? */
export async function installed(command: string): Promise<boolean> {
  return (await run("sh", ["-c", 'command -v "$1"', "sh", command])).code === 0;
}
