import { sql } from "kysely";
import { asHoldfastError, hasCode } from "../../base/index.ts";
import type { HoldfastError } from "../../base/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import { Bell } from "../../platform/queue/index.ts";
import type { Wakeups } from "../../platform/queue/index.ts";
import { silentTracer, type Tracer } from "../../platform/trace/index.ts";
import { claimJob } from "./claim.ts";
import { jobError } from "./errors.ts";
import type { Failpoints } from "./failpoints.ts";
import { endJob, failOrRetry, tellState } from "./finish.ts";
import { postponeJob } from "./postpone.ts";
import type { JobHandler, JobOutcome, JobPorts, JobRow } from "./handler.ts";
import { openJournal } from "./journal.ts";
import { holdLease } from "./lease.ts";
import type { Lease } from "./lease.ts";
import type { LimitDefaults } from "./limits.ts";
import { createProgressWriter } from "./progress.ts";
import { traceJob } from "./traced.ts";

export interface RunnerOptions extends JobPorts {
  readonly wakeups: Wakeups;
  readonly handlers: readonly JobHandler[];
  readonly log: Logger;
  readonly failpoints: Failpoints;
  /** Told of every attempt; without it nobody is. */
  readonly tracer?: Tracer;
  /** For regions and sources the settings table says nothing about. */
  readonly limits?: LimitDefaults;
  /**
   * `<installation>/<process>`: all leases of an installation that starts anew are its own, left by its last process.
   */
  readonly owner: { readonly installation: string; readonly process: string };
  /** Jobs this process runs at once. */
  readonly slots: number;
  /** Takes jobs of hosts with agents, which do the work: a slot only waits. Without it: all other jobs. */
  readonly for_agents?: boolean;
  readonly lease_ms?: number;
  readonly heartbeat_ms?: number;
  readonly poll_ms?: number;
}

export interface Runner {
  /** Jobs this process runs now. */
  readonly active: number;
  /** Takes no more jobs, gives those that run up to `wait_ms` to end, then hands the rest back to the queue. */
  drain(wait_ms: number): Promise<void>;
}

/** A dead worker's job is free after this long; with the poll below that is well within a minute. */
const LEASE_MS = 30_000;
const HEARTBEAT_MS = 8_000;
/** Wake-ups make jobs start at once; the poll finds what nobody rings for: times that come, leases that end. */
const POLL_MS = 2_000;
const AFTER_ERROR_MS = 1_000;

/** Starts claiming and running jobs. */
export async function startRunner(options: RunnerOptions): Promise<Runner> {
  const handlers = new Map(options.handlers.map((handler) => [handler.kind as string, handler]));
  const owner = `${options.owner.installation}/${options.owner.process}`;
  const lease_ms = options.lease_ms ?? LEASE_MS;
  const active = new Map<string, { lease: Lease; done: Promise<void> }>();
  let stopping = false;
  const bell = new Bell(options.clock);
  const unsubscribe = options.wakeups.subscribe("holdfast_jobs", () => bell.ring());
  await freeOwnOrphans(options);

  const loop = (async () => {
    while (!stopping) {
      try {
        while (!stopping && active.size < options.slots) {
          const { limits = {}, for_agents = false } = options;
          const job = await claimJob(options, { owner, lease_ms, handlers, limits, for_agents });
          if (job === undefined) break;
          const handler = handlers.get(job.kind);
          if (handler === undefined) break; // nextCandidate() offers known kinds only
          const lease = holdLease(job, options, {
            lease_ms,
            heartbeat_ms: options.heartbeat_ms ?? HEARTBEAT_MS,
            wakeups: options.wakeups,
            log: options.log,
          });
          const done = runJob(job, handler, lease, options).finally(() => {
            active.delete(job.id);
            bell.ring();
          });
          active.set(job.id, { lease, done });
        }
        await bell.wait(options.poll_ms ?? POLL_MS);
      } catch (error) {
        options.log.error({ error: asHoldfastError(error) }, "no job could be claimed");
        await bell.wait(AFTER_ERROR_MS);
      }
    }
  })();

  return {
    get active() {
      return active.size;
    },
    async drain(wait_ms) {
      stopping = true;
      bell.ring();
      await loop;
      unsubscribe();
      const finished = () => Promise.all([...active.values()].map(({ done }) => done));
      const giveUp = new AbortController();
      await Promise.race([finished(), options.clock.sleep(wait_ms, giveUp.signal).catch(() => undefined)]);
      giveUp.abort();
      for (const [id, { lease }] of active) {
        lease.abort(jobError("WORKER_STOPPING", `the server stops while job ${id} runs`, { job_id: id }));
      }
      await finished();
    },
  };
}

