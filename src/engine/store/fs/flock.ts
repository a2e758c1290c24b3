import { open } from "node:fs/promises";
import koffi from "koffi";
import type { Clock, Random } from "../../../base/index.ts";
import { errnoError, storeError, throwIfAborted } from "../errors.ts";

/**
 * Mutual exclusion between threads and processes through flock(2): the kernel gives the lock back when its holder
 * dies, so there is no stale lock to break and no clock to trust. Each holder opens the file itself, because a lock
 * belongs to the open file, and so excludes other holders in the same process as well.
 */

const LOCK_EX = 2;
const LOCK_NB = 4;
const WAIT_MS_MAX = 60_000;
const PAUSE_MS_MAX = 20;

type Flock = (fd: number, operation: number) => number;
let loaded: Flock | undefined;

function flock(): Flock {
  loaded ??= koffi.load(null).func("int flock(int fd, int operation)") as unknown as Flock;
  return loaded;
}

export interface FlockOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` while holding the lock on the file `path` (created when missing).
 * @throws STORE_TIMEOUT when the lock is not free within a minute, STORE_ABORTED
 */
export async function withFlock<T>(path: string, options: FlockOptions, work: () => Promise<T>): Promise<T> {
  const handle = await open(path, "a", 0o600);
  try {
    await acquire(handle.fd, path, options);
    return await work();
  } finally {
    await handle.close();
  }
}

async function acquire(fd: number, path: string, { clock, random, signal }: FlockOptions): Promise<void> {
  const give_up_ms = clock.monotonic_ms() + WAIT_MS_MAX;
  for (let pause_ms = 1; flock()(fd, LOCK_EX | LOCK_NB) !== 0; pause_ms = Math.min(PAUSE_MS_MAX, pause_ms * 2)) {
    const errno = koffi.errno();
    if (errno !== koffi.os.errno["EAGAIN"] && errno !== koffi.os.errno["EINTR"]) {
      throw errnoError("EIO", path, `flock failed with errno ${errno}`);
    }
    throwIfAborted(signal, `waiting for ${path}`);
    if (clock.monotonic_ms() > give_up_ms) {
      throw storeError("STORE_TIMEOUT", `${path} is still held by another writer after ${WAIT_MS_MAX} ms`, { path });
    }
    const jitter = (random.bytes(1)[0] ?? 0) / 256;
    await clock.sleep(pause_ms * (0.5 + jitter));
  }
}
