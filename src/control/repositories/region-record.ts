import * as z from "zod";
import { hasCode } from "../../base/index.ts";
import type { ObjectStore } from "../../engine/store/index.ts";
import type { Region } from "../../model/index.ts";
import { repositoriesError } from "./errors.ts";

/**
 * A region's storage says which region it is, so that a lost database finds its regions again under their old ids, and
 * nobody writes one region's backups into another's folder by mistake. Holds no secret.
 */
const recordSchema = z.object({
  id: z.string(),
  name: z.string(),
  country: z.string(),
  own_keys: z.boolean().optional(),
});
export type RegionRecord = z.infer<typeof recordSchema>;

const RECORD_KEY = "identity";
const PROJECTS = "projects/";

export async function readRegionRecord(store: ObjectStore): Promise<RegionRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse((await store.get(RECORD_KEY)).toString("utf8")));
  } catch (error) {
    if (hasCode(error, "STORE_NOT_FOUND")) return undefined;
    throw error;
  }
}

/** Writes the record, or checks the one that is there. @throws REGION_MISMATCH */
export async function claimRegionStore(store: ObjectStore, region: Region): Promise<void> {
  const { id, name, country, own_keys } = region;
  const record: RegionRecord = { id, name, country, ...(own_keys ? { own_keys } : {}) };
  const there = await readRegionRecord(store);
  if (there === undefined || (there.id === id && (there.own_keys ?? false) !== own_keys)) {
    await store.put(RECORD_KEY, Buffer.from(JSON.stringify(record)));
    return;
  }
  if (there.id === id) return;
  const message = `${store.description} holds region ${there.name} (${there.id}), not ${region.name} (${region.id})`;
  throw repositoriesError("REGION_MISMATCH", message, { region: region.name, found: there.name });
}

/** Remembers in the region that a project keeps a repository there. */
export async function recordProject(store: ObjectStore, project_id: string): Promise<void> {
  await store.put(`${PROJECTS}${project_id}`, Buffer.from("{}"));
}

/** Ids of the projects with a repository in the region. */
export async function listRecordedProjects(store: ObjectStore): Promise<string[]> {
  const ids: string[] = [];
  for await (const { key } of store.list(PROJECTS)) ids.push(key.slice(PROJECTS.length));
  return ids;
}
