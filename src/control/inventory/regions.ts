import type { Selectable } from "kysely";
import type * as z from "zod";
import { newId } from "../../base/index.ts";
import { regionSchema } from "../../model/index.ts";
import type { Region } from "../../model/index.ts";
import { appendEvent, isUniqueViolation } from "../../platform/db/index.ts";
import type { Db, Ports, RegionTable, Tx } from "../../platform/db/index.ts";
import { inventoryError } from "./errors.ts";
import { validate } from "./validate.ts";

export const newRegionSchema = regionSchema
  .pick({ name: true, country: true, store: true })
  .extend({ own_keys: regionSchema.shape.own_keys.default(false) });
export type NewRegion = z.input<typeof newRegionSchema>;

/** @throws REGION_EXISTS, INVENTORY_INVALID */
export async function createRegion(db: Db, input: NewRegion, ports: Ports): Promise<Region> {
  const { name, country, store, own_keys } = validate(newRegionSchema, input, "region");
  try {
    const row = await db
      .insertInto("regions")
      .values({
        id: newId("reg", ports.clock, ports.random),
        name,
        country,
        store: JSON.stringify(store),
        own_keys,
        created_at: new Date(ports.clock.now_ms()),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return toRegion(row);
  } catch (error) {
    if (isUniqueViolation(error, "regions_name_key")) {
      throw inventoryError("REGION_EXISTS", `there is a region named ${name} already`, { name }, error);
    }
    throw error;
  }
}

/** By id or name. @throws REGION_NOT_FOUND */
export async function getRegion(db: Db, id_or_name: string): Promise<Region> {
  const row = await db
    .selectFrom("regions")
    .selectAll()
    .where((where) => where.or([where("id", "=", id_or_name), where("name", "=", id_or_name)]))
    .executeTakeFirst();
  if (row === undefined)
    throw inventoryError("REGION_NOT_FOUND", `there is no region ${id_or_name}`, { region: id_or_name });
  return toRegion(row);
}

/**
 * Says whether projects have a master key of their own in this region. Those that are there already change over with
 * their next rotation. @throws REGION_NOT_FOUND
 */
export async function setRegionKeys(
  tx: Tx,
  id_or_name: string,
  own_keys: boolean,
  by: string,
  ports: Ports,
): Promise<Region> {
  const { id } = await getRegion(tx, id_or_name);
  const row = await tx
    .updateTable("regions")
    .set((update) => ({ own_keys, revision: update("revision", "+", 1) }))
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await appendEvent(tx, { type: "holdfast.region.keys", subject: id, data: { own_keys, by } }, ports);
  return toRegion(row);
}

export async function listRegions(db: Db): Promise<Region[]> {
  return (await db.selectFrom("regions").selectAll().orderBy("name").execute()).map(toRegion);
}

function toRegion(row: Selectable<RegionTable>): Region {
  return { ...row, created_at: row.created_at.toISOString() };
}
