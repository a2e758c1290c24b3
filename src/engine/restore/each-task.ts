import type { WorkerPool } from "../pipeline/index.ts";
import type { RestoreTask, RestoreTaskResult } from "./task.ts";

/**
 * Has tasks done by the threads, as soon as one of them is free.
 * @param take given each result
 * @param onFed when the threads have all tasks, though not all results are there
 * @throws what the first failed task failed with; no more are given out then
 */
export async function eachTask<T extends { task: RestoreTask }>(
  pool: WorkerPool,
  signal: AbortSignal | undefined,
  tasks: readonly T[],
  take: (task: T, result: RestoreTaskResult) => void,
  onFed?: () => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let failure: unknown;
  for (const task of tasks) {
    if (failure !== undefined) break;
    signal?.throwIfAborted();
    await pool.available();
    const one: Promise<void> = pool
      .run<RestoreTaskResult>(task.task)
      .then((result) => take(task, result))
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => running.delete(one));
    running.add(one);
  }
  await onFed?.();
  await Promise.all(running);
  if (failure !== undefined) throw failure;
}
