import type { KeyAdmin } from "../../engine/keys/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { getProject } from "../inventory/index.ts";
import { requestRotation } from "./request.ts";

export const INTERVALS = ["annual", "quarterly", "monthly", "never"] as const;
export type Interval = (typeof INTERVALS)[number];

const MONTHS = { annual: 12, quarterly: 3, monthly: 1 } as const;
/** What holds for a project that has no setting of its own. */
export const INTERVAL_DEFAULT: Interval = "annual";

export interface KeySchedule {
  readonly project: string;
  readonly every: Interval;
  readonly last_at: string | null;
  /** Null: never. */
  readonly next_at: string | null;
}

/** So many months later, on the same day or the month's last one. */
export function addMonths(from: Date, months: number): Date {
  const to = new Date(from);
  to.setUTCMonth(to.getUTCMonth() + months, 1);
  const last_day = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
  to.setUTCDate(Math.min(from.getUTCDate(), last_day));
  return to;
}

/** @throws PROJECT_NOT_FOUND */
export async function setKeySchedule(
  tx: Tx,
  project_ref: string,
  every: Interval,
  by: string,
  ports: Ports,
): Promise<KeySchedule> {
  const { id: project_id } = await getProject(tx, project_ref);
  const set = { every, set_by: by, updated_at: new Date(ports.clock.now_ms()) };
  await tx
    .insertInto("key_schedules")
    .values({ project_id, ...set })
    .onConflict((conflict) => conflict.column("project_id").doUpdateSet(set))
    .execute();
  const data = { every, by };
  await appendEvent(tx, { type: "holdfast.key.schedule", subject: project_id, project_id, data }, ports);
  return keySchedule(tx, project_id);
}

export async function keySchedule(db: Db, project_ref: string): Promise<KeySchedule> {
  const { id, name } = await getProject(db, project_ref);
  const row = await db.selectFrom("key_schedules").select("every").where("project_id", "=", id).executeTakeFirst();
  const every = row?.every ?? INTERVAL_DEFAULT;
  const rotated = await db
    .selectFrom("rotations")
    .select("created_at")
    .where("project_id", "=", id)
    .where("state", "!=", "FAILED")
    .orderBy("created_at", "desc")
    .executeTakeFirst();
  const born = await db
    .selectFrom("repositories")
    .select("created_at")
    .where("project_id", "=", id)
    .orderBy("created_at")
    .executeTakeFirst();
  const last = rotated?.created_at ?? born?.created_at;
  const next = last === undefined || every === "never" ? null : addMonths(last, MONTHS[every]);
  return {
    project: name,
    every,
    last_at: rotated?.created_at.toISOString() ?? null,
    next_at: next?.toISOString() ?? null,
  };
}

/** Asks for the rotations that are due. One that was missed, or several, is made up for once. @returns how many */
export async function planRotations(db: Db, ports: Ports & { readonly key_admin: KeyAdmin }): Promise<number> {
  let asked = 0;
  const projects = await db.selectFrom("projects").select("id").where("shredded_at", "is", null).execute();
  for (const { id } of projects) {
    const done = await withTransaction(db, async (tx) => {
      await tx.selectFrom("projects").select("id").where("id", "=", id).forUpdate().executeTakeFirst();
      const { every, next_at } = await keySchedule(tx, id);
      if (next_at === null || Date.parse(next_at) > ports.clock.now_ms()) return false;
      await requestRotation(tx, { project: id, by: "schedule", reason: `${every} rotation, due ${next_at}` }, ports);
      return true;
    });
    if (done) asked++;
  }
  return asked;
}
