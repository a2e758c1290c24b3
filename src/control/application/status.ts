import type { Db } from "../../platform/db/index.ts";
import { listArchives, listBinlogs } from "../archiving/index.ts";
import { getWorkload } from "../inventory/index.ts";
import { pointOf } from "../protect/index.ts";
import { groupOf } from "../sources/index.ts";
import { applicationError } from "./errors.ts";
import { type Application, rulesOf } from "./profile.ts";

export interface PartStatus {
  readonly name: string;
  readonly order: number;
  readonly workload_id: string;
  readonly workload_name: string;
  readonly kind: string;
  /** How much of it would be lost if it were gone now; null: nothing of it is held. */
  readonly rpo_seconds: number | null;
  /** `log`: of a log that is streamed; `backup`: of its last backup. */
  readonly rpo_by: "log" | "backup";
}

export interface ApplicationStatus {
  readonly workload_id: string;
  readonly workload_name: string;
  readonly project_id: string;
  readonly profile: string | null;
  readonly parts: readonly PartStatus[];
  /** The worst of its parts; null when one has nothing. */
  readonly rpo_seconds: number | null;
  readonly last_backup: { readonly backup_id: string; readonly point: Date } | null;
  readonly suppressions: {
    readonly state: string;
    readonly message: string | null;
    readonly entries: number;
    readonly last_recorded_at: Date | null;
    readonly collected_at: Date | null;
  } | null;
}

/** By id or name. @throws APPLICATION_UNKNOWN, WORKLOAD_* */
export async function getApplication(db: Db, id_or_name: string, project_id?: string): Promise<Application> {
  const workload = await getWorkload(db, id_or_name, project_id);
  const { source } = workload;
  if (source.kind === "application") return { ...workload, source };
  throw applicationError("APPLICATION_UNKNOWN", `workload ${workload.name} is no application`, {
    workload: workload.id,
  });
}

/** How an application stands: each part, the backup that ties them together, and its suppression log. */
export async function applicationStatus(db: Db, application: Application, now_ms: number): Promise<ApplicationStatus> {
  const parts: PartStatus[] = [];
  for (const { name, order, workload_id } of rulesOf(application.source).parts) {
    const { name: workload_name, source } = await getWorkload(db, workload_id);
    const of = { name, order, workload_id, workload_name, kind: source.kind };
    const log = await logRpo(db, workload_id, now_ms);
    if (log !== null) parts.push({ ...of, rpo_seconds: log, rpo_by: "log" });
    else {
      const newest = await newestBackup(db, workload_id);
      const rpo_seconds = newest === undefined ? null : Math.max(0, (now_ms - pointOf(newest)) / 1000);
      parts.push({ ...of, rpo_seconds, rpo_by: "backup" });
    }
  }
  const known = parts.map(({ rpo_seconds }) => rpo_seconds);
  const worst = known.includes(null) ? null : Math.max(...known.map((each) => each ?? 0));
  const group = await newestBackup(db, application.id);
  const details = group === undefined ? undefined : groupOf(group.details);
  const log = await db
    .selectFrom("suppression_logs")
    .selectAll()
    .where("workload_id", "=", application.id)
    .executeTakeFirst();
  return {
    workload_id: application.id,
    workload_name: application.name,
    project_id: application.project_id,
    profile: application.source.profile ?? null,
    parts,
    rpo_seconds: worst,
    last_backup:
      group === undefined || details === undefined ? null : { backup_id: group.id, point: new Date(details.point_ms) },
    suppressions:
      log === undefined
        ? null
        : {
            state: log.lease_until === null || log.lease_until.getTime() < now_ms ? "STOPPED" : log.state,
            message: log.message,
            entries: Number(log.entries),
            last_recorded_at: log.last_recorded_at,
            collected_at: log.collected_at,
          },
  };
}

/** Seconds behind of a part's streamed log; `null` when none is streamed now. */
async function logRpo(db: Db, workload_id: string, now_ms: number): Promise<number | null> {
  const found = [
    ...(await listArchives(db, now_ms, { workload_id })),
    ...(await listBinlogs(db, now_ms, { workload_id })),
  ].find(({ state, rpo_seconds }) => state === "STREAMING" && rpo_seconds !== null);
  return found?.rpo_seconds ?? null;
}

function newestBackup(db: Db, workload_id: string) {
  return db
    .selectFrom("backups")
    .selectAll()
    .where("workload_id", "=", workload_id)
    .where("state", "=", "AVAILABLE")
    .orderBy("created_at", "desc")
    .executeTakeFirst();
}
