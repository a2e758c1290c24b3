import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import { getRegion } from "../inventory/index.ts";
import { replicationError } from "./errors.ts";
import { isOpen, opensAt, parseWindow } from "./window.ts";

/** How copies may use the way from one region to another. */
export interface RegionLink {
  readonly from_region: string;
  readonly to_region: string;
  /** All copies of a server together; null: as fast as it goes. */
  readonly bytes_per_second: number | null;
  /** `22:00-06:00 Asia/Dhaka`; null: at all times. */
  readonly window: string | null;
  readonly open: boolean;
  /** Null while it is open. */
  readonly opens_at: string | null;
}

interface LinkRow {
  readonly from_region: string;
  readonly to_region: string;
  readonly bytes_per_second: number | null;
  readonly window_text: string | null;
}

function toLink({ window_text, ...row }: LinkRow, now_ms: number): RegionLink {
  if (window_text === null) return { ...row, window: null, open: true, opens_at: null };
  const window = parseWindow(window_text);
  const open = isOpen(window, now_ms);
  const opens_at = open ? null : new Date(opensAt(window, now_ms)).toISOString();
  return { ...row, window: window_text, open, opens_at };
}

function links(db: Db) {
  return db
    .selectFrom("region_links")
    .innerJoin("regions as source", "source.id", "region_links.from_region_id")
    .innerJoin("regions as target", "target.id", "region_links.to_region_id")
    .select(["source.name as from_region", "target.name as to_region", "bytes_per_second", "window_text"]);
}

/** Those for which anything was said. */
export async function regionLinks(db: Db, { clock }: Pick<Ports, "clock">): Promise<RegionLink[]> {
  const rows = await links(db).orderBy("source.name").orderBy("target.name").execute();
  return rows.map((row) => toLink(row, clock.now_ms()));
}

/** By ids of regions; undefined: nothing was said. */
export async function findLink(
  db: Db,
  from_region_id: string,
  to_region_id: string,
  { clock }: Pick<Ports, "clock">,
): Promise<RegionLink | undefined> {
  const row = await links(db)
    .where("from_region_id", "=", from_region_id)
    .where("to_region_id", "=", to_region_id)
    .executeTakeFirst();
  return row === undefined ? undefined : toLink(row, clock.now_ms());
}

export interface LinkChange {
  /** Id or name. */
  readonly from: string;
  readonly to: string;
  /** Null: no limit. What is left out stays. */
  readonly bytes_per_second?: number | null | undefined;
  readonly window?: string | null | undefined;
}

/** Holds for copies from their next pack on. @throws REGION_NOT_FOUND, LINK_TO_ITSELF, LINK_WINDOW_INVALID */
export async function setRegionLink(tx: Tx, change: LinkChange, by: string, ports: Ports): Promise<RegionLink> {
  const [from, to] = [await getRegion(tx, change.from), await getRegion(tx, change.to)];
  if (from.id === to.id) throw replicationError("LINK_TO_ITSELF", `${from.name} and ${to.name} are one region`);
  if (typeof change.window === "string") parseWindow(change.window);
  const set = {
    updated_at: new Date(ports.clock.now_ms()),
    ...(change.bytes_per_second === undefined ? {} : { bytes_per_second: change.bytes_per_second }),
    ...(change.window === undefined ? {} : { window_text: change.window }),
  };
  await tx
    .insertInto("region_links")
    .values({ from_region_id: from.id, to_region_id: to.id, ...set })
    .onConflict((conflict) => conflict.columns(["from_region_id", "to_region_id"]).doUpdateSet(set))
    .execute();
  const { from: _, to: __, ...said } = change;
  const data = { from_region: from.name, to_region: to.name, ...said, by };
  await appendEvent(tx, { type: "holdfast.region.link", subject: to.id, project_id: null, data }, ports);
  // A copy that waits for the window looks at the new one at once.
  await tx
    .updateTable("jobs")
    .set({ run_after: set.updated_at })
    .where("kind", "=", "copy")
    .where("state", "=", "WAITING_WINDOW")
    .where((where) => where(where.ref("input", "->>").key("region_id"), "=", to.id))
    .where((where) => where(where.ref("input", "->>").key("from_region_id"), "=", from.id))
    .execute();
  return (await findLink(tx, from.id, to.id, ports)) as RegionLink;
}
