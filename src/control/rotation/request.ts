import { newId } from "../../base/index.ts";
import type { KeyAdmin } from "../../engine/keys/index.ts";
import { PHASES } from "../../engine/reseal/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { Ports, RotatedKey, Tx } from "../../platform/db/index.ts";
import { getProject } from "../inventory/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import { rotationError } from "./errors.ts";
import { getProjectKey, keysOfProject } from "./keys.ts";
import { phasesOf, replicasOf, type RotationPorts } from "./ports.ts";

/** Half of what a disk of today reads beside its work; an emergency knows no limit. */
const BYTES_PER_SECOND_DEFAULT = 100 * 1024 * 1024;

export interface RotationRequest {
  /** Id or name. */
  readonly project: string;
  /** All phases now, without a limit, and the old version out of use as soon as nothing in force needs it. */
  readonly emergency?: boolean;
  readonly bytes_per_second?: number;
  readonly by: string;
  readonly reason: string;
}

/**
 * Asks for a rotation of a project's key. One that still runs is superseded: the new epoch takes over what it left.
 * @throws PROJECT_NOT_FOUND, PROJECT_KEY_NOT_THERE, PROJECT_SHREDDED, KEY_*
 */
export async function requestRotation(
  tx: Tx,
  request: RotationRequest,
  ports: Ports & { readonly key_admin: KeyAdmin },
): Promise<{ rotation_id: string; job_id: string }> {
  const project = await getProject(tx, request.project);
  if (project.shredded_at !== null)
    throw rotationError("PROJECT_SHREDDED", `project ${project.name} was shredded at ${project.shredded_at}`);
  const keys = await rotatedKeys(project.id, ports.key_admin);
  const [key] = keys;
  if (key === undefined)
    throw rotationError("PROJECT_KEY_NOT_THERE", `project ${project.name} has no key yet`, { project: project.name });
  const now = new Date(ports.clock.now_ms());
  const rotation_id = newId("rot", ports.clock, ports.random);
  await tx
    .updateTable("rotations")
    .set({ state: "SUPERSEDED", finished_at: now })
    .where("project_id", "=", project.id)
    .where("state", "=", "RUNNING")
    .execute();
  const { job_id } = await enqueueJob(
    tx,
    { kind: "rotate", project_id: project.id, input: { rotation_id }, max_attempts: 20 },
    ports,
  );
  const emergency = request.emergency ?? false;
  const { old_version } = key;
  await tx
    .insertInto("rotations")
    .values({
      id: rotation_id,
      project_id: project.id,
      cmk_id: key.key_id,
      old_version,
      keys: JSON.stringify(keys),
      emergency,
      bytes_per_second: request.bytes_per_second ?? (emergency ? null : BYTES_PER_SECOND_DEFAULT),
      requested_by: request.by,
      reason: request.reason,
      state: "RUNNING",
      job_id,
      created_at: now,
    })
    .execute();
  const data = {
    rotation_id,
    key_id: key.key_id,
    keys,
    old_version,
    emergency,
    by: request.by,
    reason: request.reason,
  };
  await appendEvent(
    tx,
    { type: "holdfast.key.rotation_requested", subject: rotation_id, project_id: project.id, data },
    ports,
  );
  return { rotation_id, job_id };
}

/** Every key that wraps, or will wrap, keys of the project; the one that serves most regions first. */
async function rotatedKeys(project_id: string, key_admin: KeyAdmin): Promise<RotatedKey[]> {
  return (await keysOfProject(key_admin, project_id))
    .filter(({ state }) => state !== "DESTROYED" && state !== "PENDING_DESTRUCTION")
    .map(({ key_id, versions }) => ({ key_id, old_version: versions.at(-1)?.version ?? 1, new_version: null }));
}

/** What a rotation would have to seal anew now, region by region. Reads only. */
export async function planRotation(project_ref: string, ports: RotationPorts) {
  const project = await getProject(ports.db, project_ref);
  const key = await getProjectKey(ports.db, ports.key_admin, project.id);
  const regions = [];
  const backups = await phasesOf(project.id, ports);
  for (const row of await replicasOf(ports.db, project.id)) {
    const { name } = await ports.db
      .selectFrom("regions")
      .select("name")
      .where("id", "=", row.region_id)
      .executeTakeFirstOrThrow();
    const survey = await ports.repositories.use(row, async (repository) =>
      ports.engine.surveyEpochs(repository, backups, { epoch: repository.current_epoch.epoch + 1 }),
    );
    const phases = PHASES.map((phase) => {
      const { locked_until_ms, ...figures } = survey.phases[phase];
      return { phase, ...figures, locked_until: iso(locked_until_ms) };
    });
    regions.push({ region: name, phases });
  }
  return { project: project.name, key_id: key.key_id, old_version: key.versions.at(-1)?.version ?? 1, regions };
}

export function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
