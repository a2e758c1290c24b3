import { sql } from "kysely";
import { hasCode } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Tx } from "../../platform/db/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { Enqueued, JobEnd, JobHandler, JobRow } from "../jobs/index.ts";
import type { Repositories } from "../repositories/index.ts";
import { retentionError } from "./errors.ts";
import { activeHolds, type HoldRow } from "./holds.ts";

/** How long a deleted backup can be brought back. */
export const RECOVERABLE_DAYS = 14;
const DAY_MS = 86_400_000;

export interface DeletionPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly repositories: Repositories;
}

/** States in which a backup holds data. */
const THERE = ["AVAILABLE", "DAMAGED"] as const;

/**
 * Marks a backup as being deleted and asks for the job that deletes it, recoverably, in all regions.
 * @param reason for the record: what retention said, or who asked
 * @param options `bypass_governance`: in spite of a GOVERNANCE lock, which is put on record; COMPLIANCE holds all the
 * same
 * @throws BACKUP_NOT_FOUND, BACKUP_HELD, BACKUP_IN_GROUP, BACKUP_IN_USE, BACKUP_IMMUTABLE before its lock ends,
 * BACKUP_NOT_THERE when it holds no data
 */
export async function requestDelete(
  tx: Tx,
  backup_id: string,
  reason: string,
  ports: Pick<DeletionPorts, "clock" | "random">,
  options: { readonly bypass_governance?: boolean } = {},
): Promise<Enqueued> {
  const row = await tx.selectFrom("backups").selectAll().where("id", "=", backup_id).forUpdate().executeTakeFirst();
  if (row === undefined) throw notFound(backup_id);
  const state = THERE.find((each) => each === row.state);
  if (state === undefined) {
    throw retentionError("BACKUP_NOT_THERE", `backup ${backup_id} is ${row.state}`, { backup_id, state: row.state });
  }
  const [hold] = await activeHolds(tx, { backup_id, workload_id: row.workload_id });
  if (hold !== undefined) throw held(backup_id, hold);
  await refusePart(tx, backup_id);
  const bypass_governance = options.bypass_governance === true && row.lock_mode === "GOVERNANCE";
  if (!bypass_governance && row.lock_until !== null && row.lock_until.getTime() > ports.clock.now_ms()) {
    throw immutable(backup_id, row.lock_mode ?? "COMPLIANCE", row.lock_until, row.stored_bytes);
  }
  await refuseInUse(tx, backup_id);
  if (bypass_governance) {
    const data = { backup_id, lock_until: row.lock_until?.toISOString() ?? null, reason };
    const event = { type: "holdfast.lock.bypassed", subject: backup_id, project_id: row.project_id, data };
    await appendEvent(tx, event, ports);
  }
  await tx.updateTable("backups").set({ state: "DELETING" }).where("id", "=", backup_id).execute();
  const { project_id, workload_id } = row;
  const input = { reason, state_before: state, bypass_governance };
  return enqueueJob(tx, { kind: "delete", project_id, workload_id, backup_id, input }, ports);
}

/** As long as the backup of an application names it, the backup of a part stays. @throws BACKUP_IN_GROUP */
async function refusePart(tx: Tx, backup_id: string): Promise<void> {
  const group = await tx
    .selectFrom("backups")
    .select("backups.id")
    .where("backups.state", "in", ["AVAILABLE", "DAMAGED"])
    .where(
      sql<boolean>`backups.details @> ${JSON.stringify({ kind: "application", source: { parts: [{ backup_id }] } })}`,
    )
    .executeTakeFirst();
  if (group === undefined) return;
  const message = `backup ${backup_id} is part of the application's backup ${group.id}`;
  throw retentionError("BACKUP_IN_GROUP", message, { backup_id, group_backup_id: group.id });
}

/** What a restore reads, or a drill has chosen to, stays until that has ended. @throws BACKUP_IN_USE */
async function refuseInUse(tx: Tx, backup_id: string): Promise<void> {
  const restore = await tx
    .selectFrom("jobs")
    .select(["id", "kind"])
    .where("backup_id", "=", backup_id)
    .where("kind", "=", "restore")
    .where("finished_at", "is", null)
    .executeTakeFirst();
  const drill = await tx
    .selectFrom("drills")
    .innerJoin("jobs", "jobs.id", "drills.job_id")
    .select(["jobs.id", "jobs.kind"])
    .where("drills.backup_id", "=", backup_id)
    .where("drills.finished_at", "is", null)
    .where("jobs.finished_at", "is", null)
    .executeTakeFirst();
  const reader = restore ?? drill;
  if (reader === undefined) return;
  const message = `backup ${backup_id} is being read by ${reader.kind} ${reader.id}`;
  throw retentionError("BACKUP_IN_USE", message, { backup_id, job_id: reader.id });
}

