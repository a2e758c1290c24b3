import { sql } from "kysely";
import type { Selectable } from "kysely";
import type { AgentTable, Db } from "../../platform/db/index.ts";
import { agentError } from "./errors.ts";

export type AgentRow = Selectable<AgentTable>;

/** By id or name. @throws AGENT_NOT_FOUND */
export async function getAgent(db: Db, id_or_name: string): Promise<AgentRow> {
  const row = await db
    .selectFrom("agents")
    .selectAll()
    .where((where) => where.or([where("id", "=", id_or_name), where("name", "=", id_or_name)]))
    .executeTakeFirst();
  if (row !== undefined) return row;
  throw agentError("AGENT_NOT_FOUND", `there is no agent ${id_or_name}`, { agent: id_or_name });
}

/** Agents with their project, health and backlog: what `baas agent list` shows. @param now for what counts as silent */
export function agentViews(db: Db, now: Date) {
  return db
    .selectFrom("agents")
    .innerJoin("projects", "projects.id", "agents.project_id")
    .select([
      "agents.id",
      "agents.name",
      "agents.project_id",
      "projects.name as project_name",
      "agents.hostname",
      "agents.version",
      "agents.protocol",
      "agents.last_contact_at",
      "agents.silence_minutes",
      "agents.offline_runs",
      "agents.enrolled_at",
      "agents.revoked_at",
      "agents.created_at",
    ])
    .select((select) => [
      sql<"ok" | "silent" | "pending" | "revoked">`case when agents.revoked_at is not null then 'revoked'
        when agents.enrolled_at is null then 'pending'
        when agents.last_contact_at < ${now}::timestamptz - agents.silence_minutes * interval '1 minute' then 'silent'
        else 'ok' end`.as("health"),
      sql<number>`(select count(*) from agent_tasks t where t.agent_id = agents.id
        and t.state in ('QUEUED', 'RUNNING')) + agents.offline_runs
        + (select count(*) from jobs j where j.input->>'agent_id' = agents.id and j.finished_at is null
          and j.state in ('QUEUED', 'WAITING_WINDOW'))`.as("backlog"),
      select
        .selectFrom("agent_certificates")
        .whereRef("agent_certificates.agent_id", "=", "agents.id")
        .select((each) => each.fn.max("valid_until").as("until"))
        .as("certificate_until"),
    ]);
}

/** Agents that were silent for longer than was set for them. */
export async function silentAgents(db: Db, now: Date) {
  return db
    .selectFrom("agents")
    .select(["id", "name", "project_id", "last_contact_at", "silence_minutes", "hostname"])
    .where("enrolled_at", "is not", null)
    .where("revoked_at", "is", null)
    .where(sql<boolean>`last_contact_at < ${now}::timestamptz - silence_minutes * interval '1 minute'`)
    .orderBy("name")
    .execute();
}
