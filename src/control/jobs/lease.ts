import { sql } from "kysely";
import { asHoldfastError } from "../../base/index.ts";
import type { HoldfastError } from "../../base/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { Wakeups } from "../../platform/queue/index.ts";
import { jobError } from "./errors.ts";
import type { JobPorts, JobRow } from "./handler.ts";

/** This worker's hold on a job: renewed by a heartbeat; lost when another worker could have taken the job. */
export interface Lease {
  readonly signal: AbortSignal;
  /** Aborts the work with this reason. */
  abort(reason: HoldfastError): void;
  /** A transaction that commits only while the lease is held. @throws JOB_LEASE_LOST */
  fenced<T>(work: (tx: Tx, job: JobRow) => Promise<T>): Promise<T>;
  stop(): void;
}

export interface LeaseOptions {
  readonly lease_ms: number;
  readonly heartbeat_ms: number;
  readonly wakeups: Wakeups;
  readonly log: Logger;
}

/** Starts the heartbeat of a job that was just claimed. */
export function holdLease(job: JobRow, ports: JobPorts, options: LeaseOptions): Lease {
  const controller = new AbortController();
  const abort = (reason: HoldfastError) => {
    if (!controller.signal.aborted) controller.abort(reason);
  };
  const lost = () => abort(jobError("JOB_LEASE_LOST", `another worker took job ${job.id} over`, { job_id: job.id }));
  let renewed_ms = ports.clock.monotonic_ms();

  const beat = async (): Promise<void> => {
    const row = await ports.db
      .updateTable("jobs")
      .set({
        heartbeat_at: sql<Date>`now()`,
        lease_until: sql<Date>`now() + ${options.lease_ms} * interval '1 millisecond'`,
      })
      .where("id", "=", job.id)
      .where("lease_owner", "=", job.lease_owner)
      .where("lease_fence", "=", job.lease_fence)
      .returning("cancel_requested_at")
      .executeTakeFirst();
    if (row === undefined) return lost();
    renewed_ms = ports.clock.monotonic_ms();
    if (row.cancel_requested_at !== null)
      abort(jobError("JOB_CANCELED", `job ${job.id} was canceled`, { job_id: job.id }));
  };
  const safeBeat = () =>
    beat().catch((error: unknown) => {
      options.log.warn({ error: asHoldfastError(error), job_id: job.id }, "heartbeat failed");
      if (ports.clock.monotonic_ms() - renewed_ms > options.lease_ms) lost();
    });

  const stopped = new AbortController();
  const beating = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await ports.clock.sleep(options.heartbeat_ms, stopped.signal).catch(() => undefined); // stopped
      if (!stopped.signal.aborted) await safeBeat();
    }
  };
  void beating(); // ends with stop(); every error of a beat is handled where it happens
  // A cancel rings the job's id: look at once instead of at the next beat.
  let looking = false;
  const unsubscribe = options.wakeups.subscribe("holdfast_jobs", (payload) => {
    if (payload !== `cancel:${job.id}` || looking) return;
    looking = true;
    void safeBeat().finally(() => {
      looking = false;
    });
  });
  armDeadline(job, ports, abort, stopped.signal);

  return {
    signal: controller.signal,
    abort,
    fenced: (work) =>
      withTransaction(ports.db, async (tx) => {
        const held = await tx
          .selectFrom("jobs")
          .selectAll()
          .where("id", "=", job.id)
          .where("lease_owner", "=", job.lease_owner)
          .where("lease_fence", "=", job.lease_fence)
          .forUpdate()
          .executeTakeFirst();
        if (held === undefined) {
          lost();
          throw jobError("JOB_LEASE_LOST", `another worker took job ${job.id} over`, { job_id: job.id });
        }
        return work(tx, held);
      }),
    stop() {
      stopped.abort(new Error("the job ended"));
      unsubscribe();
    },
  };
}

/** Timers count in 32 bits; a deadline further away is armed by a later attempt or caught at the end. */
const TIMER_MAX_MS = 2 ** 31 - 1;

function armDeadline(job: JobRow, ports: JobPorts, abort: (reason: HoldfastError) => void, stopped: AbortSignal): void {
  const until = job.complete_until;
  if (until === null) return;
  const left_ms = until.getTime() - ports.clock.now_ms();
  if (left_ms > TIMER_MAX_MS) return;
  const message = `job ${job.id} was not complete at ${until.toISOString()}`;
  ports.clock.sleep(Math.max(0, left_ms), stopped).then(
    () => abort(jobError("JOB_DEADLINE_EXCEEDED", message, { job_id: job.id })),
    () => undefined, // the job ended first
  );
}