/** The `delete` job: a note beside the manifest in every region that has it, then the catalog. */
export function deleteHandler(ports: DeletionPorts): JobHandler {
  const { clock } = ports;
  return {
    kind: "delete",
    steps: ["run"],
    async run({ job, step, signal }) {
      const backup_id = job.backup_id ?? "";
      const result = await step(
        "run",
        async () => {
          const until_ms = clock.now_ms() + RECOVERABLE_DAYS * DAY_MS;
          const [hold] = await activeHolds(ports.db, { backup_id, workload_id: job.workload_id ?? "" });
          if (hold !== undefined) throw held(backup_id, hold); // set since the deletion was asked for
          const options = { bypass_governance: job.input["bypass_governance"] === true };
          const regions = await forgetEverywhere(backup_id, until_ms, options, ports, signal);
          return { backup_id, regions, recoverable_until: new Date(until_ms).toISOString() };
        },
        async (tx, { regions, recoverable_until }) => {
          const dates = { deleted_at: new Date(clock.now_ms()), recoverable_until: new Date(recoverable_until) };
          await tx
            .updateTable("backups")
            .set({ state: "DELETED", ...dates })
            .where("id", "=", backup_id)
            .execute();
          await tx.updateTable("copies").set({ state: "DELETED" }).where("backup_id", "=", backup_id).execute();
          const data = { backup_id, regions, recoverable_until, reason: job.input["reason"] ?? null };
          await appendEvent(
            tx,
            { type: "holdfast.backup.deleted", subject: backup_id, project_id: job.project_id, data },
            ports,
          );
        },
      );
      return { state: "SUCCEEDED", result };
    },
    ended: keepIfLocked,
  };
}

/**
 * Notes it in every region, or, where a lock forbids it that the catalog did not know, in none.
 * @returns ids of the regions that have the backup
 */
async function forgetEverywhere(
  backup_id: string,
  until_ms: number,
  options: { readonly bypass_governance: boolean },
  { db, repositories }: DeletionPorts,
  signal: AbortSignal,
): Promise<string[]> {
  const places = await placesOf(db, backup_id);
  const regions: string[] = [];
  try {
    for (const { region_id, project_id } of places) {
      signal.throwIfAborted();
      const there = await repositories.use(await repositories.find(project_id, region_id), (repository) =>
        unless("BACKUP_NOT_FOUND", repository.forget(backup_id, until_ms, options)),
      );
      if (there) regions.push(region_id);
    }
  } catch (error) {
    if (!hasCode(error, "BACKUP_IMMUTABLE")) throw error;
    for (const { region_id, project_id } of places) {
      await repositories.use(await repositories.find(project_id, region_id), (repository) =>
        unless("BACKUP_NOT_FORGOTTEN", repository.undelete(backup_id)),
      );
    }
    throw error;
  }
  return regions;
}

/** @returns false when it failed with this code */
async function unless(code: string, work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (hasCode(error, code)) return false;
    throw error;
  }
}

/**
 * Refused by a lock, the backup is what it was. Whatever else failed: some regions may have their note already, so the
 * backup stays DELETING, and {@link repeatDeletions} asks again.
 */
async function keepIfLocked(tx: Tx, job: JobRow, end: JobEnd): Promise<void> {
  if (end.error?.code !== "BACKUP_IMMUTABLE" && end.error?.code !== "BACKUP_HELD") return;
  const state = THERE.find((each) => each === job.input["state_before"]) ?? "AVAILABLE";
  await tx
    .updateTable("backups")
    .set({ state })
    .where("id", "=", job.backup_id ?? "")
    .where("state", "=", "DELETING")
    .execute();
}

/**
 * Asks again for deletions whose job failed, and for those of copies that arrived after their backup was deleted.
 * @returns how many
 */
export async function repeatDeletions(db: Db, ports: Pick<DeletionPorts, "clock" | "random">): Promise<number> {
  const open = await db
    .selectFrom("backups")
    .select(["backups.id", "backups.project_id", "backups.workload_id"])
    .where((where) =>
      where.or([
        where("backups.state", "=", "DELETING"),
        where.and([
          where("backups.state", "=", "DELETED"),
          where.exists(
            where
              .selectFrom("copies")
              .select("copies.id")
              .whereRef("copies.backup_id", "=", "backups.id")
              .where("copies.state", "in", ["AVAILABLE", "DAMAGED"]),
          ),
        ]),
      ]),
    )
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom("jobs")
            .select("jobs.id")
            .whereRef("jobs.backup_id", "=", "backups.id")
            .where("jobs.kind", "in", ["delete", "undelete"])
            .where("jobs.finished_at", "is", null),
        ),
      ),
    )
    .execute();
  for (const { id, project_id, workload_id } of open) {
    if ((await activeHolds(db, { backup_id: id, workload_id })).length > 0) continue;
    const input = { reason: "an earlier deletion did not reach every region", state_before: "AVAILABLE" };
    const spec = { kind: "delete", project_id, workload_id, backup_id: id, input } as const;
    await withTransaction(db, (tx) => enqueueJob(tx, spec, ports));
  }
  return open.length;
}

/**
 * Asks for a deleted backup to be brought back.
 * @throws BACKUP_NOT_FOUND, BACKUP_NOT_THERE when it is not deleted, BACKUP_GONE after its date
 */
