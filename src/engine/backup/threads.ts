import { WorkerPool } from "../pipeline/index.ts";
import type { WorkerEvent } from "./worker.ts";

/** Threads of one backup, and whom they tell what happens. */
export interface BackupThreads {
  readonly pool: WorkerPool;
  listen(onEvent: (event: WorkerEvent) => void): void;
}

function startThreads(threads: number): BackupThreads {
  let listener: (event: WorkerEvent) => void = () => undefined;
  const pool = new WorkerPool({
    module: new URL("./worker.ts", import.meta.url),
    threads,
    data: {},
    onEvent: (event) => listener(event as WorkerEvent),
  });
  return {
    pool,
    listen: (onEvent) => {
      listener = onEvent;
    },
  };
}

let spare: BackupThreads | undefined;

/**
 * Starts the threads of the next backup already, so that they load their modules while its caller derives keys: about
 * 0.1 s of a command's life. They keep no process alive.
 */
export function warmUp(threads: number): void {
  if (spare !== undefined) return;
  spare = startThreads(threads);
  spare.pool.keepsProcess(false);
}

/** Threads for a backup: those that were warmed up, when they are as many as wanted. The caller closes the pool. */
export function takeThreads(threads: number): BackupThreads {
  const warm = spare;
  if (warm === undefined || warm.pool.threads !== threads) return startThreads(threads);
  spare = undefined;
  warm.pool.keepsProcess(true);
  return warm;
}
