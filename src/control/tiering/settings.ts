import * as z from "zod";
import type { Region } from "../../model/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { getRegion } from "../inventory/index.ts";

const price = z.number().min(0).max(1000).nullable();
const days = z.number().int().min(0).max(3650);

/** What a region's tiers cost and ask for. Every field may be left out of a change. */
export const tierSettingsSchema = z.strictObject({
  enabled: z.boolean(),
  /** For a GiB a month, in whatever currency the region is paid in. */
  price_gib_month: z.strictObject({ hot: price, warm: price, cold: price }),
  /** Whoever leaves a class earlier pays for the rest of them. */
  min_days: z.strictObject({ hot: days, warm: days, cold: days }),
  /** How long a thaw is expected to take, where the storage does not say. */
  thaw_hours: z.number().min(0).max(720),
  /** For each GiB thawed. */
  thaw_price_gib: price,
});
export type TierSettings = z.infer<typeof tierSettingsSchema>;

/** Amazon's minimum durations and hours; prices are said by whoever pays them. Folders have no minimum. */
export function DEFAULT_SETTINGS({ store }: Pick<Region, "store">): TierSettings {
  const bucket = store.kind === "s3";
  return {
    enabled: !bucket || store.classes !== undefined,
    price_gib_month: { hot: null, warm: null, cold: null },
    min_days: bucket ? { hot: 0, warm: 30, cold: 90 } : { hot: 0, warm: 0, cold: 0 },
    thaw_hours: store.kind === "fs" ? (store.thaw_seconds ?? 0) / 3600 : 5,
    thaw_price_gib: null,
  };
}

export async function readTierSettings(db: Db, region: Region): Promise<TierSettings> {
  const row = await db
    .selectFrom("region_tiers")
    .select("settings")
    .where("region_id", "=", region.id)
    .executeTakeFirst();
  return merge(DEFAULT_SETTINGS(region), row?.settings ?? {});
}

export interface TierChanges {
  readonly enabled?: boolean | undefined;
  readonly price_gib_month?: Readonly<Record<string, number | null | undefined>> | undefined;
  readonly min_days?: Readonly<Record<string, number | undefined>> | undefined;
  readonly thaw_hours?: number | undefined;
  readonly thaw_price_gib?: number | null | undefined;
  /** Of a folder: how long a cold object takes to be readable; null: at once, and unasked. */
  readonly thaw_seconds?: number | null | undefined;
  /** Of a bucket. */
  readonly classes?: Readonly<Record<string, string | undefined>> | undefined;
}

/** @throws REGION_NOT_FOUND */
export async function writeTierSettings(
  tx: Tx,
  id_or_name: string,
  changes: TierChanges,
  ports: Ports,
): Promise<{ readonly region: Region; readonly settings: TierSettings }> {
  const before = await getRegion(tx, id_or_name);
  const { thaw_seconds, classes, ...rest } = changes;
  const now = new Date(ports.clock.now_ms());
  const { store } = before;
  const changed =
    store.kind === "fs"
      ? thaw_seconds === undefined
        ? store
        : { ...store, thaw_seconds: thaw_seconds ?? undefined }
      : classes === undefined
        ? store
        : { ...store, classes: { ...store.classes, ...classes } };
  if (changed !== store) {
    await tx
      .updateTable("regions")
      .set((update) => ({ store: JSON.stringify(changed), revision: update("revision", "+", 1) }))
      .where("id", "=", before.id)
      .execute();
  }
  const region = await getRegion(tx, before.id);
  const old = await tx
    .selectFrom("region_tiers")
    .select("settings")
    .where("region_id", "=", region.id)
    .executeTakeFirst();
  const stored = JSON.stringify(combine(old?.settings ?? {}, rest));
  const values = { settings: stored, updated_at: now };
  await tx
    .insertInto("region_tiers")
    .values({ region_id: region.id, ...values })
    .onConflict((conflict) => conflict.column("region_id").doUpdateSet(values))
    .execute();
  return { region, settings: await readTierSettings(tx, region) };
}

function merge(base: TierSettings, changes: Readonly<Record<string, unknown>>): TierSettings {
  return tierSettingsSchema.parse(combine(base as unknown as Record<string, unknown>, changes));
}

/** Given fields replace, mappings merge. */
function combine(base: Readonly<Record<string, unknown>>, changes: Readonly<Record<string, unknown>>) {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    const inner = typeof value === "object" && value !== null;
    result[key] = inner
      ? combine((base[key] ?? {}) as Record<string, unknown>, value as Record<string, unknown>)
      : value;
  }
  return result;
}