export async function requestUndelete(
  tx: Tx,
  backup_id: string,
  ports: Pick<DeletionPorts, "clock" | "random">,
): Promise<Enqueued> {
  const row = await tx.selectFrom("backups").selectAll().where("id", "=", backup_id).executeTakeFirst();
  if (row === undefined) throw notFound(backup_id);
  if (row.state !== "DELETED") {
    const message = `backup ${backup_id} is ${row.state}, not deleted`;
    throw retentionError("BACKUP_NOT_DELETED", message, { backup_id, state: row.state });
  }
  const { project_id, workload_id } = row;
  return enqueueJob(tx, { kind: "undelete", project_id, workload_id, backup_id, input: {} }, ports);
}

/** The `undelete` job: takes the notes away where they still are, then tells the catalog where the backup is again. */
export function undeleteHandler(ports: DeletionPorts): JobHandler {
  const { db, clock } = ports;
  return {
    kind: "undelete",
    steps: ["run"],
    async run({ job, step, signal }) {
      const backup_id = job.backup_id ?? "";
      const result = await step(
        "run",
        async () => {
          const regions: string[] = [];
          for (const { region_id, project_id } of await placesOf(db, backup_id)) {
            signal.throwIfAborted();
            const row = await ports.repositories.find(project_id, region_id);
            const back = await ports.repositories.use(row, (repository) =>
              repository.undelete(backup_id).then(
                () => true,
                async (error: unknown) => {
                  if (hasCode(error, "BACKUP_GONE")) return false;
                  if (!hasCode(error, "BACKUP_NOT_FORGOTTEN")) throw error;
                  // An earlier attempt has brought it back; or it never was there.
                  return (await repository.listBackupIds()).includes(backup_id);
                },
              ),
            );
            if (back) regions.push(region_id);
          }
          if (regions.length > 0) return { backup_id, regions };
          const message = `backup ${backup_id} was deleted, and its time to be brought back is over`;
          throw retentionError("BACKUP_GONE", message, { backup_id });
        },
        async (tx, { regions }) => bringBack(tx, backup_id, regions, clock),
      );
      return { state: "SUCCEEDED", result };
    },
  };
}

async function bringBack(tx: Tx, backup_id: string, regions: readonly string[], clock: Clock): Promise<void> {
  const row = await tx.selectFrom("backups").selectAll().where("id", "=", backup_id).executeTakeFirstOrThrow();
  // Whoever brings a backup back that retention has deleted wants it to stay for more than an hour.
  const stays_ms = Math.max(clock.now_ms() + RECOVERABLE_DAYS * DAY_MS, row.retain_until?.getTime() ?? 0);
  const home = regions.includes(row.region_id);
  await tx
    .updateTable("backups")
    .set({
      state: home ? "AVAILABLE" : "DAMAGED",
      ...(home ? {} : { status_reason: "StorageUnavailable" }),
      ...(row.retain_until === null ? {} : { retain_until: new Date(stays_ms) }),
      deleted_at: null,
      recoverable_until: null,
    })
    .where("id", "=", backup_id)
    .execute();
  await tx
    .updateTable("copies")
    .set({ state: "AVAILABLE" })
    .where("backup_id", "=", backup_id)
    .where("region_id", "in", [...regions])
    .where("state", "=", "DELETED")
    .where("manifest_key", "is not", null)
    .execute();
}

/** Every region in which the backup is, or may be: one whose copy failed may have its manifest all the same. */
export async function placesOf(db: Db, backup_id: string): Promise<{ region_id: string; project_id: string }[]> {
  const { region_id, project_id } = await db
    .selectFrom("backups")
    .select(["region_id", "project_id"])
    .where("id", "=", backup_id)
    .executeTakeFirstOrThrow();
  const copies = await db.selectFrom("copies").select("region_id").where("backup_id", "=", backup_id).execute();
  const regions = new Set([region_id, ...copies.map((copy) => copy.region_id)]);
  // A copy that was only asked for may have no repository yet.
  const rows = await db
    .selectFrom("repositories")
    .select("region_id")
    .where("project_id", "=", project_id)
    .where("region_id", "in", [...regions])
    .execute();
  return rows.map((row) => ({ region_id: row.region_id, project_id }));
}

function notFound(backup_id: string) {
  return retentionError("BACKUP_NOT_FOUND", `there is no backup ${backup_id}`, { backup: backup_id });
}

function held(backup_id: string, hold: Pick<HoldRow, "id" | "reason">) {
  const message = `backup ${backup_id} is under legal hold ${hold.id}: ${hold.reason}`;
  return retentionError("BACKUP_HELD", message, { backup_id, hold: hold.id, reason: hold.reason });
}

function immutable(backup_id: string, mode: string, until: Date, stored_bytes: number | null) {
  const costs = stored_bytes === null ? "" : `; it holds ${stored_bytes} bytes of its own until then`;
  return retentionError(
    "BACKUP_IMMUTABLE",
    `backup ${backup_id} is immutable (${mode}) and cannot be deleted before ${until.toISOString()}${costs}`,
    { backup_id, mode, retain_until: until.toISOString(), stored_bytes },
  );
}
