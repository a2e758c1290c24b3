import { sql } from "kysely";
import { withTransaction } from "../../platform/db/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { jobError } from "./errors.ts";
import { endJob, failedEnd, tellState } from "./finish.ts";
import type { JobHandler, JobPorts, JobRow } from "./handler.ts";
import { readJobLimits } from "./limits.ts";
import type { LimitDefaults } from "./limits.ts";

/**
 * `select pg_advisory_xact_lock` key: one claim at a time, so that concurrency limits hold over any number of workers.
 */
const CLAIM_LOCK = 0x484a4f42; // "HJOB"
/** A job whose workers keep dying is ended instead of killing workers for ever. */
const LOSSES_MAX = 20;
const SWEEP_MAX = 100;
/** Jobs that touch the workload's own source; a restore to somewhere else does not keep it from being backed up. */
const READS_SOURCE = sql`(kind = 'backup' or (kind = 'restore' and input->>'in_place' = 'true'))`;

export interface ClaimOptions {
  readonly owner: string;
  readonly lease_ms: number;
  readonly handlers: ReadonlyMap<string, JobHandler>;
  readonly limits: LimitDefaults;
  /** Take jobs of hosts whose agents are there, and no others; without it: jobs that no agent does. */
  readonly for_agents?: boolean;
}

/** An agent polls at least twice a minute. */
const AGENT_THERE_MS = 75_000;

/** Takes the next job that is due and within all limits, or a lost one, and leases it; undefined when there is none. */
export async function claimJob(ports: JobPorts, options: ClaimOptions): Promise<JobRow | undefined> {
  return withTransaction(ports.db, async (tx) => {
    await sql`select pg_advisory_xact_lock(${CLAIM_LOCK})`.execute(tx);
    await sweep(tx, ports, options);
    const candidate = await nextCandidate(tx, ports, options);
    if (candidate === undefined) return undefined;
    const lost = candidate.state === "RUNNING" || candidate.state === "VERIFYING";
    const now = new Date(ports.clock.now_ms());
    const job = await tx
      .updateTable("jobs")
      .set({
        state: "RUNNING",
        // A worker's death is not the job's failure: it does not use up an attempt. `lease_fence - attempt` counts the
        // deaths.
        attempt: lost ? candidate.attempt : candidate.attempt + 1,
        lease_owner: options.owner,
        lease_fence: candidate.lease_fence + 1,
        lease_until: sql<Date>`now() + ${options.lease_ms} * interval '1 millisecond'`,
        heartbeat_at: sql<Date>`now()`,
        started_at: candidate.started_at ?? now,
        updated_at: now,
      })
      .where("id", "=", candidate.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await tellState(tx, job, "RUNNING", { attempt: job.attempt, retaken: lost }, ports);
    return job;
  });
}

/** Ends what must not start any more: canceled, too late for its window, or lost too often. */
async function sweep(tx: Tx, ports: JobPorts, options: ClaimOptions): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  const rows = await tx
    .selectFrom("jobs")
    .selectAll()
    .where("finished_at", "is", null)
    .where((eb) =>
      eb.or([
        eb.and([
          eb("state", "in", ["QUEUED", "WAITING_WINDOW"]),
          eb.or([eb("cancel_requested_at", "is not", null), eb("complete_until", "<", now)]),
        ]),
        eb.and([
          eb("state", "in", ["QUEUED", "WAITING_WINDOW"]),
          eb("started_at", "is", null),
          eb("window_until", "<", now),
        ]),
        eb.and([
          eb("state", "in", ["RUNNING", "VERIFYING"]),
          eb("lease_until", "<", sql<Date>`now()`),
          eb.or([eb("cancel_requested_at", "is not", null), sql<boolean>`lease_fence - attempt >= ${LOSSES_MAX}`]),
        ]),
      ]),
    )
    .orderBy("id")
    .limit(SWEEP_MAX)
    .forUpdate()
    .skipLocked()
    .execute();
  for (const job of rows) await endJob(tx, job, failedEnd(whyEnded(job, now)), options.handlers.get(job.kind), ports);
}

