import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { type Clock, systemClock } from "../../base/index.ts";
import { keyError } from "../../engine/keys/index.ts";

const READY_MS_DEFAULT = 15_000;
const POLL_MS = 20;
const STOP_MS = 15_000;
const LOG_TAIL_CHARS = 2_000;

export interface KeyManagerProcess {
  readonly pid: number;
  /** Resolves with the exit code, or null after a signal, whenever it ends. */
  readonly exited: Promise<number | null>;
  /** SIGTERM, and SIGKILL when it has not drained within 15 s. */
  stop(): Promise<void>;
}

/**
 * Starts the key manager as a process of its own and resolves once it answers on its socket.
 *
 * @param options.token_dir with `init`: where the tokens go, as `server.token` and `admin.token`
 * @param options.log_file receives its output; the parent's own is not touched
 * @param options.outlive_parent by default it ends (draining) when this process ends, however that happens
 * @throws KEY_MANAGER_START_FAILED with the end of its log when it ends or is silent for `ready_ms`
 */
export async function startKeyManagerProcess(options: {
  readonly dir: string;
  readonly socket_path: string;
  readonly log_file: string;
  readonly audit_dir?: string;
  readonly root_secret_file?: string;
  readonly vault_file?: string;
  readonly init?: { readonly token_dir: string };
  readonly outlive_parent?: boolean;
  readonly ready_ms?: number;
  readonly clock?: Clock;
}): Promise<KeyManagerProcess> {
  const clock = options.clock ?? systemClock;
  const args = ["--dir", options.dir, "--socket", options.socket_path];
  if (options.audit_dir !== undefined) args.push("--audit-dir", options.audit_dir);
  if (options.root_secret_file !== undefined) args.push("--root-secret-file", options.root_secret_file);
  if (options.vault_file !== undefined) args.push("--vault", options.vault_file);
  if (options.init !== undefined) args.push("--init", "--token-dir", options.init.token_dir);
  if (!options.outlive_parent) args.push("--stop-with-stdin");

  const child = start(args, options.log_file, options.outlive_parent ?? false);
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const failed = new Promise<Error>((resolve) => child.once("error", resolve));
  let ended: string | undefined;
  void exited.then((code) => {
    ended = `ended with code ${code}`;
  });
  void failed.then((error) => {
    ended = error.message;
  });

  const deadline_ms = clock.monotonic_ms() + (options.ready_ms ?? READY_MS_DEFAULT);
  while ((await healthPid(options.socket_path)) !== child.pid) {
    if (ended === undefined && clock.monotonic_ms() < deadline_ms) {
      await clock.sleep(POLL_MS);
      continue;
    }
    child.kill("SIGKILL");
    const log = await readFile(options.log_file, "utf8");
    throw keyError(
      "KEY_MANAGER_START_FAILED",
      `the key manager of ${options.dir} ${ended ?? "did not get ready in time"}: ${log.slice(-LOG_TAIL_CHARS).trim()}`,
      { dir: options.dir, log_file: options.log_file },
    );
  }

  return {
    pid: child.pid as number,
    exited,
    async stop() {
      if (ended !== undefined) return;
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await exited;
      clearTimeout(force);
    },
  };
}

function start(args: readonly string[], log_file: string, outlive_parent: boolean): ChildProcess {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const log = openSync(log_file, "a", 0o600);
  try {
    const child = spawn(process.execPath, [main, ...args], {
      // The pipe carries nothing: the kernel closes it when this process is gone.
      stdio: [outlive_parent ? "ignore" : "pipe", log, log],
      detached: true,
    });
    child.unref();
    (child.stdin as (NodeJS.WritableStream & { unref?: () => void }) | null)?.unref?.();
    return child;
  } finally {
    closeSync(log);
  }
}

/** The pid of the key manager that answers on this socket, or null when none does. */
function healthPid(socket_path: string): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = request({ socketPath: socket_path, path: "/v1/health", agent: false, timeout: 1_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => {
        const pid = /"pid":(\d+)/.exec(text)?.[1];
        resolve(pid === undefined ? null : Number(pid));
      });
      response.on("error", () => resolve(null));
    });
    probe.on("timeout", () => probe.destroy());
    probe.on("error", () => resolve(null));
    probe.end();
  });
}
