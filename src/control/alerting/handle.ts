import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { meetTimers } from "./clocks.ts";
import { alertingError } from "./errors.ts";
import { endAlert } from "./evaluate.ts";
import type { AlertRow } from "./evaluate.ts";

/** @throws ALERT_NOT_FOUND */
export async function getAlert(db: Db, id: string): Promise<AlertRow> {
  const row = await db.selectFrom("alerts").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw alertingError("ALERT_NOT_FOUND", `there is no alert ${id}`, { alert_id: id });
  return row;
}

/**
 * Somebody has it: no further person is paged, and the clocks of alert and investigation are met. Twice is once.
 * @throws ALERT_NOT_FOUND, ALERT_RESOLVED
 */
export async function acknowledgeAlert(
  db: Db,
  id: string,
  by: { readonly who: string; readonly note?: string },
  ports: Ports,
): Promise<AlertRow> {
  return withTransaction(db, async (tx) => {
    const alert = await lockOpen(tx, id);
    if (alert.state === "ACKNOWLEDGED") return alert;
    const now = new Date(ports.clock.now_ms());
    await tx
      .updateTable("alerts")
      .set({ state: "ACKNOWLEDGED", acknowledged_at: now, acknowledged_by: by.who })
      .where("id", "=", id)
      .execute();
    await meetTimers(tx, id, ["alert", "investigation"], by, now);
    const data = { by: by.who, note: by.note ?? null };
    const { project_id } = alert;
    await appendEvent(tx, { type: "holdfast.alert.acknowledged", subject: id, project_id, data }, ports);
    return getAlert(tx, id);
  });
}

/**
 * Closes an alert by hand. While its cause is still there it stays quiet, unless more is hurt, for a week.
 * @throws ALERT_NOT_FOUND, ALERT_RESOLVED
 */
export async function resolveAlert(
  db: Db,
  id: string,
  by: { readonly who: string; readonly note: string },
  ports: Ports,
): Promise<AlertRow> {
  return withTransaction(db, async (tx) => {
    await endAlert(tx, await lockOpen(tx, id), by, ports);
    return getAlert(tx, id);
  });
}

async function lockOpen(tx: Tx, id: string): Promise<AlertRow> {
  await getAlert(tx, id);
  const alert = await tx.selectFrom("alerts").selectAll().where("id", "=", id).forUpdate().executeTakeFirstOrThrow();
  if (alert.state === "RESOLVED") {
    throw alertingError("ALERT_RESOLVED", `alert ${id} is resolved`, { alert_id: id });
  }
  return alert;
}
