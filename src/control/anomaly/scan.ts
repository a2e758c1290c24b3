import { newId } from "../../base/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { createHold, releaseHold } from "../retention/index.ts";
import { anomalyError } from "./errors.ts";
import { detect, HISTORY_MIN } from "./detect.ts";
import type { Shape } from "./detect.ts";

const PER_PASS_MAX = 500;
const HISTORY_MAX = 14;
/** In the place of a person's name. */
const DETECTOR = "anomaly detection";

interface Candidate {
  readonly id: string;
  readonly project_id: string;
  readonly workload_id: string;
  readonly created_at: Date;
  readonly source_bytes: number | null;
  readonly stored_bytes: number | null;
  readonly file_count: number | null;
  readonly details: Readonly<Record<string, unknown>>;
}

const COLUMNS = [
  "id",
  "project_id",
  "workload_id",
  "created_at",
  "source_bytes",
  "stored_bytes",
  "file_count",
  "details",
] as const;

/**
 * Looks at each backup once, in the order in which they were made. What looks like encryption or mass deletion is
 * marked, an anomaly opens, and the last clean backup is held until somebody decides. @returns ids of new anomalies
 */
export async function scanAnomalies(db: Db, ports: Ports): Promise<string[]> {
  const fresh: readonly Candidate[] = await db
    .selectFrom("backups")
    .leftJoin("anomaly_checks", "anomaly_checks.backup_id", "backups.id")
    .select(COLUMNS.map((column) => `backups.${column}` as const))
    .where("backups.state", "=", "AVAILABLE")
    .where("anomaly_checks.backup_id", "is", null)
    .orderBy("backups.created_at")
    .limit(PER_PASS_MAX)
    .execute();
  const opened: string[] = [];
  for (const backup of fresh) {
    const id = await withTransaction(db, (tx) => check(tx, backup, ports));
    if (id !== null) opened.push(id);
  }
  return opened;
}

async function check(tx: Tx, backup: Candidate, ports: Ports): Promise<string | null> {
  const now = new Date(ports.clock.now_ms());
  const open = await openAnomaly(tx, backup.workload_id);
  const clean = await cleanBefore(tx, backup);
  const found = open === undefined ? detect(shapeOf(backup), clean.map(shapeOf)) : null;
  const suspect = open !== undefined || found !== null;
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto("anomaly_checks")
    .values({ backup_id: backup.id, workload_id: backup.workload_id, suspect, checked_at: now })
    .onConflict((it) => it.column("backup_id").doNothing())
    .executeTakeFirst();
  if (found === null || numInsertedOrUpdatedRows === 0n) return null;
  const id = newId("anm", ports.clock, ports.random);
  const last_clean = clean.at(-1);
  const reason = `${id}: backup ${backup.id} looks like ${found.kind.replace("_", " ")}; this one is the last before it`;
  const held =
    last_clean === undefined
      ? undefined
      : await createHold(tx, { backup_id: last_clean.id, reason, by: DETECTOR }, ports);
  const { project_id, workload_id } = backup;
  await tx
    .insertInto("anomalies")
    .values({
      id,
      project_id,
      workload_id,
      backup_id: backup.id,
      clean_backup_id: last_clean?.id ?? null,
      hold_id: held?.hold.id ?? null,
      kind: found.kind,
      signals: JSON.stringify(found.signals),
      state: "OPEN",
      detected_at: now,
    })
    .execute();
  const data = { backup_id: backup.id, clean_backup_id: last_clean?.id ?? null, kind: found.kind, ...found.signals };
  await appendEvent(tx, { type: "holdfast.anomaly.detected", subject: id, project_id, data }, ports);
  return id;
}

function openAnomaly(tx: Tx, workload_id: string) {
  return tx
    .selectFrom("anomalies")
    .select("id")
    .where("workload_id", "=", workload_id)
    .where("state", "=", "OPEN")
    .executeTakeFirst();
}

/** The workload's own history, oldest first: backups before this one that nobody suspects. */
async function cleanBefore(tx: Tx, backup: Candidate): Promise<Candidate[]> {
  const rows = await tx
    .selectFrom("backups")
    .innerJoin("anomaly_checks", "anomaly_checks.backup_id", "backups.id")
    .select(COLUMNS.map((column) => `backups.${column}` as const))
    .where("backups.workload_id", "=", backup.workload_id)
    .where("backups.state", "=", "AVAILABLE")
    .where("backups.created_at", "<", backup.created_at)
    .where("anomaly_checks.suspect", "=", false)
    .orderBy("backups.created_at", "desc")
    .limit(Math.max(HISTORY_MAX, HISTORY_MIN))
    .execute();
  return rows.reverse();
}

function shapeOf(backup: Candidate): Shape {
  return {
    source_bytes: backup.source_bytes ?? 0,
    stored_bytes: backup.stored_bytes ?? 0,
    file_count: backup.file_count ?? 0,
    new_bytes: Number(backup.details["new_bytes"] ?? 0),
  };
}

/**
 * Somebody has looked, and it was meant to be. The hold ends, the marks go, and this backup is usual from now on.
 * @throws ANOMALY_NOT_FOUND, ANOMALY_DECIDED
 */
export async function dismissAnomaly(
  db: Db,
  id: string,
  by: { readonly who: string; readonly note: string },
  ports: Ports,
): Promise<void> {
  await withTransaction(db, async (tx) => {
    const row = await tx.selectFrom("anomalies").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
    if (row === undefined) throw anomalyError("ANOMALY_NOT_FOUND", `there is no anomaly ${id}`, { anomaly: id });
    if (row.state !== "OPEN") throw anomalyError("ANOMALY_DECIDED", `anomaly ${id} is ${row.state}`, { anomaly: id });
    const now = new Date(ports.clock.now_ms());
    await tx
      .updateTable("anomalies")
      .set({ state: "DISMISSED", decided_at: now, decided_by: by.who, note: by.note })
      .where("id", "=", id)
      .execute();
    await tx
      .updateTable("anomaly_checks")
      .set({ suspect: false })
      .where("workload_id", "=", row.workload_id)
      .where("suspect", "=", true)
      .execute();
    const hold = await tx
      .selectFrom("holds")
      .select("id")
      .where("id", "=", row.hold_id ?? "")
      .where("released_at", "is", null)
      .executeTakeFirst();
    if (hold !== undefined)
      await releaseHold(tx, hold.id, { reason: `${id} dismissed: ${by.note}`, by: by.who }, ports);
    const data = { by: by.who, note: by.note, backup_id: row.backup_id };
    const event = { type: "holdfast.anomaly.dismissed", subject: id, project_id: row.project_id, data };
    await appendEvent(tx, event, ports);
  });
}