function whyEnded(job: JobRow, now: Date) {
  const context = { job_id: job.id };
  if (job.cancel_requested_at !== null) return jobError("JOB_CANCELED", `job ${job.id} was canceled`, context);
  if (job.started_at === null && job.window_until !== null && job.window_until < now) {
    return jobError(
      "JOB_WINDOW_MISSED",
      `job ${job.id} did not start before ${job.window_until.toISOString()}`,
      context,
    );
  }
  if (job.complete_until !== null && job.complete_until < now) {
    return jobError(
      "JOB_DEADLINE_EXCEEDED",
      `job ${job.id} was not complete at ${job.complete_until.toISOString()}`,
      context,
    );
  }
  return jobError("JOB_LOST", `${job.lease_fence - job.attempt} workers died while they ran job ${job.id}`, context);
}

async function nextCandidate(tx: Tx, ports: JobPorts, options: ClaimOptions): Promise<JobRow | undefined> {
  const for_agents = options.for_agents === true;
  const full = await saturated(tx, options.limits, for_agents);
  const there = new Date(ports.clock.now_ms() - AGENT_THERE_MS);
  const mine = for_agents
    ? sql`input->>'agent_id' in (select id from agents where revoked_at is null and last_contact_at > ${there})`
    : sql`input->>'agent_id' is null`;
  const kinds = [...options.handlers.keys()];
  const { rows } = await sql<{ id: string }>`
    select id from jobs
    where finished_at is null
      and kind = any(${kinds})
      and ${mine}
      and cancel_requested_at is null
      and ((state in ('QUEUED','WAITING_WINDOW') and run_after <= ${new Date(ports.clock.now_ms())})
        or (state in ('RUNNING','VERIFYING') and lease_until < now()))
      and coalesce(input->>'region_id', '') <> all(${full.regions})
      and not (${READS_SOURCE} and coalesce(workload_id, '') = any(${full.workloads}))
      and not (kind = 'backup' and coalesce(policy_id, '') = any(${full.policies}))
    order by run_after, id
    limit 1
    for update skip locked`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) return undefined;
  return tx.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
}

/** Regions, workloads and policies that already run as many jobs as they may. */
async function saturated(
  tx: Tx,
  defaults: LimitDefaults,
  for_agents: boolean,
): Promise<{ regions: string[]; workloads: string[]; policies: string[] }> {
  const limits = await readJobLimits(tx, defaults);
  const { rows } = await sql<{ what: "region" | "workload" | "policy"; id: string; busy: number; max: number | null }>`
    with busy as (
      select * from jobs where state in ('RUNNING','VERIFYING') and finished_at is null and lease_until >= now()
        and (input->>'agent_id' is not null) = ${for_agents}
    )
    select 'region' as what, input->>'region_id' as id, count(*) as busy, null::int as max
      from busy where input->>'region_id' is not null group by 2
    union all
    select 'workload', workload_id, count(*), null
      from busy where workload_id is not null and ${READS_SOURCE} group by 2
    union all
    select 'policy', b.policy_id, count(*), max((v.spec->>'max_concurrent')::int)
      from busy b join policies p on p.id = b.policy_id
      join policy_versions v on v.policy_id = p.id and v.version = p.version
      where b.kind = 'backup' group by 2`.execute(tx);
  const over = (what: string, max: (id: string) => number) =>
    rows.filter((row) => row.what === what && row.busy >= (row.max ?? max(row.id))).map((row) => row.id);
  return {
    regions: over("region", (id) => limits.regions[id] ?? limits.region_max),
    workloads: over("workload", () => limits.source_max),
    policies: over("policy", () => Number.POSITIVE_INFINITY),
  };
}
