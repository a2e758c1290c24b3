import { open } from "node:fs/promises";
import koffi from "koffi";
import { serverError } from "./errors.ts";

const LOCK_EX = 2;
const LOCK_NB = 4;

export interface InstanceLock {
  release(): Promise<void>;
}

/**
 * One server per data folder, by flock(2): the kernel gives the lock back when its holder dies, however that happens,
 * so there is never a stale one to remove. The file holds the holder's pid, for the message and for people.
 * @throws SERVER_ALREADY_RUNNING
 */
export async function lockInstance(path: string): Promise<InstanceLock> {
  const flock = koffi.load(null).func("int flock(int fd, int operation)") as unknown as (
    fd: number,
    how: number,
  ) => number;
  const handle = await open(path, "a+", 0o600);
  if (flock(handle.fd, LOCK_EX | LOCK_NB) !== 0) {
    const pid = (await handle.readFile("utf8")).trim();
    await handle.close();
    throw serverError("SERVER_ALREADY_RUNNING", `the server with pid ${pid || "unknown"} uses ${path}`, { path, pid });
  }
  await handle.truncate(0);
  await handle.write(`${process.pid}\n`);
  return { release: () => handle.close() };
}
