import { createHash } from "node:crypto";
import { newId } from "../../base/index.ts";
import type { DrillFinding, Region } from "../../model/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { listRegions } from "../inventory/index.ts";
import { placeName } from "../repositories/index.ts";
import { recoveryError } from "./errors.ts";

/**
 * All that somebody needs, beside the keys, who has nothing but the regions left. It holds no secret: credentials and
 * keys are named, and kept elsewhere.
 */
export interface RecoveryKit {
  readonly format: "holdfast-recovery-kit/1";
  readonly kit_id: string;
  readonly made_at: string;
  readonly regions: readonly Pick<Region, "id" | "name" | "country" | "store">[];
  /** Master keys that repositories are wrapped with: the key manager that is brought back must have them. */
  readonly key_ids: readonly string[];
}

const FORMAT = "holdfast-recovery-kit/1";

export interface KeptKit {
  readonly kit: RecoveryKit;
  readonly sha256: string;
}

/** Made of what there is now, and kept, so that drills can check what was printed. */
export async function makeKit(tx: Tx, by: string, ports: Ports): Promise<KeptKit> {
  const made_at = new Date(ports.clock.now_ms());
  const kit: RecoveryKit = {
    format: FORMAT,
    kit_id: newId("kit", ports.clock, ports.random),
    made_at: made_at.toISOString(),
    ...(await whatThereIs(tx)),
  };
  const sha256 = digest(kit);
  await tx
    .insertInto("recovery_kits")
    .values({ id: kit.kit_id, content: JSON.stringify(kit), sha256, made_by: by, made_at })
    .execute();
  await appendEvent(tx, { type: "holdfast.recovery_kit.made", subject: kit.kit_id, data: { sha256, by } }, ports);
  return { kit, sha256 };
}

async function whatThereIs(db: Db): Promise<Pick<RecoveryKit, "regions" | "key_ids">> {
  const regions = (await listRegions(db)).map(({ id, name, country, store }) => ({ id, name, country, store }));
  const keys = await db.selectFrom("repositories").select("cmk_id").distinct().orderBy("cmk_id").execute();
  return { regions, key_ids: keys.map(({ cmk_id }) => cmk_id) };
}

/** The one that was made last. @throws RECOVERY_KIT_MISSING */
export async function newestKit(db: Db): Promise<KeptKit> {
  const row = await db.selectFrom("recovery_kits").selectAll().orderBy("made_at", "desc").limit(1).executeTakeFirst();
  if (row === undefined) throw recoveryError("RECOVERY_KIT_MISSING", "no recovery kit was made yet");
  return { kit: row.content as unknown as RecoveryKit, sha256: row.sha256 };
}

/**
 * Would what was printed still do? Regions that came since are missing from it. Keys that came since are not: the key
 * folder has them, and whether they open their repositories is what the drill finds out.
 */
export async function checkKit({ kit, sha256 }: KeptKit, db: Db): Promise<DrillFinding[]> {
  const findings: DrillFinding[] = [];
  const say = (message: string) =>
    findings.push({ code: "KIT_OUTDATED", message: `${message}: print it anew (baas recovery kit)` });
  const printed = `the kit of ${kit.made_at.slice(0, 10)}`;
  if (digest(kit) !== sha256)
    findings.push({ code: "KIT_CHANGED", message: `${printed} is not what was printed: its checksum is another one` });
  const now = await whatThereIs(db);
  for (const region of now.regions) {
    const there = kit.regions.find(({ id }) => id === region.id);
    if (there === undefined) say(`${printed} does not know region ${region.name}`);
    else if (placeName(there.store) !== placeName(region.store))
      say(`${printed} has region ${region.name} in ${placeName(there.store)}, and it is in ${placeName(region.store)}`);
  }
  return findings;
}

/** The same bytes however a database orders the members. */
function digest(kit: RecoveryKit): string {
  const { format, kit_id, made_at, regions, key_ids } = kit;
  const plain = regions.map(({ id, name, country, store }) => [id, name, country, Object.entries(store).sort()]);
  return createHash("sha256")
    .update(JSON.stringify([format, kit_id, made_at, plain, key_ids]))
    .digest("hex");
}

/** For the printer. */
export function kitText({ kit, sha256 }: KeptKit): string {
  const lines = [
    "HOLDFAST RECOVERY KIT",
    "",
    `kit ${kit.kit_id}, made ${kit.made_at}`,
    `checksum ${sha256}`,
    "",
    "Print this page and keep it where neither the server nor the backups are. It holds no secret.",
    "Beside it you need a copy of the key manager's folder and its root secret, each kept apart from the other.",
    "",
    "REGIONS",
    ...kit.regions.map(({ id, name, country, store }) => `  ${name} (${country}, ${id}): ${placeName(store)}`),
    "",
    "MASTER KEYS that the key folder must hold",
    ...(kit.key_ids.length === 0 ? ["  none yet: nothing was backed up"] : kit.key_ids.map((id) => `  ${id}`)),
    "",
    "WHEN THE SERVER IS LOST",
    "  1. Install Holdfast on a machine that reaches the regions; give it their credentials.",
    "  2. Put the key manager's folder back beside the data folder (DATA-keys), and the root secret where it was.",
    "  3. baas up --data DATA",
    "  4. For each region above that the server does not list: baas region add, with the same place.",
    "  5. baas catalog rebuild",
    "  6. baas list; baas drill run: one restore proves it.",
    "",
    "The machine-readable kit: baas recovery kit --json",
  ];
  return `${lines.join("\n")}\n`;
}