/** At start: what this installation's last process left behind is free at once, not after its lease. */
async function freeOwnOrphans(options: RunnerOptions): Promise<void> {
  const { numUpdatedRows } = await options.db
    .updateTable("jobs")
    .set({ lease_until: sql<Date>`now() - interval '1 second'` })
    .where("state", "in", ["RUNNING", "VERIFYING"])
    .where(sql<boolean>`starts_with(lease_owner, ${`${options.owner.installation}/`})`)
    // What another runner of this very process has taken meanwhile is no orphan.
    .where("lease_owner", "<>", `${options.owner.installation}/${options.owner.process}`)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) options.log.warn({ jobs: Number(numUpdatedRows) }, "taking up jobs the last process left");
}

async function runJob(job: JobRow, handler: JobHandler, lease: Lease, options: RunnerOptions): Promise<void> {
  const log = options.log.child({ job_id: job.id, kind: job.kind, attempt: job.attempt });
  const journal = openJournal(job, handler, lease, options, options.failpoints);
  const trace = traceJob(options.tracer ?? silentTracer, job);
  const progress = createProgressWriter(job, options, log);
  options.failpoints.hit(`${handler.kind}.claimed`);
  log.info("job started");
  try {
    const outcome = await handler.run({
      job,
      signal: lease.signal,
      log,
      step: (name, work, commit) => journal.step(name, () => trace.step(name, work), commit),
      progress(update) {
        options.failpoints.hit(`${handler.kind}.progress`);
        progress.update(update, journal.current);
        trace.phase(update.phase);
      },
    });
    await progress.stop();
    await lease.fenced((tx, row) => endJob(tx, row, succeededEnd(outcome), handler, options));
    trace.end(outcome.state);
    options.failpoints.hit(`${handler.kind}.ended`);
    log.info({ state: outcome.state }, "job ended");
  } catch (thrown) {
    await progress.stop();
    const error = asHoldfastError(lease.signal.aborted ? lease.signal.reason : thrown);
    trace.end("ENDED_EARLY", error);
    await settle(job, handler, lease, error, options, log);
  } finally {
    lease.stop();
  }
}

/** Records how an attempt went wrong. When even that fails, the lease runs out and the job is taken up again. */
async function settle(
  job: JobRow,
  handler: JobHandler,
  lease: Lease,
  error: HoldfastError,
  options: RunnerOptions,
  log: Logger,
): Promise<void> {
  if (hasCode(error, "JOB_LEASE_LOST")) {
    log.warn("another worker has taken the job over");
    return;
  }
  try {
    if (hasCode(error, "WORKER_STOPPING")) {
      await lease.fenced((tx, row) => handBack(tx, row, options));
      log.info("job handed back to the queue");
      return;
    }
    if (hasCode(error, "JOB_POSTPONED")) {
      await lease.fenced((tx, row) => postponeJob(tx, row, error, options));
      log.info("job postponed");
      return;
    }
    await lease.fenced((tx, row) => failOrRetry(tx, row, error, handler, options));
    log.warn({ error }, "job attempt failed");
  } catch (failure) {
    log.error({ error: asHoldfastError(failure), job_id: job.id }, "the end of a job could not be recorded");
  }
}

/** Frees the lease and leaves the job RUNNING: whoever takes it up goes on from the journal within the same attempt. */
async function handBack(tx: Tx, job: JobRow, ports: JobPorts): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  await tx
    .updateTable("jobs")
    .set({ lease_owner: null, lease_until: sql<Date>`now() - interval '1 second'`, updated_at: now })
    .where("id", "=", job.id)
    .execute();
  await tellState(tx, job, "RUNNING", { handed_back: true }, ports);
}

function succeededEnd(outcome: JobOutcome) {
  return {
    state: outcome.state,
    status_reason: outcome.status_reason ?? null,
    error: null,
    result: outcome.result,
    ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
  };
}
