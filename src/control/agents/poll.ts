import { sql } from "kysely";
import { asHoldfastError } from "../../base/index.ts";
import type { Clock } from "../../base/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { Bell } from "../../platform/queue/index.ts";
import type { Wakeups } from "../../platform/queue/index.ts";
import type { AgentTask, PollRequest } from "../../protocol/index.ts";
import type { AgentRow } from "./agents.ts";
import { agentError } from "./errors.ts";
import { wakeOf } from "./tasks.ts";

export interface PollPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly wakeups: Wakeups;
}

export interface Polled {
  readonly tasks: readonly AgentTask[];
  readonly canceled: readonly string[];
}

/** Notices that the agent is there, and waits for something for it to do, or to stop. */
export async function poll(
  agent: AgentRow,
  request: PollRequest & { readonly protocol: number },
  { db, clock, wakeups }: PollPorts,
  signal: AbortSignal,
): Promise<Polled> {
  const bell = new Bell(clock);
  const mine = wakeOf(agent.id);
  const unsubscribe = wakeups.subscribe("holdfast_jobs", (payload) => {
    if (payload === mine || payload === "") bell.ring();
  });
  const until_ms = clock.monotonic_ms() + request.wait_seconds * 1000;
  try {
    for (;;) {
      await greet(db, agent.id, request, new Date(clock.now_ms()));
      const polled = await take(db, agent.id, request, new Date(clock.now_ms()));
      const left_ms = until_ms - clock.monotonic_ms();
      if (polled.tasks.length + polled.canceled.length > 0 || left_ms <= 0 || signal.aborted) return polled;
      await bell.wait(left_ms);
    }
  } finally {
    unsubscribe();
  }
}

async function greet(
  db: Db,
  agent_id: string,
  { version, hostname, offline, protocol }: PollRequest & { readonly protocol: number },
  now: Date,
): Promise<void> {
  await db
    .updateTable("agents")
    .set({ version, hostname, protocol, offline_runs: offline.length, last_contact_at: now })
    .set((eb) => ({
      version_since: eb
        .case()
        .when("version", "is distinct from", version)
        .then(now)
        .else(eb.ref("version_since"))
        .end(),
    }))
    .where("id", "=", agent_id)
    .execute();
}

/** New tasks, and those handed out before of which the agent knows nothing: its answer was lost, or it started anew. */
function take(db: Db, agent_id: string, { running, free, version }: PollRequest, now: Date): Promise<Polled> {
  return withTransaction(db, async (tx) => {
    const open = await tx
      .selectFrom("agent_tasks")
      .select(["id", "kind", "region_id", "backup_id", "input", "state"])
      .where("agent_id", "=", agent_id)
      .where("state", "in", ["QUEUED", "RUNNING"])
      .orderBy("created_at")
      .forUpdate()
      .execute();
    const known = new Set(running);
    const lost = open.filter(({ id, state }) => state === "RUNNING" && !known.has(id));
    const fresh = open.filter(({ state }) => state === "QUEUED");
    const given = [...lost, ...fresh].slice(0, free);
    if (given.length > 0) {
      const ids = given.map(({ id }) => id);
      const set = { state: "RUNNING" as const, agent_version: version, delivered_at: now, updated_at: now };
      await tx.updateTable("agent_tasks").set(set).where("id", "in", ids).execute();
    }
    const alive = new Set(open.filter(({ state }) => state === "RUNNING").map(({ id }) => id));
    const tasks = given.map(({ state: _, ...task }) => ({ ...task, input: { ...task.input } }));
    return { tasks, canceled: running.filter((id) => !alive.has(id)) };
  });
}

/** @throws AGENT_TASK_GONE */
export async function noteProgress(db: Db, agent_id: string, id: string, progress: unknown, now: Date): Promise<void> {
  const row = await db
    .updateTable("agent_tasks")
    .set({ progress: JSON.stringify(progress), updated_at: now })
    .where("id", "=", id)
    .where("agent_id", "=", agent_id)
    .where("state", "=", "RUNNING")
    .returning("id")
    .executeTakeFirst();
  await db.updateTable("agents").set({ last_contact_at: now }).where("id", "=", agent_id).execute();
  if (row === undefined) throw gone(id);
}

export interface TaskEnd {
  readonly result?: Readonly<Record<string, unknown>> | undefined;
  readonly error?: unknown;
}

/** Told twice, it is the same end. @throws AGENT_TASK_GONE */
export async function endTask(db: Db, agent_id: string, id: string, end: TaskEnd, now: Date): Promise<void> {
  const failed = end.error !== undefined;
  const state = failed ? "FAILED" : "SUCCEEDED";
  const row = await db
    .updateTable("agent_tasks")
    .set({
      state,
      result: failed ? null : JSON.stringify(end.result ?? {}),
      error: failed ? JSON.stringify(end.error ?? asHoldfastError(new Error("no reason given"))) : null,
      updated_at: now,
    })
    .where("id", "=", id)
    .where("agent_id", "=", agent_id)
    .where("state", "in", ["RUNNING", state])
    .returning("id")
    .executeTakeFirst();
  if (row === undefined) throw gone(id);
}

function gone(id: string) {
  return agentError("AGENT_TASK_GONE", `task ${id} is not this agent's to work on`, { task: id });
}

export interface ActiveTask {
  readonly kind: "backup" | "restore";
  readonly backup_id: string;
  /** It was made without the server, and is handed over. */
  readonly offline: boolean | null;
}

/** What the agent is at work on in a region: what it may write, and whether it may read back. */
export function activeTasks(db: Db, agent_id: string, region_id: string): Promise<ActiveTask[]> {
  return db
    .selectFrom("agent_tasks")
    .select(["kind", "backup_id", sql<boolean | null>`(input->>'offline')::boolean`.as("offline")])
    .where("agent_id", "=", agent_id)
    .where("region_id", "=", region_id)
    .where("state", "=", "RUNNING")
    .execute();
}

/** Is the lease one that this agent began? */
export async function ownsWriter(db: Db, agent_id: string, writer_id: string): Promise<boolean> {
  const row = await db
    .selectFrom("agent_writers")
    .select("agent_id")
    .where("writer_id", "=", writer_id)
    .executeTakeFirst();
  return row?.agent_id === agent_id;
}

export async function noteWriter(db: Db, agent_id: string, writer_id: string, now: Date): Promise<void> {
  await db.insertInto("agent_writers").values({ writer_id, agent_id, created_at: now }).execute();
}

/**
 * Which version of the agent did a job's part on its host. A backup that was made before it came to that version, and
 * only handed over by it, was made by another one: null, for nobody knows which.
 */
export async function agentVersionOf(db: Db, job_id: string, made_at: Date): Promise<string | null> {
  const row = await db
    .selectFrom("agent_tasks")
    .innerJoin("agents", "agents.id", "agent_tasks.agent_id")
    .select(["agent_tasks.agent_version", "agents.version", "agents.version_since"])
    .where("job_id", "=", job_id)
    .where("state", "=", "SUCCEEDED")
    .orderBy("agent_tasks.updated_at", "desc")
    .executeTakeFirst();
  if (row === undefined) return null;
  const newer = row.agent_version === row.version && (row.version_since?.getTime() ?? 0) > made_at.getTime();
  return newer ? null : row.agent_version;
}

/** What was ordered for a backup in any attempt of its job: one of them is what its manifest must say. */
export async function ordersFor(db: Db, job_id: string): Promise<Readonly<Record<string, unknown>>[]> {
  const rows = await db.selectFrom("agent_tasks").select("input").where("job_id", "=", job_id).execute();
  return rows.map(({ input }) => input);
}
