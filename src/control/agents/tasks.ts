import { deserializeError } from "../../base/index.ts";
import type { Clock, SerializedError } from "../../base/index.ts";
import type { Progress, ProgressListener } from "../../engine/pipeline/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { AgentTaskTable, Db } from "../../platform/db/index.ts";
import { wake } from "../../platform/queue/index.ts";
import { agentError } from "./errors.ts";

/** The part of a job that happens on a host. */
export interface Delegation {
  readonly agent_id: string;
  readonly job: { readonly id: string; readonly attempt: number };
  readonly kind: AgentTaskTable["kind"];
  readonly region_id: string;
  readonly backup_id: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface DelegationContext {
  readonly signal: AbortSignal;
  readonly onProgress: ProgressListener;
}

/** What a finished task came to, as the agent told it. */
export type TaskResult = Readonly<Record<string, unknown>>;

/** An agent that polls is heard of at least twice a minute; one that works on a task once in a few seconds. */
const SILENT_MS = 120_000;
const POLL_FAST_MS = 200;
const POLL_SLOW_MS = 1_000;
const FAST_FOR_MS = 15_000;
/** Reasons for which the host is to stop; with any other somebody else takes the job over, and the host goes on. */
const CALLED_OFF = new Set(["JOB_CANCELED", "JOB_DEADLINE_EXCEEDED"]);

/**
 * Hands a task to an agent and waits for its end. Taken up again in the same attempt, it waits for what is under way.
 * @throws AGENT_SILENT, AGENT_TASK_GONE, and what went wrong on the host
 */
export async function delegate(
  { db, clock }: { readonly db: Db; readonly clock: Clock },
  task: Delegation,
  { signal, onProgress }: DelegationContext,
): Promise<TaskResult> {
  const id = `${task.job.id}.${task.job.attempt}`;
  await hand(db, id, task, new Date(clock.now_ms()));
  const began_ms = clock.monotonic_ms();
  let told: string | undefined;
  try {
    for (;;) {
      signal.throwIfAborted();
      const row = await look(db, id);
      if (row.state === "SUCCEEDED") return row.result ?? {};
      if (row.state === "FAILED") throw deserializeError(row.error as unknown as SerializedError);
      if (row.state === "CANCELED" || row.revoked_at !== null) {
        throw agentError("AGENT_TASK_GONE", `the task for agent ${row.agent} was called off`, { agent: row.agent });
      }
      const heard_ms = Math.max(row.last_contact_at?.getTime() ?? 0, row.created_at.getTime());
      if (clock.now_ms() - heard_ms > SILENT_MS) throw silent(row.agent, clock.now_ms() - heard_ms);
      const progress = JSON.stringify(row.progress);
      if (row.progress !== null && progress !== told) onProgress(row.progress as unknown as Progress);
      told = progress;
      const fast = clock.monotonic_ms() - began_ms < FAST_FOR_MS;
      await clock.sleep(fast ? POLL_FAST_MS : POLL_SLOW_MS, signal).catch(() => undefined); // looked at above
    }
  } catch (error) {
    const code = (signal.reason as { code?: unknown } | undefined)?.code;
    if (!signal.aborted || CALLED_OFF.has(String(code))) await callOff(db, id, new Date(clock.now_ms()));
    throw error;
  }
}

/** Writes the task down, unless it is there; what an earlier attempt had handed out is called off. */
async function hand(db: Db, id: string, task: Delegation, now: Date): Promise<void> {
  const { agent_id, job, kind, region_id, backup_id, input } = task;
  await withTransaction(db, async (tx) => {
    await tx
      .updateTable("agent_tasks")
      .set({ state: "CANCELED", updated_at: now })
      .where("job_id", "=", job.id)
      .where("id", "<>", id)
      .where("state", "in", ["QUEUED", "RUNNING"])
      .execute();
    await tx
      .insertInto("agent_tasks")
      .values({
        id,
        agent_id,
        job_id: job.id,
        kind,
        region_id,
        backup_id,
        state: "QUEUED",
        input: JSON.stringify(input),
        created_at: now,
        updated_at: now,
      })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
    await wake(tx, "holdfast_jobs", wakeOf(agent_id));
  });
}

/** What wakes an agent's long poll. */
export const wakeOf = (agent_id: string): string => `agent:${agent_id}`;

function look(db: Db, id: string) {
  return db
    .selectFrom("agent_tasks")
    .innerJoin("agents", "agents.id", "agent_tasks.agent_id")
    .select([
      "agent_tasks.state",
      "agent_tasks.progress",
      "agent_tasks.result",
      "agent_tasks.error",
      "agent_tasks.created_at",
      "agents.name as agent",
      "agents.last_contact_at",
      "agents.revoked_at",
    ])
    .where("agent_tasks.id", "=", id)
    .executeTakeFirstOrThrow();
}

async function callOff(db: Db, id: string, now: Date): Promise<void> {
  const row = await db
    .updateTable("agent_tasks")
    .set({ state: "CANCELED", updated_at: now })
    .where("id", "=", id)
    .where("state", "in", ["QUEUED", "RUNNING"])
    .returning("agent_id")
    .executeTakeFirst();
  if (row !== undefined) await wake(db, "holdfast_jobs", wakeOf(row.agent_id));
}

function silent(agent: string, for_ms: number) {
  const seconds = Math.round(for_ms / 1000);
  return agentError("AGENT_SILENT", `agent ${agent} has not been heard of for ${seconds} s`, { agent, seconds });
}
