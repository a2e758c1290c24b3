/** Runs `baas` as a user would, and shows what was run and what came back. */
import { readFileSync } from "node:fs";
import { baasCommand, privateEnvironment } from "./command.ts";
import { run } from "./process.ts";
import type { Screen } from "./screen.ts";
import type { DemoServer } from "./server.ts";

export interface ShowOptions {
  /** Only lines of the output that match are shown; all of them by default. */
  readonly lines?: RegExp;
  /** Exit codes that are right here; 0 by default. */
  readonly exit_codes?: readonly number[];
  /** Work that takes a while: its progress is drawn. */
  readonly live?: boolean;
}

export interface Baas {
  /** Runs a command for the audience. Resolves to its standard output and error together. */
  show(args: readonly string[], options?: ShowOptions): Promise<string>;
  /** Reads figures for the closing table from the API, unseen. The path begins with `/v1/`. */
  ask<T>(path: string): Promise<T>;
}

/** A command ended otherwise than it should have. */
export class CommandError extends Error {}

/** An answer of the API takes milliseconds; on a busy machine seconds. */
const ANSWER_LIMIT_MS = 60_000;

/** Speaks to one server. */
export function openBaas(screen: Screen, server: DemoServer, signal: AbortSignal): Baas {
  const env = { ...privateEnvironment(), BAAS_DATA_DIR: server.data_dir };
  const headers = { authorization: `Bearer ${readFileSync(server.admin_token_path, "utf8").trim()}` };
  const start = (words: readonly string[], more: { inherit_stderr?: boolean; onStderr?: (piece: string) => void }) => {
    const { command, args } = baasCommand(words);
    return run(command, args, { env, signal, ...more });
  };
  return {
    async show(words, { lines, exit_codes = [0], live = false } = {}) {
      screen.command(["baas", ...words]);
      // On a terminal the progress line is drawn by the command itself, in place; in a pipe its lines are passed on.
      const draws = live && screen.is_terminal;
      const progress = (piece: string) => {
        const shown = selected(piece, /^(?!job job_|$)/);
        if (shown !== "") screen.output(shown);
      };
      const ended = await start(words, draws ? { inherit_stderr: true } : live ? { onStderr: progress } : {});
      const wanted = lines === undefined ? ended.stdout : selected(ended.stdout, lines);
      if (wanted.trim() !== "") screen.output(wanted);
      if (!live && ended.stderr.trim() !== "") {
        const error = lines === undefined ? ended.stderr : selected(ended.stderr, lines);
        if (error.trim() !== "") screen.output(error);
      }
      if (!exit_codes.includes(ended.code)) {
        throw new CommandError(
          `baas ${words.join(" ")} ended with exit code ${ended.code}, not ${exit_codes.join(" or ")}\n${ended.stdout}${ended.stderr}`,
        );
      }
      return ended.stdout + ended.stderr;
    },
    async ask<T>(path: string): Promise<T> {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]);
      const answer = await fetch(server.url + path, { headers, signal: limit });
      if (!answer.ok) throw new CommandError(`GET ${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as T;
    },
  };
}

function selected(text: string, lines: RegExp): string {
  return text
    .split("\n")
    .filter((line) => lines.test(line))
    .join("\n");
}
