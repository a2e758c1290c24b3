import { join } from "node:path";
import type { StoreConfig } from "../../engine/store/index.ts";
import type { Region } from "../../model/index.ts";

/**
 * How a region's storage is divided. `projects/<project id>/` is one project's repository (docs/format.md); `region/`
 * holds what the control plane needs to find everything again without a database.
 */
export function projectPrefix(project_id: string): string {
  return `projects/${project_id}/`;
}

/** The store in which a project's repository lies. The region's quota holds for all projects together. */
export function projectStore(region: Pick<Region, "store">, project_id: string): StoreConfig {
  const { kind, path, quota_bytes } = region.store;
  const place = { kind, path: join(path, projectPrefix(project_id)) };
  return quota_bytes === undefined ? place : { ...place, quota_bytes, quota_path: path };
}

/** The store with the region's own record and the list of its projects. */
export function regionStore(region: Pick<Region, "store">): StoreConfig {
  // A few kilobytes, by which the region is known: they are written even when it is full.
  return { kind: region.store.kind, path: join(region.store.path, "region/") };
}
