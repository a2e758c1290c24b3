import { readFile, readlink, realpath } from "node:fs/promises";
import { platform } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../base/index.ts";

/** A running server, as its pid file tells. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly socket_dir: string;
}

/**
 * The server that runs on `data_dir`, if one does. A pid file alone proves nothing: after a crash the number may belong
 * to any process, so the process must also be PostgreSQL working in this very folder.
 */
export async function runningPostmaster(data_dir: string): Promise<Postmaster | undefined> {
  let text: string;
  try {
    text = await readFile(join(data_dir, "postmaster.pid"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  // Lines: pid, data folder, start time, port, socket folder, listen address, shared memory, status.
  const [pid_line, , , port_line, socket_dir] = text.split("\n");
  const pid = Number(pid_line);
  if (!Number.isInteger(pid) || pid <= 1 || !(await isPostmasterOf(pid, data_dir))) return undefined;
  return { pid, port: Number(port_line), socket_dir: socket_dir ?? "" };
}

/** Waits until the process is gone; false when it still runs after `timeout_ms`. */
export async function waitForExit(pid: number, data_dir: string, timeout_ms: number, clock: Clock): Promise<boolean> {
  const deadline_ms = clock.monotonic_ms() + timeout_ms;
  while (await isPostmasterOf(pid, data_dir)) {
    if (clock.monotonic_ms() >= deadline_ms) return false;
    await clock.sleep(20);
  }
  return true;
}

async function isPostmasterOf(pid: number, data_dir: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  // Where there is no /proc, PostgreSQL's own check of its pid file has to do.
  if (platform() !== "linux") return true;
  try {
    const state = (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /s, "")[0];
    return state !== "Z" && (await readlink(`/proc/${pid}/cwd`)) === (await realpath(data_dir));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return false; // It ended meanwhile.
    throw error;
  }
}

/** Is there a process of this number, whoever it belongs to? */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
