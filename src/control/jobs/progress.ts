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
  const stopping = new AbortController();
  let newest: JobProgress | undefined;
  let writing: Promise<void> | undefined;

  const write = async (value: JobProgress): Promise<void> => {
    const { numUpdatedRows } = await ports.db
      .updateTable("jobs")
      .set({ progress: JSON.stringify(value) })
      .where("id", "=", job.id)
      .where("lease_owner", "=", job.lease_owner)
      .where("lease_fence", "=", job.lease_fence)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) await wake(ports.db, "holdfast_jobs", job.id);
  };

  /** Writes what is newest, then rests; ends when nothing new has come. */
  const drain = async (): Promise<void> => {
    while (newest !== undefined) {
      const value = newest;
      newest = undefined;
      await write(value).catch((error: unknown) => {
        // A figure for the eye: the next one comes within a second, and a database that is gone stops the job by its
        // lease.
        log.warn({ error: asHoldfastError(error), job_id: job.id }, "progress could not be written");
      });
      if (stopping.signal.aborted) continue;
      await ports.clock.sleep(WRITE_EVERY_MS, stopping.signal).catch(() => undefined); // stopped
    }
    writing = undefined;
  };

  return {
    update(progress, step) {
      if (stopping.signal.aborted) return;
      newest = {
        done_bytes: progress.bytes_done,
        total_bytes: progress.bytes_total,
        done_files: progress.files_done,
        total_files: progress.files_total,
        rate_bytes_per_second: Math.round(progress.rate_bytes_per_s),
        left_seconds: progress.eta_ms === null ? null : Math.ceil(progress.eta_ms / 1000),
        step: progress.phase || step,
      };
      writing ??= drain();
    },
    async stop() {
      stopping.abort(new Error("the job ended"));
      await writing;
    },
  };
}
