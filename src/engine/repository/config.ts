import { type ChunkerParams, checkChunkerParams, DEFAULT_CHUNKER_PARAMS } from "../chunk/index.ts";
import type { ObjectStore } from "../store/index.ts";
import { repositoryError } from "./errors.ts";
import { hexField, integerField, objectField, readJsonObject, stringField } from "./json-object.ts";
import { macHolds, macOf } from "./mac-object.ts";

const KEY = "config";
const VERSION = 1;
const MIB = 1024 * 1024;

/** docs/format.md §2. */
export interface RepositoryConfig {
  readonly repository_id: string;
  readonly created_at_ms: number;
  readonly chunker: ChunkerParams;
  readonly block_bytes: number;
  readonly frame_bytes: number;
  readonly pack_bytes: number;
  readonly signing_public_key: string;
}

/** What a new repository gets unless told otherwise. */
export const DEFAULT_SIZES = {
  chunker: DEFAULT_CHUNKER_PARAMS,
  block_bytes: 128 * 1024,
  frame_bytes: 1 * MIB,
  pack_bytes: 16 * MIB,
} as const;

function fields(config: RepositoryConfig): Record<string, unknown> {
  return { ...config, chunker: { kind: "gear32", ...config.chunker }, format: "holdfast-repository", version: VERSION };
}

/** The config object with its MAC, ready to be stored under {@link CONFIG_KEY}. */
export function encodeConfig(config: RepositoryConfig, mac_key: Uint8Array): Record<string, unknown> {
  const object = fields(config);
  return { ...object, mac: macOf(object, mac_key).toString("hex") };
}

export const CONFIG_KEY = KEY;

/** Reads what can be read without keys. @throws REPOSITORY_NOT_FOUND, REPOSITORY_DAMAGED, REPOSITORY_VERSION */
export async function readConfig(
  store: ObjectStore,
): Promise<{ config: RepositoryConfig; object: Record<string, unknown> }> {
  const object = await readJsonObject(store, KEY);
  if (object === undefined || object["format"] !== "holdfast-repository") {
    throw repositoryError("REPOSITORY_NOT_FOUND", `there is no repository in ${store.description}`, {
      store: store.description,
    });
  }
  const version = integerField(object, "version", KEY, 1, 65_535);
  if (version !== VERSION) {
    throw repositoryError(
      "REPOSITORY_VERSION",
      `the repository in ${store.description} has format ${version}, this Holdfast knows ${VERSION}`,
    );
  }
  const chunker = objectField(object, "chunker", KEY);
  const params: ChunkerParams = {
    min_bytes: integerField(chunker, "min_bytes", KEY, 64, 16 * MIB),
    avg_bytes: integerField(chunker, "avg_bytes", KEY, 4096, 16 * MIB),
    max_bytes: integerField(chunker, "max_bytes", KEY, 4096, 16 * MIB),
    normalization: integerField(chunker, "normalization", KEY, 0, 3) as ChunkerParams["normalization"],
  };
  checkChunkerParams(params);
  const config: RepositoryConfig = {
    repository_id: stringField(object, "repository_id", KEY),
    created_at_ms: integerField(object, "created_at_ms", KEY, 0, Number.MAX_SAFE_INTEGER),
    chunker: params,
    block_bytes: integerField(object, "block_bytes", KEY, 65_536, 4 * MIB),
    frame_bytes: integerField(object, "frame_bytes", KEY, 65_536, 16 * MIB),
    pack_bytes: integerField(object, "pack_bytes", KEY, MIB, 128 * MIB),
    signing_public_key: hexField(object, "signing_public_key", KEY, 32),
  };
  return { config, object };
}

/**
 * Checks all fields that were read, known or not: later writers of version 1 may add some.
 * @throws REPOSITORY_DAMAGED when the config is not the one the keyring's owner wrote
 */
export function verifyConfig(object: Record<string, unknown>, mac_key: Uint8Array): void {
  const { mac: found, ...rest } = object;
  if (macHolds(rest, found, mac_key)) return;
  throw repositoryError("REPOSITORY_DAMAGED", "config: its MAC does not hold; someone changed it", { object: KEY });
}
