import type { Clock, Random } from "../../base/index.ts";

/** What a command may touch of the world around it; tests hand in their own. */
export interface CliIo {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** What the process ends with when nothing is thrown. */
  exit_code: number;
}

/** Options every command has. */
export interface CommonOptions {
  readonly json?: boolean;
}
