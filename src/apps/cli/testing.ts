import { PassThrough } from "node:stream";
import { systemClock, systemRandom } from "../../base/index.ts";
import type { CliIo } from "./io.ts";
import { runCli } from "./program.ts";

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** Pretend that output goes to a terminal this wide. */
  readonly terminal_chars?: number;
  /** Typed into the terminal, piece by piece, after each question. */
  readonly stdin?: NodeJS.ReadStream;
}

/** Runs one command line in this process, with output caught. */
export async function cli(argv: readonly string[], options: CliRunOptions = {}): Promise<CliRun> {
  const stdout = captured(options.terminal_chars);
  const stderr = captured(options.terminal_chars);
  const io: CliIo = {
    stdin: options.stdin ?? (new PassThrough().end() as unknown as NodeJS.ReadStream),
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    clock: systemClock,
    random: systemRandom,
    signal: options.signal ?? new AbortController().signal,
    exit_code: 0,
  };
  const code = await runCli(io, argv);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function captured(terminal_chars: number | undefined) {
  const pieces: Buffer[] = [];
  const stream = new PassThrough();
  stream.on("data", (piece: Buffer) => pieces.push(piece));
  if (terminal_chars !== undefined) Object.assign(stream, { isTTY: true, columns: terminal_chars });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => Buffer.concat(pieces).toString("utf8") };
}
