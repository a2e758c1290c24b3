import { join } from "node:path";
import { hasCode } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import { createProject, createRegion, listProjects, listRegions } from "../../control/inventory/index.ts";
import { seedTemplates } from "../../control/policy/index.ts";
import { listRecordedProjects, readRegionRecord, regionStore } from "../../control/repositories/index.ts";
import type { Engine, Repositories } from "../../control/repositories/index.ts";
import type { Region } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { Layout } from "./layout.ts";

export interface DefaultRegion {
  readonly name: string;
  readonly country: string;
  readonly store: Region["store"];
}

/** Two folders; on one machine they are places to try with, on two disks or mounts the real thing. */
export function defaultRegions(layout: Layout): DefaultRegion[] {
  return ["bd-dha-1", "bd-ctg-1"].map((name) => ({
    name,
    country: "BD",
    store: { kind: "fs", path: join(layout.regions_dir, name) },
  }));
}

export interface FirstStartPorts {
  readonly db: Db;
  readonly engine: Engine;
  readonly repositories: Repositories;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const DEFAULT_PROJECT = "default";

/**
 * Gives an empty installation its regions, policies and a project; later starts change nothing. A region whose storage
 * is there already comes back under its old id, and its backups wait for `baas catalog rebuild`.
 */
export async function prepareInstallation(regions: readonly DefaultRegion[], ports: FirstStartPorts): Promise<void> {
  const { db, log } = ports;
  let forgotten = 0;
  if ((await listRegions(db)).length === 0) {
    for (const region of regions) forgotten += await addRegion(region, ports);
  }
  const [first, second] = await listRegions(db).then((all) =>
    regions.map(({ name }) => all.find((each) => each.name === name)),
  );
  await seedTemplates(db, second === undefined ? {} : { peer_region: second.name }, ports);
  if (forgotten > 0) {
    log.warn(
      { projects: forgotten },
      "the regions hold backups that the catalog does not know: run `baas catalog rebuild`",
    );
  } else if (first !== undefined && (await listProjects(db)).length === 0) {
    await createProject(db, { name: DEFAULT_PROJECT, region: first.id }, ports);
  }
  for (const region of await listRegions(db)) {
    try {
      await ports.repositories.claimRegion(region);
    } catch (error) {
      // Another region's folder would be written into by mistake: that stops the start. A disk that is away does not.
      if (hasCode(error, "REGION_MISMATCH")) throw error;
      log.error({ error, region: region.name }, "a region's storage cannot be reached");
    }
  }
}

/** Adds a region, as the one its storage says it is. Returns how many projects have backups there. */
async function addRegion(region: DefaultRegion, ports: FirstStartPorts): Promise<number> {
  const store = await ports.engine.openStore(regionStore(region));
  try {
    const record = await readRegionRecord(store);
    if (record === undefined) {
      await createRegion(ports.db, region, ports);
      return 0;
    }
    await ports.db
      .insertInto("regions")
      .values({
        id: record.id,
        name: record.name,
        country: record.country,
        store: JSON.stringify(region.store),
        own_keys: record.own_keys ?? false,
        created_at: new Date(ports.clock.now_ms()),
      })
      .execute();
    return (await listRecordedProjects(store)).length;
  } finally {
    await store.close();
  }
}
