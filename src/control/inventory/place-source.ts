import type { Project, Source } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { inventoryError } from "./errors.ts";

/**
 * What an agent reads belongs to its project, and nothing else does. A host has the keys of its project's repository:
 * whatever else lay there it could read, or spoil by chunks that are not what they are called.
 * @returns the source with the agent's id in place of a name
 * @throws WORKLOAD_AGENT_UNKNOWN, PROJECT_OF_AGENT
 */
export async function placeSource(db: Db, project: Project, source: Source): Promise<Source> {
  const own = await db
    .selectFrom("agents")
    .select(["id", "name"])
    .where("project_id", "=", project.id)
    .executeTakeFirst();
  if (source.kind !== "agent") {
    if (own === undefined) return source;
    const message = `project ${project.name} is that of agent ${own.name} alone`;
    throw inventoryError("PROJECT_OF_AGENT", message, { project: project.name, agent: own.name });
  }
  if (own !== undefined && (own.id === source.agent || own.name === source.agent)) return { ...source, agent: own.id };
  const message = `project ${project.name} has no agent ${source.agent}`;
  throw inventoryError("WORKLOAD_AGENT_UNKNOWN", message, { project: project.name, agent: source.agent });
}
