import type { Phase } from "../../engine/reseal/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { enqueueJob } from "../jobs/index.ts";

/** One job takes at most so much: then others get their turn, and what it stored twice meanwhile stays bounded. */
export const JOB_BYTES_MAX = 8 * 1024 ** 3;
/** How long after a job that got nowhere the next one is asked for. */
const PAUSE_MS = 10 * 60_000;
const OPEN = ["QUEUED", "WAITING_WINDOW", "RUNNING"] as const;

/**
 * Asks for the sealing that is due in a running rotation: of each phase so many bytes that it ends at its date, one job
 * at a time in each region. Called again and again; ends a rotation whose phases all are through.
 * @returns how many jobs were asked for
 */
export async function enqueueReseals(tx: Tx, rotation_id: string, ports: Ports, ended_job_id = ""): Promise<number> {
  const rotation = await tx
    .selectFrom("rotations")
    .selectAll()
    .where("id", "=", rotation_id)
    .where("state", "=", "RUNNING")
    .forUpdate()
    .executeTakeFirst();
  if (rotation === undefined) return 0;
  const phases = await tx.selectFrom("rotation_phases").selectAll().where("rotation_id", "=", rotation_id).execute();
  if (phases.length === 0) return 0; // its first job is still at work
  if (phases.every(({ finished_at }) => finished_at !== null)) {
    await tx
      .updateTable("rotations")
      .set({ state: "DONE", finished_at: new Date(ports.clock.now_ms()) })
      .where("id", "=", rotation_id)
      .execute();
    const locked = phases.reduce((sum, it) => sum + it.locked_packs, 0);
    const data = { rotation_id, key_id: rotation.cmk_id, version: rotation.new_version, locked_packs: locked };
    const { project_id } = rotation;
    await appendEvent(tx, { type: "holdfast.key.rotation_done", subject: rotation_id, project_id, data }, ports);
    return 0;
  }
  let asked = 0;
  for (const region_id of new Set(phases.map((it) => it.region_id))) {
    const next = nextOf(
      phases.filter((it) => it.region_id === region_id),
      rotation.created_at.getTime(),
      ports.clock.now_ms(),
    );
    if (next === undefined || (await isBusy(tx, { ...rotation, region_id }, ended_job_id, ports))) continue;
    const { project_id } = rotation;
    await enqueueJob(tx, { kind: "reseal", project_id, input: { rotation_id, region_id, ...next } }, ports);
    asked++;
  }
  return asked;
}

interface PhaseRow {
  readonly phase: Phase;
  readonly bytes_total: number;
  readonly bytes_done: number;
  readonly bytes_left: number;
  readonly due_at: Date;
  readonly finished_at: Date | null;
}

/** The hottest phase that is behind its time, and how many bytes it is behind. */
export function nextOf(
  phases: readonly PhaseRow[],
  began_ms: number,
  now_ms: number,
): { phase: Phase; bytes_max: number } | undefined {
  for (const phase of ["hot", "warm", "cold"] as const) {
    const row = phases.find((it) => it.phase === phase);
    if (row === undefined || row.finished_at !== null) continue;
    const due_ms = row.due_at.getTime();
    const share = due_ms <= now_ms ? 1 : (now_ms - began_ms) / Math.max(1, due_ms - began_ms);
    const behind = share >= 1 ? Math.max(row.bytes_left, 1) : Math.floor(row.bytes_total * share) - row.bytes_done;
    if (behind > 0) return { phase, bytes_max: Math.min(behind, JOB_BYTES_MAX) };
  }
  return undefined;
}

/** A job is under way in that region, or one of this rotation has just ended without getting anywhere. */
async function isBusy(
  tx: Tx,
  { id, project_id, region_id }: { readonly id: string; readonly project_id: string; readonly region_id: string },
  ended_job_id: string,
  { clock }: Ports,
): Promise<boolean> {
  const lately = new Date(clock.now_ms() - PAUSE_MS);
  const open = await tx
    .selectFrom("jobs")
    .select("id")
    .where("kind", "=", "reseal")
    .where("project_id", "=", project_id)
    .where("id", "!=", ended_job_id)
    .where((where) =>
      where.or([
        where("state", "in", OPEN),
        where.and([where("finished_at", ">", lately), where(where.ref("input", "->>").key("rotation_id"), "=", id)]),
      ]),
    )
    .where((where) =>
      where.or([
        where("state", "in", OPEN),
        where(where.fn.coalesce(where.ref("result", "->>").key("packs_rewritten"), where.val("0")), "=", "0"),
        where(where.ref("result", "->>").key("status"), "=", "waiting"),
      ]),
    )
    .where((where) => where(where.ref("input", "->>").key("region_id"), "=", region_id))
    .executeTakeFirst();
  return open !== undefined;
}

/** Looks at every running rotation. Safe to run on several servers at once. */
export async function planReseals(db: Db, ports: Ports): Promise<number> {
  let asked = 0;
  for (const { id } of await db.selectFrom("rotations").select("id").where("state", "=", "RUNNING").execute())
    asked += await withTransaction(db, (tx) => enqueueReseals(tx, id, ports));
  return asked;
}
