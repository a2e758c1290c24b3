import { type Selectable, sql } from "kysely";
import * as z from "zod";
import { newId } from "../../base/index.ts";
import { nameSchema } from "../../model/index.ts";
import type { Project } from "../../model/index.ts";
import { appendEvent, compiledStatements, isUniqueViolation, QUICK } from "../../platform/db/index.ts";
import type { Db, Ports, ProjectTable, Tx } from "../../platform/db/index.ts";
import { inventoryError } from "./errors.ts";
import { getRegion } from "./regions.ts";
import { validate } from "./validate.ts";

export const newProjectSchema = z.strictObject({
  name: nameSchema,
  /** Id or name of the region its backups go to first. */
  region: z.string().min(1),
  sandbox: z.boolean().default(false),
});
export type NewProject = z.input<typeof newProjectSchema>;

/** @throws PROJECT_EXISTS, REGION_NOT_FOUND, INVENTORY_INVALID */
export async function createProject(db: Db, input: NewProject, ports: Ports): Promise<Project> {
  const { name, region, sandbox } = validate(newProjectSchema, input, "project");
  const { id: region_id } = await getRegion(db, region);
  try {
    const row = await db
      .insertInto("projects")
      .values({
        id: newId("prj", ports.clock, ports.random),
        name,
        region_id,
        sandbox,
        created_at: new Date(ports.clock.now_ms()),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return toProject(row);
  } catch (error) {
    if (isUniqueViolation(error, "projects_name_key")) {
      throw inventoryError("PROJECT_EXISTS", `there is a project named ${name} already`, { name }, error);
    }
    throw error;
  }
}

const one_project = compiledStatements<readonly [id_or_name: string], Selectable<ProjectTable>>();

/** By id or name. @throws PROJECT_NOT_FOUND */
export async function getProject(db: Db, id_or_name: string): Promise<Project> {
  const [row] = await one_project(db, "one", [id_or_name], ([wanted]) =>
    db
      .selectFrom("projects")
      .selectAll()
      .where((where) => where.or([where("id", "=", wanted), where("name", "=", wanted)]))
      .limit(1)
      .modifyEnd(sql.raw(QUICK)),
  );
  if (row === undefined)
    throw inventoryError("PROJECT_NOT_FOUND", `there is no project ${id_or_name}`, { project: id_or_name });
  return toProject(row);
}

/** Null lifts the limit. What is stored already stays, also when it is more. @throws PROJECT_NOT_FOUND */
export async function setProjectQuota(
  tx: Tx,
  id_or_name: string,
  quota_bytes: number | null,
  ports: Ports,
): Promise<Project> {
  const { id } = await getProject(tx, id_or_name);
  const row = await tx
    .updateTable("projects")
    .set((update) => ({ quota_bytes, revision: update("revision", "+", 1) }))
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await appendEvent(tx, { type: "holdfast.project.quota", subject: id, project_id: id, data: { quota_bytes } }, ports);
  return toProject(row);
}

export async function listProjects(db: Db): Promise<Project[]> {
  return (await db.selectFrom("projects").selectAll().orderBy("name").execute()).map(toProject);
}

function toProject(row: Selectable<ProjectTable>): Project {
  return {
    ...row,
    shredded_at: row.shredded_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}
