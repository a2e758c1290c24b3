import { hasCode } from "../../base/index.ts";
import type { KeyAdmin } from "../../engine/keys/index.ts";
import type { Project } from "../../model/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { getProject } from "../inventory/index.ts";
import { heldBackups } from "../retention/index.ts";
import { rotationError } from "./errors.ts";
import { getProjectKey, keysOfProject } from "./keys.ts";

/** The key manager's least time between giving a key up and destroying it: time to notice a mistake. */
const SHRED_DAYS = 7;

/**
 * Makes everything a project has stored unreadable for good: its key is out of use at once, and destroyed after seven
 * days. Backups stay in the catalog, which says that nobody can read them.
 * @throws CONFIRMATION_MISSING, PROJECT_LOCKED, PROJECT_NOT_FOUND, PROJECT_KEY_NOT_THERE, KEY_*
 */
export async function shredProject(
  tx: Tx,
  request: { readonly project: string; readonly confirm?: string | undefined; readonly by: string },
  dry_run: boolean,
  ports: Ports & { readonly key_admin: KeyAdmin },
): Promise<Project> {
  const project = await getProject(tx, request.project);
  if (project.shredded_at !== null) return project;
  const key = await getProjectKey(tx, ports.key_admin, project.id);
  const keys = await keysOfProject(ports.key_admin, project.id);
  await refuseLocked(tx, project, ports.clock.now_ms());
  if (dry_run) return project;
  if (request.confirm !== project.name)
    throw rotationError("CONFIRMATION_MISSING", `to shred project ${project.name}, give its name as confirmation`);
  const now = new Date(ports.clock.now_ms());
  await tx
    .updateTable("rotations")
    .set({ state: "SUPERSEDED", finished_at: now })
    .where("project_id", "=", project.id)
    .where("state", "=", "RUNNING")
    .execute();
  await tx
    .updateTable("projects")
    .set((update) => ({ shredded_at: now, revision: update("revision", "+", 1) }))
    .where("id", "=", project.id)
    .execute();
  const gone = { state: "DAMAGED", verified_state: "INVALID", verified_at: now } as const;
  const of = { status_reason: "EncryptionKeyAccessDenied" };
  const backups = await tx
    .updateTable("backups")
    .set({ ...gone, ...of })
    .where("project_id", "=", project.id)
    .where("state", "in", ["AVAILABLE", "DAMAGED"])
    .returning("id")
    .execute();
  const ids = backups.map(({ id }) => id);
  if (ids.length > 0) {
    await tx
      .updateTable("copies")
      .set({ ...gone, ...of })
      .where("backup_id", "in", ids)
      .where("state", "in", ["AVAILABLE", "DAMAGED"])
      .execute();
  }
  const data = {
    key_id: key.key_id,
    key_ids: keys.map(({ key_id }) => key_id),
    by: request.by,
    backups: ids.length,
    destroyed_after_days: SHRED_DAYS,
  };
  await appendEvent(
    tx,
    { type: "holdfast.project.shredded", subject: project.id, project_id: project.id, data },
    ports,
  );
  // Last: what it changes cannot be rolled back. A repeated request finds the key given up already.
  for (const { key_id } of keys)
    await ports.key_admin.scheduleDestruction(key_id, { after_days: SHRED_DAYS }).catch((error: unknown) => {
      if (!hasCode(error, "KEY_STATE_CONFLICT") && !hasCode(error, "KEY_DESTROYED")) throw error;
    });
  return getProject(tx, project.id);
}

async function refuseLocked(db: Db, project: Project, now_ms: number): Promise<void> {
  const locked = await db
    .selectFrom("backups")
    .select(({ fn }) => [fn.countAll<number>().as("count"), fn.max("lock_until").as("until")])
    .where("project_id", "=", project.id)
    .where("lock_until", ">", new Date(now_ms))
    .executeTakeFirstOrThrow();
  const until = locked.until === null ? null : new Date(locked.until).toISOString();
  if (Number(locked.count) > 0) {
    const message = `project ${project.name} has ${locked.count} backups under object lock, the last until ${until}`;
    throw rotationError("PROJECT_LOCKED", message, { project: project.name, until });
  }
  const held = await heldBackups(db, project.id);
  if (held.size > 0) {
    const message = `project ${project.name} has ${held.size} backups under a legal hold`;
    throw rotationError("PROJECT_LOCKED", message, { project: project.name, held: held.size });
  }
}
