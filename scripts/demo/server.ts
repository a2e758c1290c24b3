/** A real server, started as a user starts it: `baas up`. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { baasCommand, privateEnvironment } from "./command.ts";

export interface DemoServer {
  readonly url: string;
  readonly data_dir: string;
  readonly admin_token_path: string;
  readonly log_path: string;
  readonly start_ms: number;
  /** Bytes that the server's process has read so far, by the kernel's own count; undefined where it is not told. */
  readBytes(): number | undefined;
  /** Resolves with its exit code when it has ended. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

interface Folders {
  readonly data_dir: string;
  readonly keys_dir: string;
  readonly log_path: string;
}

/** The server did not start; the message has the end of its log. */
export class ServerError extends Error {}

/** A first start on a slow machine takes 10 s: database, keys, regions. */
const READY_LIMIT_MS = 90_000;
/** How often the server looks at its schedule; 15 s by default, which an audience would have to wait for. */
const TICK_SECONDS = "3";
/** The server lets running jobs come to a safe point first. */
const STOP_LIMIT_MS = 40_000;

/** Resolves when the server is ready. */
export async function startServer(folders: Folders): Promise<DemoServer> {
  const start_ms = performance.now();
  mkdirSync(dirname(folders.log_path), { recursive: true });
  const log = openSync(folders.log_path, "a", 0o600);
  const { data_dir, keys_dir, log_path } = folders;
  const { command, args } = baasCommand([
    "up",
    "--data",
    data_dir,
    "--keys",
    keys_dir,
    "--listen",
    "127.0.0.1:0",
    "--json",
  ]);
  // A process group of its own: Ctrl-C is for the demo, which then stops the server in good order.
  const env = { ...privateEnvironment(), BAAS_SCHEDULE_TICK_SECONDS: TICK_SECONDS };
  const child = spawn(command, args, { stdio: ["ignore", "pipe", log], detached: true, env });
  closeSync(log);
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("exit", (code) => resolve(code));
  });
  const stop = () => stopChild(child, ended);
  try {
    const ready = await readiness(child, ended, log_path);
    return {
      ...ready,
      data_dir,
      log_path,
      start_ms: performance.now() - start_ms,
      ended,
      stop,
      readBytes: () => readBytes(child),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What `baas up --json` prints once it is ready. */
interface Ready {
  readonly url: string;
  readonly admin_token_path: string;
}

async function readiness(child: ChildProcess, ended: Promise<number | null>, log_path: string): Promise<Ready> {
  const printed = new Promise<Ready>((resolve) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      if (text.trimEnd().endsWith("\n}")) resolve(JSON.parse(text) as Ready);
    });
  });
  const why = () => `; the end of its log, ${log_path}:\n${readFileSync(log_path, "utf8").slice(-3000)}`;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      printed,
      ended.then((code) => {
        throw new ServerError(`the server ended with exit code ${code} before it was ready${why()}`);
      }),
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new ServerError(`the server was not ready in 90 s${why()}`)), READY_LIMIT_MS);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

async function stopChild(child: ChildProcess, ended: Promise<number | null>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}

function readBytes({ pid }: ChildProcess): number | undefined {
  try {
    const counted = /^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1];
    return counted === undefined ? undefined : Number(counted);
  } catch {
    return undefined; // no /proc, or not for us: the figure is left out
  }
}
