import { asHoldfastError } from "../../base/index.ts";
import type { Progress } from "../../engine/pipeline/index.ts";
import type { JobProgress } from "../../model/index.ts";
import { wake } from "../../platform/queue/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { JobPorts, JobRow } from "./handler.ts";

const WRITE_EVERY_MS = 1000;

/** Writes the newest progress to the job's row, at most once a second. */
export interface ProgressWriter {
  update(progress: Progress, step: string | null): void;
  /** Resolves when nothing is being written any more. */
  stop(): Promise<void>;
}

export function createProgressWriter(job: JobRow, ports: JobPorts, log: Logger): ProgressWriter {
  let newest: JobProgress | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let written_ms = Number.NEGATIVE_INFINITY;
  let stopped = false;

  const write = () => {
    timer = undefined;
    const value = newest;
    if (value === undefined || stopped) return;
    newest = undefined;
    written_ms = ports.clock.monotonic_ms();
    writing = (async () => {
      const { numUpdatedRows } = await ports.db
        .updateTable("jobs")
        .set({ progress: JSON.stringify(value) })
        .where("id", "=", job.id)
        .where("lease_owner", "=", job.lease_owner)
        .where("lease_fence", "=", job.lease_fence)
        .executeTakeFirst();
      if (numUpdatedRows > 0n) await wake(ports.db, "holdfast_jobs", job.id);
    })().catch((error: unknown) => {
      // A figure for the eye: the next one comes within a second, and a database that is gone stops the job by its lease.
      log.warn({ error: asHoldfastError(error), job_id: job.id }, "progress could not be written");
    });
  };

  return {
    update(progress, step) {
      newest = {
        done_bytes: progress.bytes_done,
        total_bytes: progress.bytes_total,
        done_files: progress.files_done,
        total_files: progress.files_total,
        rate_bytes_per_second: Math.round(progress.rate_bytes_per_s),
        left_seconds: progress.eta_ms === null ? null : Math.ceil(progress.eta_ms / 1000),
        step: progress.phase || step,
      };
      if (timer !== undefined || stopped) return;
      const wait_ms = written_ms + WRITE_EVERY_MS - ports.clock.monotonic_ms();
      if (wait_ms <= 0) write();
      else timer = setTimeout(write, wait_ms);
    },
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      write();
      stopped = true;
      await writing;
    },
  };
}
