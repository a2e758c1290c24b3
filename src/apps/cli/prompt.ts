import { createInterface } from "node:readline/promises";
import { cliError } from "./errors.ts";
import type { CliIo } from "./io.ts";

const ENTER = new Set(["\r", "\n"]);
const BACKSPACE = new Set(["\x7f", "\b"]);
const CTRL_C = "\x03";
const CTRL_D = "\x04";
const PASSPHRASE_CHARS_MAX = 4096;

/** Can a person be asked? */
export function isInteractive(io: CliIo): boolean {
  return Boolean(io.stdin.isTTY && io.stderr.isTTY);
}

/**
 * Asks for a secret on the terminal; nothing typed is shown, not even what was typed before the question.
 * @throws CLI_INTERRUPTED on Ctrl-C or Ctrl-D, and when the command is told to stop
 */
export function askSecret(io: CliIo, question: string): Promise<string> {
  const { stdin, stderr, signal } = io;
  return new Promise((resolve, reject) => {
    let typed = "";
    const finish = (act: () => void, typed_ahead = "") => {
      stdin.off("data", onData);
      signal.removeEventListener("abort", interrupt);
      stdin.pause();
      stdin.setRawMode(false);
      if (typed_ahead !== "") stdin.unshift(typed_ahead, "utf8");
      stderr.write("\n");
      act();
    };
    const interrupt = () => finish(() => reject(cliError("CLI_INTERRUPTED", "nothing was typed")));
    const onData = (data: string) => {
      let at = 0;
      for (const char of data) {
        at += char.length;
        if (ENTER.has(char)) return finish(() => resolve(typed), data.slice(at));
        if (char === CTRL_C || char === CTRL_D) return interrupt();
        if (BACKSPACE.has(char)) typed = [...typed].slice(0, -1).join("");
        else if (typed.length < PASSPHRASE_CHARS_MAX) typed += char;
      }
    };
    // Echo goes off before the question shows: who answers at once must neither be seen nor be lost.
    stdin.setRawMode(true);
    stdin.setEncoding("utf8");
    if (signal.aborted) return interrupt();
    signal.addEventListener("abort", interrupt);
    stdin.on("data", onData);
    stdin.resume();
    stderr.write(question);
  });
}

/** Asks for one line on the terminal. */
export async function askLine(io: CliIo, question: string): Promise<string> {
  const lines = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return await lines.question(question, { signal: io.signal });
  } finally {
    lines.close();
  }
}
