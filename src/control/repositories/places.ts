import { join } from "node:path";
import type { S3StoreConfig, StoreConfig } from "../../engine/store/index.ts";
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
  if (region.store.kind === "s3") return below(region.store, projectPrefix(project_id));
  const { kind, path, quota_bytes, thaw_seconds } = region.store;
  const folder = projectPrefix(project_id);
  const place = {
    kind,
    path: join(path, folder),
    warm_path: join(path, "warm", folder),
    cold_path: join(path, "cold", folder),
    ...(thaw_seconds === undefined ? {} : { thaw_seconds }),
  };
  return quota_bytes === undefined ? place : { ...place, quota_bytes, quota_path: path };
}

/** The store with the region's own record and the list of its projects. */
export function regionStore(region: Pick<Region, "store">): StoreConfig {
  if (region.store.kind === "s3") return below(region.store, "region/");
  // A few kilobytes, by which the region is known: they are written even when it is full.
  return { kind: region.store.kind, path: join(region.store.path, "region/") };
}

/** How people know a region's place, and which no two regions share: a folder, or a bucket and the service it is in. */
export function placeName(store: Region["store"]): string {
  if (store.kind === "fs") return store.path;
  const url = `s3://${store.bucket}/${store.prefix}`;
  return store.endpoint === undefined ? url : `${url} at ${store.endpoint}`;
}

/** Without the members that zod gives as undefined. */
function below(store: Extract<Region["store"], { kind: "s3" }>, folder: string): S3StoreConfig {
  const { kind, bucket, prefix, endpoint, s3_region, path_style, ca_file, classes, credentials } = store;
  const reached = {
    ...(classes === undefined ? {} : { classes: given(classes) }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(s3_region === undefined ? {} : { s3_region }),
    ...(path_style === undefined ? {} : { path_style }),
    ...(ca_file === undefined ? {} : { ca_file }),
  };
  const { from } = credentials;
  if (from === "env") return { kind, bucket, prefix: prefix + folder, ...reached, credentials };
  const { path, profile } = credentials;
  const file = { from, path, ...(profile === undefined ? {} : { profile }) };
  return { kind, bucket, prefix: prefix + folder, ...reached, credentials: file };
}

function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
