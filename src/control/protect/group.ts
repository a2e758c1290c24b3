import { withTransaction } from "../../platform/db/index.ts";
import type { ApplicationSource } from "../../model/index.ts";
import type { BackupRow } from "../catalog/index.ts";
import { getWorkload } from "../inventory/index.ts";
import { enqueueJob, type JobContext, postponed } from "../jobs/index.ts";
import type { GroupDetails, GroupPart } from "../sources/index.ts";
import { protectError } from "./errors.ts";
import type { PreparePorts } from "./prepare.ts";

/** So long the job keeps its worker while its parts are backed up; after that it gives it back between looks. */
const LOOK_MS = 2_000;
const LOOK_EVERY_MS = 100;
const PAUSE_MS = 1_000;
/** Of a run that a schedule asked for: parts that the same schedule backed up a moment before are of it. */
const SAME_RUN_MS = 60_000;

type Job = JobContext["job"];
interface Part {
  readonly name: string;
  readonly id: string;
  readonly project_id: string;
  readonly region_id: string;
}

/**
 * Has every part of an application backed up, each once for this run, and waits for all.
 * @throws JOB_POSTPONED while they run, APPLICATION_PART_FAILED naming the part and why
 */
export async function backUpParts(
  source: ApplicationSource,
  { job, signal }: Pick<JobContext, "job" | "signal">,
  ports: PreparePorts,
): Promise<GroupDetails> {
  const { db, clock } = ports;
  const parts: Part[] = [];
  for (const { name, workload = "" } of source.parts) {
    const { id, project_id, region_id } = await getWorkload(db, workload);
    parts.push({ name, id, project_id, region_id });
  }
  const until_ms = clock.monotonic_ms() + LOOK_MS;
  for (;;) {
    const made: { readonly name: string; readonly backup_id: string }[] = [];
    for (const part of parts) {
      const backup_id = await backupOf(part, job, ports);
      if (backup_id !== null) made.push({ name: part.name, backup_id });
    }
    if (made.length === parts.length) return groupOf(source, made, ports);
    if (clock.monotonic_ms() >= until_ms) {
      const why = `${made.length} of ${parts.length} parts are backed up`;
      throw postponed(why, clock.now_ms() + PAUSE_MS);
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** The part's backup of this run; `null` while it is being made. @throws APPLICATION_PART_FAILED */
async function backupOf(part: Part, job: Job, ports: PreparePorts): Promise<string | null> {
  const { db } = ports;
  const mine = await db
    .selectFrom("jobs")
    .select(["id", "state", "finished_at", "backup_id", "error"])
    .where("idempotency_key", "=", keyOf(part, job))
    .executeTakeFirst();
  if (mine !== undefined) {
    if (mine.finished_at === null) return null;
    if (mine.state === "SUCCEEDED" || mine.state === "SUCCEEDED_WITH_WARNINGS") return mine.backup_id;
    const why = mine.error === null ? `its backup ended ${mine.state}` : `${mine.error.code}: ${mine.error.message}`;
    throw protectError("APPLICATION_PART_FAILED", `part ${part.name} could not be backed up: ${why}`, {
      part: part.name,
      job_id: mine.id,
    });
  }
  const since_ms = job.created_at.getTime() - (job.slot_id === null ? 0 : SAME_RUN_MS);
  const other = await db
    .selectFrom("backups")
    .select("id")
    .where("workload_id", "=", part.id)
    .where("state", "=", "AVAILABLE")
    .where("created_at", ">=", new Date(since_ms))
    .orderBy("created_at", "desc")
    .executeTakeFirst();
  if (other !== undefined) return other.id;
  const running = await db
    .selectFrom("jobs")
    .select("id")
    .where("workload_id", "=", part.id)
    .where("kind", "=", "backup")
    .where("state", "in", ["QUEUED", "RUNNING", "VERIFYING"])
    .executeTakeFirst();
  if (running === undefined) await ask(part, job, ports);
  return null;
}

const keyOf = (part: Part, job: Job) => `part:${job.id}:${part.name}`;

/** Under the application's own policy. */
async function ask(part: Part, job: Job, ports: PreparePorts): Promise<void> {
  const { id: workload_id, project_id, region_id } = part;
  const input = { trigger: job.input["trigger"], region_id, only_policy: job.input["only_policy"] === true };
  const { policy_id, policy_version, complete_until, max_attempts, retry_backoff_ms } = job;
  const spec = {
    kind: "backup" as const,
    project_id,
    workload_id,
    ...(policy_id === null ? {} : { policy_id }),
    ...(policy_version === null ? {} : { policy_version }),
    ...(complete_until === null ? {} : { complete_until }),
    parent_id: job.id,
    input,
    max_attempts,
    retry_backoff_ms: Number(retry_backoff_ms),
    idempotency_key: keyOf(part, job),
  };
  await withTransaction(ports.db, (tx) => enqueueJob(tx, spec, ports));
}

async function groupOf(
  source: ApplicationSource,
  made: readonly { readonly name: string; readonly backup_id: string }[],
  { db }: PreparePorts,
): Promise<GroupDetails> {
  const parts: GroupPart[] = [];
  for (const { name, backup_id } of made) {
    const row = await db
      .selectFrom("backups")
      .innerJoin("workloads", "workloads.id", "backups.workload_id")
      .selectAll("backups")
      .select("workloads.name as workload_name")
      .where("backups.id", "=", backup_id)
      .executeTakeFirst();
    if (row === undefined || row.state !== "AVAILABLE")
      throw protectError("APPLICATION_PART_FAILED", `part ${name} has no backup that is available`, { part: name });
    const { workload_id, workload_name, region_id } = row;
    const kind = String(row.details["kind"]);
    parts.push({ name, workload_id, workload_name, kind, backup_id, region_id, point_ms: pointOf(row) });
  }
  const point_ms = Math.max(...parts.map((part) => part.point_ms));
  return { profile: source.profile ?? null, parts, point_ms };
}

/** When what a backup holds was whole: for databases as they say themselves, else when the backup had ended. */
export function pointOf({
  details,
  completed_at,
  created_at,
}: Pick<BackupRow, "details" | "completed_at" | "created_at">) {
  const source = details["source"] as Readonly<Record<string, unknown>> | undefined;
  const told = source?.["stopped_at_ms"] ?? source?.["snapshot_at_ms"];
  return typeof told === "number" ? told : (completed_at ?? created_at).getTime();
}
