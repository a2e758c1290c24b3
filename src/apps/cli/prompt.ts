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
 * Asks for a secret on the terminal; nothing typed is shown.
 * @throws CLI_INTERRUPTED on Ctrl-C or Ctrl-D
 */
export function askSecret(io: CliIo, question: string): Promise<string> {
  const { stdin, stderr } = io;
  return new Promise((resolve, reject) => {
    let typed = "";
    const finish = (act: () => void) => {
      stdin.off("data", onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write("\n");
      act();
    };
    const onData = (data: string) => {
      for (const char of data) {
        if (ENTER.has(char)) return finish(() => resolve(typed));
        if (char === CTRL_C || char === CTRL_D)
          return finish(() => reject(cliError("CLI_INTERRUPTED", "nothing was typed")));
        if (BACKSPACE.has(char)) typed = [...typed].slice(0, -1).join("");
        else if (typed.length < PASSPHRASE_CHARS_MAX) typed += char;
      }
    };
    stderr.write(question);
    stdin.setRawMode(true);
    stdin.setEncoding("utf8");
    stdin.on("data", onData);
    stdin.resume();
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
