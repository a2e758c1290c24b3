import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { errorCatalogue } from "../../../base/index.ts";
import type { StreamSource } from "../stream/index.ts";

export const commandError = errorCatalogue({
  COMMAND_FAILED: {
    fault: "operational",
    retry: "later",
    guidance: "Run the command on the host by hand, and see what it says. It must end with 0.",
    status_reason: "SnapshotFailed",
  },
});

export const COMMAND_KIND = "command";
const STDERR_CHARS_MAX = 2000;

/** Names the output of a workload's command: backups with the same one follow each other. */
export const commandRoot = (workload_id: string): string => `/command/${workload_id}`;

export interface CommandOptions {
  /** Path of the executable, run without a shell and without arguments. */
  readonly path: string;
  readonly root: string;
  readonly file_name: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * What a program writes to its output, as one file. A program that ends with anything but 0 makes no backup, however
 * much it wrote: half a dump is none.
 */
export function openCommand({ path, root, file_name, env }: CommandOptions): StreamSource {
  let child: ChildProcess | undefined;
  return {
    kind: COMMAND_KIND,
    root,
    async *entries({ signal }) {
      const started = spawn(path, [], {
        env: { ...env },
        stdio: ["ignore", "pipe", "pipe"],
        ...(signal === undefined ? {} : { signal }),
        killSignal: "SIGKILL",
      });
      child = started;
      let said = "";
      started.stderr.on("data", (text: Buffer) => (said = (said + text.toString("utf8")).slice(-STDERR_CHARS_MAX)));
      const ended = once(started, "close").then(
        ([code, by]) => (code === 0 ? undefined : `ended with ${String(code ?? by)}`),
        (error: unknown) => (error as Error).message,
      );
      const output = async function* (): AsyncGenerator<Uint8Array> {
        yield* started.stdout;
        const why = await ended;
        if (why === undefined) return;
        const words = said.trim() === "" ? "" : `: ${said.trim()}`;
        throw commandError("COMMAND_FAILED", `${path} ${why}${words}`, { path });
      };
      yield { type: "file", path: file_name, content: { kind: "bytes", bytes: output() } };
    },
    async close() {
      child?.kill("SIGKILL");
    },
  };
}
