import { asHoldfastError } from "../../base/index.ts";
import { EXTENT_HOLE, EntryView, TreeReader, TYPE_FILE, walkContent } from "../manifest/index.ts";
import { displayPath } from "../posix/index.ts";
import {
  ChunkReader,
  decodeJsonObject,
  type LoadedIndex,
  type Manifest,
  type Repository,
} from "../repository/index.ts";
import type { Damage } from "./types.ts";

const PATHS_MAX = 1000;
const DOT = ".";

/** Collects damage by object, so that one object is told once with everything it hurts. */
export class DamageBook {
  readonly #found = new Map<
    string,
    { object: string; code: string; message: string; backup_ids: Set<string>; paths: Set<string> }
  >();

  add(
    object: string,
    code: string,
    message: string,
    backup_ids: Iterable<string> = [],
    paths: Iterable<string> = [],
  ): void {
    let entry = this.#found.get(object);
    if (entry === undefined) {
      entry = { object, code, message, backup_ids: new Set(), paths: new Set() };
      this.#found.set(object, entry);
    }
    for (const id of backup_ids) entry.backup_ids.add(id);
    for (const path of paths) if (entry.paths.size < PATHS_MAX) entry.paths.add(path);
  }

  addError(
    error: unknown,
    fallback_object: string,
    backup_ids: Iterable<string> = [],
    paths: Iterable<string> = [],
  ): void {
    const { code, message, context } = asHoldfastError(error);
    const object = typeof context["object"] === "string" ? context["object"] : fallback_object;
    this.add(object, code, message, backup_ids, paths);
  }

  get size(): number {
    return this.#found.size;
  }

  list(): Damage[] {
    return [...this.#found.values()].map(({ object, code, message, backup_ids, paths }) => ({
      object,
      code,
      message,
      backup_ids: [...backup_ids].sort(),
      paths: [...paths].sort(),
    }));
  }
}

/** Every key object, also superseded ones: their checksums tell of damage without any key. */
export async function checkKeyObjects(
  repository: Repository,
  damage: DamageBook,
  all_backup_ids: readonly string[],
): Promise<number> {
  let read = 0;
  for (const prefix of ["config", "keys/"]) {
    for await (const { key } of repository.store.list(prefix)) {
      read++;
      try {
        decodeJsonObject(key, await repository.store.get(key));
      } catch (error) {
        if (isStoreTrouble(error)) throw error;
        damage.addError(error, key, all_backup_ids);
      }
    }
  }
  return read;
}

export interface StructureResult {
  files: number;
  /** Nothing of the tree can be read. */
  root_lost: boolean;
  files_hurt: number;
}

/**
 * Walks a backup's tree: every page readable, every chunk of every file where the index says, in a pack that is there
 * and whole.
 * @param bad_frames index frame numbers known to be bad
 * @param seen pages that were checked for another backup already
 */
export async function checkStructure(
  repository: Repository,
  loaded: LoadedIndex,
  manifest: Manifest,
  damage: DamageBook,
  bad_frames: ReadonlySet<number>,
  bad_packs: ReadonlyMap<number, string>,
  seen: Set<string> | undefined,
  signal: AbortSignal | undefined,
): Promise<StructureResult> {
  const { index } = loaded;
  const result: StructureResult = { files: 0, root_lost: false, files_hurt: 0 };
  const object = `manifests/${manifest.backup_id}`;
  const backups = [manifest.backup_id];
  if (manifest.tree === null) return result;
  const reader = new ChunkReader(repository.store, repository.epoch_keys, index, repository.hasher);
  const root_id = manifest.tree.toString("hex");
  const onPage = (id: Buffer) => {
    if (seen === undefined) return undefined;
    const hex = id.toString("hex");
    if (seen.has(hex)) return false;
    seen.add(hex);
    return undefined;
  };
  const onDamage = (error: unknown, lost: { id: Buffer; entries: number | undefined; path: Buffer | undefined }) => {
    if (isStoreTrouble(error)) throw error;
    const at =
      lost.path === undefined
        ? "the whole listing"
        : `${displayPath(lost.path)}${lost.entries === undefined ? "" : ` and what follows (${lost.entries} entries)`}`;
    damage.addError(error, locate(loaded, lost.id) ?? object, backups, [at]);
    if (lost.id.toString("hex") === root_id) result.root_lost = true;
    result.files_hurt++;
  };
  const entry = new EntryView();
  for await (const groups of new TreeReader(manifest.tree, reader.read).walk(onPage, onDamage)) {
    signal?.throwIfAborted();
    for (const { root, path, entries } of groups) {
      for (let at = 0; at < entries.length; at = entry.end) {
        entry.move(entries, at);
        if (entry.type !== TYPE_FILE) continue;
        result.files++;
        const name = () => pathText(manifest, root, path, entry.name);
        const before = result.files_hurt;
        const hurt = (what: string, code: string, message: string) => {
          damage.add(what, code, message, backups, [name()]);
          if (result.files_hurt === before) result.files_hurt++;
        };
        try {
          const end = await walkContent(entry.content, reader.read, (extent) => {
            if (extent.kind === EXTENT_HOLE) return;
            const place = index.lookup(extent.id);
            if (place === undefined)
              return hurt(object, "CHUNK_MISSING", `${object} needs chunks that no readable pack holds`);
            const { pack } = index.frame(place.frame);
            const bad_pack = bad_packs.get(pack);
            if (bad_pack !== undefined) hurt(packObject(loaded, pack), "PACK_MISSING", bad_pack);
            else if (bad_frames.has(place.frame))
              hurt(packObject(loaded, pack), "PACK_DAMAGED", `${packObject(loaded, pack)} is damaged`);
          });
          if (end !== entry.size)
            hurt(object, "TREE_DAMAGED", `${object} lists ${end} of ${entry.size} bytes of a file`);
        } catch (error) {
          if (isStoreTrouble(error)) throw error;
          damage.addError(error, object, backups, [name()]);
          if (result.files_hurt === before) result.files_hurt++;
        }
      }
    }
  }
  return result;
}

/** What a store says of an object that was harmed; all else it rejects with is trouble of the store itself. */
const HARM = ["STORE_NOT_FOUND", "STORE_SHORT_OBJECT", "STORE_DAMAGED"];

/** The store cannot answer: that is no verdict on a backup. */
function isStoreTrouble(error: unknown): boolean {
  const { code } = asHoldfastError(error);
  return code === "INTERNAL" || (code.startsWith("STORE_") && !HARM.includes(code));
}

export function packObject(loaded: LoadedIndex, pack: number): string {
  const id = loaded.index.pack(pack).pack_id.toString("hex");
  return `packs/${id.slice(0, 2)}/${id}`;
}

function locate(loaded: LoadedIndex, id: Buffer): string | undefined {
  const place = loaded.index.lookup(id);
  return place === undefined ? undefined : packObject(loaded, loaded.index.frame(place.frame).pack);
}

function pathText(manifest: Manifest, root: number, path: Buffer, name: Buffer): string {
  const parts = [displayPath(manifest.roots[root] ?? Buffer.alloc(0)), displayPath(path), displayPath(name)];
  return parts.filter((part) => part !== "" && part !== DOT).join("/");
}
