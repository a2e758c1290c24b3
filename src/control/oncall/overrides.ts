import type { Selectable } from "kysely";
import { newId } from "../../base/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, OncallOverrideTable, Ports } from "../../platform/db/index.ts";
import { loadOncall } from "./config.ts";
import { oncallError } from "./errors.ts";
import { onCallAt } from "./who.ts";
import type { OnCall } from "./who.ts";

export type OverrideRow = Selectable<OncallOverrideTable>;

/** Somebody else takes over for a while. @throws ONCALL_CONFIG_INVALID */
export async function addOverride(
  db: Db,
  input: { readonly rotation: string; readonly person: string; readonly from: Date; readonly until: Date },
  who: string,
  ports: Ports,
): Promise<OverrideRow> {
  const { people, rotations } = await loadOncall(db);
  const problem = !rotations.some(({ name }) => name === input.rotation)
    ? `there is no rotation ${input.rotation}`
    : !people.some(({ name }) => name === input.person)
      ? `there is no person ${input.person}`
      : input.from >= input.until
        ? "the override ends before it begins"
        : null;
  if (problem !== null) throw oncallError("ONCALL_CONFIG_INVALID", problem, {});
  return withTransaction(db, async (tx) => {
    const row = await tx
      .insertInto("oncall_overrides")
      .values({
        id: newId("ovr", ports.clock, ports.random),
        rotation: input.rotation,
        person: input.person,
        from_at: input.from,
        until_at: input.until,
        created_by: who,
        created_at: new Date(ports.clock.now_ms()),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const data = { rotation: row.rotation, person: row.person, from: row.from_at, until: row.until_at, by: who };
    await appendEvent(tx, { type: "holdfast.oncall.override", subject: row.id, data }, ports);
    return row;
  });
}

/** Of every rotation, at this instant. */
export async function whoIsOnCall(db: Db, instant_ms: number): Promise<OnCall[]> {
  const { rotations } = await loadOncall(db);
  const overrides = await db
    .selectFrom("oncall_overrides")
    .selectAll()
    .where("until_at", ">", new Date(instant_ms))
    .orderBy("created_at")
    .execute();
  return rotations.map((rotation) => onCallAt(rotation, overrides, instant_ms));
}

/** From now on the rotation counts again. @throws ONCALL_OVERRIDE_NOT_FOUND */
export async function removeOverride(db: Db, id: string, who: string, ports: Ports): Promise<OverrideRow> {
  return withTransaction(db, async (tx) => {
    const row = await tx.deleteFrom("oncall_overrides").where("id", "=", id).returningAll().executeTakeFirst();
    if (row === undefined) {
      throw oncallError("ONCALL_OVERRIDE_NOT_FOUND", `there is no override ${id}`, { override: id });
    }
    const data = { rotation: row.rotation, person: row.person, by: who };
    await appendEvent(tx, { type: "holdfast.oncall.override_removed", subject: row.id, data }, ports);
    return row;
  });
}
