import { jobError } from "./errors.ts";
import type { JobHandler } from "./handler.ts";

/** Where a crash test can make the process die. */
export interface Failpoints {
  /** Called at every boundary of a job's steps; costs nothing when no failpoint is set. */
  hit(name: string): void;
}

export const noFailpoints: Failpoints = { hit: () => undefined };

/** Points of one step: `before` it does anything, `done` but not yet recorded, `after` it was recorded. */
export const stepPoints = ["before", "done", "after"] as const;
/** Points of the job as a whole. `progress`: at each progress report of the engine. */
const jobPoints = ["claimed", "progress", "ended"] as const;

/** Every failpoint the given job kinds have, e.g. `backup.run.done`. */
export function listFailpoints(handlers: readonly Pick<JobHandler, "kind" | "steps">[]): string[] {
  return handlers.flatMap(({ kind, steps }) => [
    ...jobPoints.map((point) => `${kind}.${point}`),
    ...steps.flatMap((step) => stepPoints.map((point) => `${kind}.${step}.${point}`)),
  ]);
}

/**
 * Parses `name` or `name:n` (the n-th hit, from 1) and calls `die` there.
 *
 * @example
 *   createFailpoints("backup.run.done:2", handlers, () => process.kill(process.pid, "SIGKILL"));
 * @throws FAILPOINT_UNKNOWN: a crash test that never crashes proves nothing
 */
export function createFailpoints(
  setting: string | undefined,
  handlers: readonly Pick<JobHandler, "kind" | "steps">[],
  die: () => void,
): Failpoints {
  if (setting === undefined || setting === "") return noFailpoints;
  const [name = "", nth = "1"] = setting.split(":");
  if (!listFailpoints(handlers).includes(name) || !(Number(nth) >= 1)) {
    throw jobError("FAILPOINT_UNKNOWN", `there is no failpoint ${setting}`, { failpoint: setting });
  }
  let left = Number(nth);
  return {
    hit(point) {
      if (point === name && --left === 0) die();
    },
  };
}
