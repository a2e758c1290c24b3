import { sql } from "kysely";
import type { Selectable } from "kysely";
import { newId } from "../../base/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, HoldTable, Ports, Tx } from "../../platform/db/index.ts";
import { getWorkload } from "../inventory/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { Enqueued } from "../jobs/index.ts";
import { retentionError } from "./errors.ts";

export type HoldRow = Selectable<HoldTable>;

export interface NewHold {
  readonly backup_id?: string;
  /** Id or name; all its backups, those to come included. */
  readonly workload?: string;
  /** Id, when the workload's name alone is not enough. */
  readonly project_id?: string;
  readonly reason: string;
  /** Token that asks. */
  readonly by: string;
}

/**
 * Sets a legal hold: nothing of it is deleted until somebody releases it. It holds from the moment this commits; the
 * job sets the storage's own hold besides, where there is one.
 * @throws BACKUP_NOT_FOUND, BACKUP_GONE, WORKLOAD_NOT_FOUND, WORKLOAD_AMBIGUOUS
 */
export async function createHold(tx: Tx, hold: NewHold, ports: Ports): Promise<{ hold: HoldRow; job: Enqueued }> {
  const target = hold.backup_id === undefined ? await workloadOf(tx, hold) : await backupOf(tx, hold.backup_id, ports);
  const row = await tx
    .insertInto("holds")
    .values({
      id: newId("hld", ports.clock, ports.random),
      ...target,
      reason: hold.reason,
      created_by: hold.by,
      created_at: new Date(ports.clock.now_ms()),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const data = { ...target, reason: hold.reason, by: hold.by };
  const event = { type: "holdfast.hold.set", subject: row.id, project_id: row.project_id, data };
  await appendEvent(tx, event, ports);
  return { hold: row, job: await enqueueHold(tx, row, ports) };
}

async function workloadOf(tx: Tx, { workload = "", project_id }: NewHold) {
  const found = await getWorkload(tx, workload, project_id);
  return { project_id: found.project_id, workload_id: found.id, backup_id: null };
}

async function backupOf(tx: Tx, backup_id: string, { clock }: Ports) {
  const row = await tx.selectFrom("backups").selectAll().where("id", "=", backup_id).forUpdate().executeTakeFirst();
  if (row === undefined) {
    throw retentionError("BACKUP_NOT_FOUND", `there is no backup ${backup_id}`, { backup: backup_id });
  }
  const over = row.recoverable_until !== null && row.recoverable_until.getTime() <= clock.now_ms();
  if (row.state === "FAILED" || over) {
    throw retentionError("BACKUP_GONE", `backup ${backup_id} is gone; there is nothing to hold`, { backup_id });
  }
  return { project_id: row.project_id, backup_id, workload_id: null };
}

/** Ends a hold; what kept the backups before keeps them again. @throws HOLD_NOT_FOUND, HOLD_RELEASED */
export async function releaseHold(
  tx: Tx,
  id: string,
  release: { readonly reason: string; readonly by: string },
  ports: Ports,
): Promise<{ hold: HoldRow; job: Enqueued }> {
  const before = await tx.selectFrom("holds").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
  if (before === undefined) throw retentionError("HOLD_NOT_FOUND", `there is no legal hold ${id}`, { hold: id });
  if (before.released_at !== null) {
    const when = before.released_at.toISOString();
    throw retentionError("HOLD_RELEASED", `legal hold ${id} was released at ${when}`, { hold: id, released_at: when });
  }
  const row = await tx
    .updateTable("holds")
    .set({
      released_at: new Date(ports.clock.now_ms()),
      released_by: release.by,
      release_reason: release.reason,
    })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const { project_id } = row;
  const data = { backup_id: row.backup_id, workload_id: row.workload_id, ...release };
  await appendEvent(tx, { type: "holdfast.hold.released", subject: id, project_id, data }, ports);
  return { hold: row, job: await enqueueHold(tx, row, ports) };
}

/** @throws HOLD_NOT_FOUND */
export async function getHold(db: Db, id: string): Promise<HoldRow> {
  const row = await db.selectFrom("holds").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw retentionError("HOLD_NOT_FOUND", `there is no legal hold ${id}`, { hold: id });
  return row;
}

/** Holds in force on this backup, or on all of this workload; without a backup also those on single ones. */
export async function activeHolds(
  db: Db,
  target: { readonly backup_id?: string; readonly workload_id: string },
): Promise<HoldRow[]> {
  const ofWorkload = db.selectFrom("backups").select("id").where("workload_id", "=", target.workload_id);
  return db
    .selectFrom("holds")
    .selectAll()
    .where("released_at", "is", null)
    .where((where) =>
      where.or([
        where("workload_id", "=", target.workload_id),
        target.backup_id === undefined
          ? where("backup_id", "in", ofWorkload)
          : where("backup_id", "=", target.backup_id),
      ]),
    )
    .orderBy("id")
    .execute();
}

/** Ids of all backups of a project that a hold keeps. */
export async function heldBackups(db: Db, project_id: string): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select b.id from backups b join holds h
      on h.released_at is null and (h.backup_id = b.id or h.workload_id = b.workload_id)
    where b.project_id = ${project_id}`.execute(db);
  return new Set(rows.map(({ id }) => id));
}

function enqueueHold(tx: Tx, hold: HoldRow, ports: Ports, key?: string): Promise<Enqueued> {
  const { project_id, backup_id, workload_id } = hold;
  const place = { ...(backup_id === null ? {} : { backup_id }), ...(workload_id === null ? {} : { workload_id }) };
  const idempotency_key = key === undefined ? {} : { idempotency_key: key };
  return enqueueJob(tx, { kind: "hold", project_id, ...place, input: { hold_id: hold.id }, ...idempotency_key }, ports);
}

/** Once a day: holds on workloads reach the backups made since. @returns how many were asked for */
export async function planHolds(db: Db, ports: Ports): Promise<number> {
  const day = Math.floor(ports.clock.now_ms() / 86_400_000);
  const rows = await db
    .selectFrom("holds")
    .selectAll()
    .where("released_at", "is", null)
    .where("workload_id", "is not", null)
    .execute();
  let asked = 0;
  for (const row of rows) {
    const { created } = await withTransaction(db, (tx) => enqueueHold(tx, row, ports, `hold:${row.id}:${day}`));
    if (created) asked++;
  }
  return asked;
}
