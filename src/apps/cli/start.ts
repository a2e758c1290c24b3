import { systemClock, systemRandom } from "../../base/index.ts";
import { cliError, EXIT } from "./errors.ts";
import type { CliIo } from "./io.ts";
import { runCli } from "./program.ts";

const interrupt = new AbortController();
const io: CliIo = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  clock: systemClock,
  random: systemRandom,
  signal: interrupt.signal,
  exit_code: 0,
};

for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    // The first asks the command to stop in good order, the second means now.
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort(cliError("CLI_INTERRUPTED", `stopped by ${name}`));
  });
}
// `baas list | head` closes the pipe early: no reason for a stack trace.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT.failed);
});

const code = await runCli(io, process.argv.slice(2));
// Everything is said once both have taken it. Then end, whatever is left open: a command that has its result and hangs
// would hang the script that called it.
for (const stream of [process.stdout, process.stderr])
  await new Promise<void>((resolve) => stream.write("", () => resolve()));
process.exit(code);
