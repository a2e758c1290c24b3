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

/** The store in which a project's repository lies. */
export function projectStore(region: Pick<Region, "store">, project_id: string): StoreConfig {
  return below(region.store, projectPrefix(project_id));
}

/** The store with the region's own record and the list of its projects. */
export function regionStore(region: Pick<Region, "store">): StoreConfig {
  const { quota_bytes: _, ...store } = below(region.store, "region/");
  return store; // a few kilobytes; they count against no quota
}

function below(store: Region["store"], prefix: string): StoreConfig {
  const { quota_bytes, ...place } = store;
  return { ...place, path: join(store.path, prefix), ...(quota_bytes === undefined ? {} : { quota_bytes }) };
}
