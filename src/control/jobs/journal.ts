import { asHoldfastError } from "../../base/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import { wake } from "../../platform/queue/index.ts";
import { jobError } from "./errors.ts";
import type { Failpoints } from "./failpoints.ts";
import type { JobHandler, JobPorts, JobRow, StepOutput } from "./handler.ts";
import type { Lease } from "./lease.ts";

/** The record of a job's steps: what one attempt finished, the next one finds. */
export interface Journal {
  step<T extends StepOutput>(
    name: string,
    work: () => Promise<T>,
    commit?: (tx: Tx, output: T) => Promise<void>,
  ): Promise<T>;
  /** The step that runs now. */
  readonly current: string | null;
}

export function openJournal(
  job: JobRow,
  handler: JobHandler,
  lease: Lease,
  ports: JobPorts,
  failpoints: Failpoints,
): Journal {
  let current: string | null = null;
  const point = (step: string, where: string) => failpoints.hit(`${handler.kind}.${step}.${where}`);

  return {
    get current() {
      return current;
    },
    async step(name, work, commit) {
      const seq = handler.steps.indexOf(name);
      if (seq < 0)
        throw jobError("JOB_STEP_UNKNOWN", `job kind ${handler.kind} declares no step "${name}"`, { step: name });
      lease.signal.throwIfAborted();
      current = name;
      const recorded = await begin(lease, job, seq, name, ports);
      if (recorded !== undefined) return recorded as Awaited<ReturnType<typeof work>>;
      point(name, "before");
      try {
        const output = await work();
        lease.signal.throwIfAborted();
        point(name, "done");
        await lease.fenced(async (tx) => {
          await commit?.(tx, output);
          await close(tx, job, name, { state: "SUCCEEDED", output: JSON.stringify(output), error: null }, ports);
        });
        point(name, "after");
        return output;
      } catch (error) {
        const reason = lease.signal.aborted ? lease.signal.reason : error;
        // Recording the failure is for the reader of the journal; when the job was lost meanwhile, its new holder
        // records.
        const text = JSON.stringify(asHoldfastError(reason).toJSON());
        await lease
          .fenced((tx) => close(tx, job, name, { state: "FAILED", output: null, error: text }, ports))
          .catch(() => undefined);
        throw reason;
      }
    },
  };
}

/** Marks the step as running, or returns the output it was finished with before. */
async function begin(
  lease: Lease,
  job: JobRow,
  seq: number,
  name: string,
  ports: JobPorts,
): Promise<StepOutput | undefined> {
  return lease.fenced(async (tx) => {
    const now = new Date(ports.clock.now_ms());
    const existing = await tx
      .selectFrom("job_steps")
      .select(["state", "output"])
      .where("job_id", "=", job.id)
      .where("name", "=", name)
      .executeTakeFirst();
    if (existing?.state === "SUCCEEDED") return existing.output ?? {};
    const values = { state: "RUNNING" as const, attempt: job.attempt, started_at: now, finished_at: null, error: null };
    await tx
      .insertInto("job_steps")
      .values({ job_id: job.id, seq, name, ...values })
      .onConflict((conflict) => conflict.columns(["job_id", "name"]).doUpdateSet(values))
      .execute();
    await wake(tx, "holdfast_jobs", job.id);
    return undefined;
  });
}

interface Closing {
  readonly state: "SUCCEEDED" | "FAILED";
  readonly output: string | null;
  readonly error: string | null;
}

async function close(tx: Tx, job: JobRow, name: string, closing: Closing, ports: JobPorts): Promise<void> {
  await tx
    .updateTable("job_steps")
    .set({ ...closing, finished_at: new Date(ports.clock.now_ms()) })
    .where("job_id", "=", job.id)
    .where("name", "=", name)
    .execute();
  const data = { kind: job.kind, step: name, state: closing.state };
  await appendEvent(tx, { type: "holdfast.job.step", subject: job.id, project_id: job.project_id, data }, ports);
  await wake(tx, "holdfast_jobs", job.id);
  await wake(tx, "holdfast_events");
}
