import type { Db } from "../../platform/db/index.ts";
import { getProject } from "../inventory/index.ts";

export type RotationStatus = Awaited<ReturnType<typeof rotationStatus>>[number];

/** The newest rotation of each project (or of one), phase by phase and region by region. */
export async function rotationStatus(db: Db, filter: { readonly project?: string | undefined } = {}) {
  const project_id = filter.project === undefined ? undefined : (await getProject(db, filter.project)).id;
  let query = db
    .selectFrom("rotations")
    .innerJoin("projects", "projects.id", "rotations.project_id")
    .selectAll("rotations")
    .select("projects.name as project")
    .distinctOn("rotations.project_id")
    .orderBy("rotations.project_id")
    .orderBy("rotations.created_at", "desc")
    .orderBy("rotations.id", "desc");
  if (project_id !== undefined) query = query.where("rotations.project_id", "=", project_id);
  const rotations = await query.execute();
  const ids = rotations.map(({ id }) => id);
  const phases =
    ids.length === 0
      ? []
      : await db
          .selectFrom("rotation_phases")
          .innerJoin("regions", "regions.id", "rotation_phases.region_id")
          .selectAll("rotation_phases")
          .select("regions.name as region")
          .where("rotation_id", "in", ids)
          .orderBy("regions.name")
          .execute();
  const order = { hot: 0, warm: 1, cold: 2 };
  return rotations.map(({ id, project, cmk_id, bytes_per_second, ...rotation }) => ({
    id,
    project,
    key_id: cmk_id,
    keys: [...rotation.keys],
    state: rotation.state,
    old_version: rotation.old_version,
    new_version: rotation.new_version,
    epoch: rotation.epoch,
    emergency: rotation.emergency,
    bytes_per_second_max: bytes_per_second,
    requested_by: rotation.requested_by,
    reason: rotation.reason,
    job_id: rotation.job_id,
    created_at: rotation.created_at.toISOString(),
    finished_at: rotation.finished_at?.toISOString() ?? null,
    phases: phases
      .filter(({ rotation_id }) => rotation_id === id)
      .sort((a, b) => a.region.localeCompare(b.region) || order[a.phase] - order[b.phase])
      .map(({ rotation_id: _, busy_ms, locked_until, thaw_ready_at, due_at, finished_at, ...phase }) => {
        const rate = busy_ms > 0 ? Math.round((phase.bytes_done * 1000) / busy_ms) : null;
        return {
          ...phase,
          bytes_per_second: rate,
          /** At the rate seen so far, and not before its date when it is paced. */
          left_seconds: rate === null || rate === 0 ? null : Math.round(phase.bytes_left / rate),
          thaw_ready_at: thaw_ready_at?.toISOString() ?? null,
          locked_until: locked_until?.toISOString() ?? null,
          due_at: due_at.toISOString(),
          finished_at: finished_at?.toISOString() ?? null,
        };
      }),
  }));
}
