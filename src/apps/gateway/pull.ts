import type * as z from "zod";
import { type AgentRow, agentError } from "../../control/agents/index.ts";
import { type RecoverPorts, requestRestore } from "../../control/recover/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { OwnBackup, pullRequestSchema } from "../../protocol/index.ts";

const LIST_MAX = 1000;

/** What the host may restore from: its own good backups, newest first. */
export async function ownBackups(db: Db, agent: AgentRow): Promise<OwnBackup[]> {
  const rows = await backupsOf(db, agent).limit(LIST_MAX).execute();
  return rows.map(({ created_at, ...row }) => ({ ...row, created_at: created_at.toISOString() }));
}

function backupsOf(db: Db, agent: AgentRow) {
  return db
    .selectFrom("backups")
    .innerJoin("workloads", "workloads.id", "backups.workload_id")
    .select(["backups.id", "workloads.name as workload", "backups.created_at", "backups.source_bytes"])
    .where("backups.project_id", "=", agent.project_id)
    .where("backups.state", "=", "AVAILABLE")
    .orderBy("backups.created_at", "desc");
}

/** A restore that its own host asks for; on record like any other. @throws AGENT_REFUSED, RESTORE_* */
export async function pullRestore(
  agent: AgentRow,
  request: z.output<typeof pullRequestSchema>,
  ports: RecoverPorts,
): Promise<{ readonly job_id: string; readonly backup_id: string }> {
  const { backup_id, workload, target_path, paths, replace_existing, confirm } = request;
  let rows = backupsOf(ports.db, agent);
  if (backup_id !== undefined) rows = rows.where("backups.id", "=", backup_id);
  if (workload !== undefined) rows = rows.where("workloads.name", "=", workload);
  const backup = await rows.limit(1).executeTakeFirst();
  if (backup === undefined) {
    throw agentError("AGENT_REFUSED", `agent ${agent.name} has no such backup`, { backup_id: backup_id ?? null });
  }
  const { job_id } = await requestRestore(
    {
      backup_id: backup.id,
      agent: agent.id,
      ...(target_path === undefined ? { in_place: true } : { target_path, replace_existing }),
      ...(paths.length === 0 ? {} : { paths }),
      ...(confirm === undefined ? {} : { confirm }),
    },
    ports,
  );
  return { job_id, backup_id: backup.id };
}

/** How far a job of the host's is. @throws AGENT_TASK_GONE */
export async function readOwnJob(db: Db, agent: AgentRow, id: string) {
  const job = await db
    .selectFrom("jobs")
    .select(["id", "kind", "state", "status_reason", "error", "progress", "result"])
    .where("id", "=", id)
    .where("project_id", "=", agent.project_id)
    .executeTakeFirst();
  if (job === undefined) throw agentError("AGENT_TASK_GONE", `agent ${agent.name} has no job ${id}`, { job_id: id });
  return job;
}
