import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { hasCode } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { cancelJob } from "../jobs/index.ts";
import { DRILLS_DIR, removeSandbox } from "./sandbox.ts";

/** A drill's folder, or that of its tablespaces; nothing else is touched. */
const OURS = /^(drl_[0-9A-Za-z]+)(?:\.tablespaces)?$/;

/**
 * Takes away the sandboxes of drills that have ended: of those whose worker, or whole server, died before it came to
 * cleaning up, and of those that were canceled. A restore that still fills one is canceled first. @returns how many
 */
export async function removeLeftovers(
  db: Db,
  ports: { readonly clock: Clock; readonly random: Random; readonly restore_dir: string },
): Promise<number> {
  const names = await readdir(join(ports.restore_dir, DRILLS_DIR)).catch(() => []);
  const ids = [...new Set(names.flatMap((name) => OURS.exec(name)?.[1] ?? []))];
  if (ids.length === 0) return 0;
  const drills = await db
    .selectFrom("drills")
    .leftJoin("jobs", "jobs.id", "drills.job_id")
    .select(["drills.id", "drills.state", "jobs.finished_at as job_ended"])
    .where("drills.id", "in", ids)
    .execute();
  let removed = 0;
  for (const id of ids) {
    const drill = drills.find((each) => each.id === id);
    // A job that ended with its drill unsettled is settled in the same transaction: RUNNING is running.
    if (drill !== undefined && (drill.state === "RUNNING" || drill.job_ended === null)) continue;
    if (!(await endRestoresIn(db, join(ports.restore_dir, DRILLS_DIR, id), ports))) continue;
    await removeSandbox(ports.restore_dir, id, ports.clock);
    removed++;
  }
  return removed;
}

/** Cancels what still restores into the folder, or below it. @returns whether nothing does any more */
export async function endRestoresIn(
  db: Db,
  dir: string,
  ports: { readonly clock: Clock; readonly random: Random },
): Promise<boolean> {
  // By its target: a drill that died right after asking does not know its restore.
  const jobs = await db
    .selectFrom("restores")
    .innerJoin("jobs", "jobs.id", "restores.job_id")
    .select(["jobs.id", "cancel_requested_at"])
    .where(sql<boolean>`(restores.target ->> 'path' = ${dir} or starts_with(restores.target ->> 'path', ${`${dir}/`}))`)
    .where("jobs.finished_at", "is", null)
    .execute();
  for (const { id, cancel_requested_at } of jobs)
    if (cancel_requested_at === null) await cancelJob({ db, ...ports }, id).catch(ignoreEnded);
  return jobs.length === 0;
}

function ignoreEnded(error: unknown): void {
  if (!hasCode(error, "JOB_ALREADY_ENDED")) throw error;
}
