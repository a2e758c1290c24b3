import { asHoldfastError } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { KeyManager } from "../../engine/keys/index.ts";
import type { Manifest } from "../../engine/repository/index.ts";
import type { ObjectStore } from "../../engine/store/index.ts";
import type { Region } from "../../model/index.ts";
import { listRecordedProjects, projectStore, readRegionRecord, regionStore } from "../repositories/index.ts";
import type { Engine, RegionRecord } from "../repositories/index.ts";
import { catalogError } from "./errors.ts";
import { decodeLabels } from "./labels.ts";
import type { BackupLabels } from "./labels.ts";
import { manifestKey } from "./rows.ts";
import { loadSnapshot } from "./snapshot.ts";
import type { LoadedSnapshot } from "./snapshot.ts";

/** Where a region keeps its objects; its name and id are read from there. */
export type RegionPlace = Pick<Region, "store">;

export interface WalkPorts {
  readonly engine: Engine;
  readonly keys: KeyManager;
  readonly clock: Clock;
  readonly random: Random;
}

/** One manifest in one region. */
export interface FoundManifest {
  readonly region: RegionRecord;
  readonly manifest: Manifest;
  readonly labels: BackupLabels;
  /** When the region's store took it. */
  readonly durable_at_ms: number;
  /** Of a deleted backup: until then it can be brought back. */
  readonly recoverable_until_ms: number | null;
}

export interface FoundRepository {
  readonly region_id: string;
  readonly project_id: string;
  readonly repository_id: string;
  readonly cmk_id: string;
}

/** Something that could not be taken in, and why. */
export interface Skipped {
  readonly what: string;
  readonly code: string;
  readonly message: string;
}

export interface Walk {
  readonly regions: readonly (RegionRecord & RegionPlace)[];
  readonly repositories: readonly FoundRepository[];
  readonly manifests: readonly FoundManifest[];
  readonly skipped: readonly Skipped[];
  /** The newest of all regions. */
  readonly snapshot: LoadedSnapshot | undefined;
}

/**
 * Reads every manifest of every project in the given regions. What cannot be read is named and does not stop the rest.
 * @throws REGION_RECORD_MISSING when a place holds no region, STORE_… when it cannot be reached
 */
export async function walkRegions(
  places: readonly RegionPlace[],
  ports: WalkPorts,
  options: { readonly signal?: AbortSignal; readonly onManifest?: (found: number) => void } = {},
): Promise<Walk> {
  const walk = {
    regions: [] as (RegionRecord & RegionPlace)[],
    repositories: [] as FoundRepository[],
    manifests: [] as FoundManifest[],
    skipped: [] as Skipped[],
    snapshot: undefined as LoadedSnapshot | undefined,
  };
  for (const place of places) {
    const { region, projects, snapshot } = await readRegion(place, ports, walk.skipped);
    if (snapshot !== undefined && snapshot.taken_at_ms > (walk.snapshot?.taken_at_ms ?? -1)) walk.snapshot = snapshot;
    walk.regions.push({ ...region, ...place });
    for (const project_id of projects) {
      try {
        await walkRepository(place, region, project_id, ports, walk, options);
      } catch (error) {
        options.signal?.throwIfAborted();
        const { code, message } = asHoldfastError(error);
        walk.skipped.push({ what: `project ${project_id} in region ${region.name}`, code, message });
      }
    }
  }
  return walk;
}

async function readRegion(
  place: RegionPlace,
  ports: WalkPorts,
  skipped: Skipped[],
): Promise<{ region: RegionRecord; projects: string[]; snapshot: LoadedSnapshot | undefined }> {
  const store = await ports.engine.openStore(regionStore(place));
  try {
    const region = await readRegionRecord(store);
    if (region === undefined) {
      const message = `${store.description} holds no region's record`;
      throw catalogError("REGION_RECORD_MISSING", message, { store: store.description });
    }
    const snapshot = await loadSnapshot(store, ports.keys).catch((error: unknown) => {
      const { code, message } = asHoldfastError(error);
      skipped.push({ what: `catalog snapshot in region ${region.name}`, code, message });
      return undefined;
    });
    return { region, projects: await listRecordedProjects(store), snapshot };
  } finally {
    await store.close();
  }
}

async function walkRepository(
  place: RegionPlace,
  region: RegionRecord,
  project_id: string,
  ports: WalkPorts,
  walk: { repositories: FoundRepository[]; manifests: FoundManifest[]; skipped: Skipped[] },
  options: { readonly signal?: AbortSignal; readonly onManifest?: (found: number) => void },
): Promise<void> {
  const store_config = projectStore(place, project_id);
  const store = await ports.engine.openStore(store_config);
  const { engine, keys, clock, random } = ports;
  const repository = await engine
    .openRepository({ store, store_config, keys, clock, random })
    .catch(async (error: unknown) => {
      await store.close();
      throw error;
    });
  try {
    const place = {
      region_id: region.id,
      project_id,
      repository_id: repository.id,
      cmk_id: await masterKeyId(repository.store),
    };
    walk.repositories.push(place);
    const state = await repository.sweepState();
    const forgotten = await repository.readForgotten();
    for (const backup_id of await repository.listBackupIds()) {
      options.signal?.throwIfAborted();
      const note = forgotten.get(backup_id);
      if (note?.removed === true) continue;
      const recoverable_until_ms = note?.recoverable_until_ms ?? null;
      try {
        const manifest = await repository.findManifest(backup_id, state);
        if (manifest === undefined) continue;
        const labels = decodeLabels(manifest);
        const stat = await repository.store.stat(manifestKey(backup_id));
        walk.manifests.push({
          region,
          manifest,
          labels,
          durable_at_ms: stat?.modified_ms ?? manifest.finished_at_ms,
          recoverable_until_ms,
        });
        options.onManifest?.(walk.manifests.length);
      } catch (error) {
        const { code, message } = asHoldfastError(error);
        walk.skipped.push({ what: `backup ${backup_id} in region ${region.name}`, code, message });
      }
    }
  } finally {
    await repository.close();
  }
}

/**
 * Id of the CMK that wrapped the newest keyring (docs/format.md §3: a JSON object, then a line break and its checksum).
 */
async function masterKeyId(store: ObjectStore): Promise<string> {
  let newest = "";
  for await (const { key } of store.list("keys/keyring/")) newest = key;
  const object = JSON.parse((await store.get(newest)).toString("utf8").split("\n", 1)[0] ?? "") as { key_id: string };
  return object.key_id;
}
