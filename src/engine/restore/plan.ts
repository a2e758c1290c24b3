import { PACK_METADATA } from "../pack/index.ts";
import { TYPE_DIRECTORY, TYPE_FILE, TYPE_SOCKET } from "../manifest/index.ts";
import {
  call,
  FileStat,
  listDirectory,
  O_CLOEXEC,
  O_DIRECTORY,
  O_RDONLY,
  cString,
  displayPath,
} from "../posix/index.ts";
import { ChunkReader, type LoadedIndex, type Manifest } from "../repository/index.ts";
import { restoreError } from "./errors.ts";
import { type Extra, KnownNames, tellsWhatWasThere } from "./extra.ts";
import { RestoreJournal } from "./journal.ts";
import { type Selection, selectPaths } from "./select.ts";
import { isFatal } from "./task.ts";
import { journalPath, type RootTarget, rootTargets } from "./target.ts";
import type { RestorePlan, RestoreRequest } from "./types.ts";
import { pathOf, rootsThatAreFiles, walkSelected } from "./walk.ts";

const LISTED_MAX = 1000;

/** What the run needs besides what the plan shows. */
export interface PreparedRestore extends RestorePlan {
  readonly manifest: Manifest;
  readonly loaded: LoadedIndex;
  readonly reader: ChunkReader;
  readonly selection: Selection;
  readonly targets: readonly RootTarget[];
  readonly journal_path: string;
  /** The target holds something already, so existing names have to be looked at. */
  readonly occupied: boolean;
  /** Which sweep was in force when the index was loaded. */
  readonly sweep_seq: number;
  /** What `delete_extra` removes. */
  readonly extra: readonly Extra[];
}

/**
 * Computes what a restore would do, writing nothing.
 * @throws BACKUP_NOT_FOUND, MANIFEST_DAMAGED, RESTORE_PATH_NOT_FOUND, RESTORE_TARGET_EXISTS, RESTORE_TARGET_UNUSABLE,
 * RESTORE_KIND
 */
export async function planRestore(request: RestoreRequest): Promise<RestorePlan> {
  return prepareRestore(request);
}

export async function prepareRestore(request: RestoreRequest): Promise<PreparedRestore> {
  const { repository } = request;
  const state = await repository.sweepState();
  const manifest = await repository.readManifest(request.backup_id, state);
  // A chunk whose pack is gone may stand in a newer one: a backup stores anew what it finds missing.
  const loaded = await repository.loadIndex({
    new_chunks: 0,
    new_frames: 0,
    new_packs: 0,
    only_present: true,
    wanted: manifest.packs,
    only_wanted: true,
  });
  if (manifest.tree === null)
    throw restoreError("RESTORE_KIND", `backup ${manifest.backup_id} is of kind ${manifest.kind}, not files`);
  const reader = new ChunkReader(repository.store, repository.epoch_keys, loaded.index, repository.hasher);
  const selection = selectPaths(manifest.roots, request.paths);
  const targets = rootTargets(request, manifest, await rootsThatAreFiles(manifest, reader.read));
  const journal_path = journalPath(targets, manifest.backup_id);
  const occupied = targets.some(({ folder, file }) => file !== undefined || !isEmpty(folder));
  const resumes = RestoreJournal.matches(journal_path, restoreIdentity(request));
  const counts = await count(request, manifest, reader, selection, targets, occupied, journal_path);
  if ((request.existing ?? "refuse") === "refuse" && counts.overwrites_total > 0 && !resumes) {
    throw restoreError(
      "RESTORE_TARGET_EXISTS",
      `${counts.overwrites_total} of the paths to restore exist already, e.g. ${counts.overwrites[0]}`,
      { path: counts.overwrites[0] ?? "" },
    );
  }
  if (!selection.all && counts.files + counts.directories + counts.others === 0) {
    throw restoreError("RESTORE_PATH_NOT_FOUND", `the backup holds nothing at ${request.paths?.join(", ")}`);
  }
  return {
    request,
    manifest,
    loaded,
    reader,
    selection,
    targets,
    journal_path,
    occupied,
    sweep_seq: state.seq,
    target_description: targets
      .map(({ folder, file }) =>
        displayPath(file === undefined ? folder : Buffer.concat([folder, Buffer.from("/"), file])),
      )
      .join(", "),
    packs: manifest.packs.filter((id) => loaded.index.pack(loaded.packs.get(id) ?? 0).kind !== PACK_METADATA).length,
    ...counts,
  };
}

/** What makes two restores the same one, so that the second goes on where the first stopped. */
export function restoreIdentity({ backup_id, paths, existing, delete_extra }: RestoreRequest): object {
  return { backup_id, paths: paths ?? [], existing: existing ?? "refuse", delete_extra: delete_extra ?? false };
}

function isEmpty(folder: Buffer): boolean {
  const fd = call.openat(-100, cString(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0) return true;
  try {
    return listDirectory(fd, folder).length === 0;
  } finally {
    call.close(fd);
  }
}

async function count(
  request: RestoreRequest,
  manifest: Manifest,
  reader: ChunkReader,
  selection: Selection,
  targets: readonly RootTarget[],
  occupied: boolean,
  journal: string,
) {
  const found = {
    files: 0,
    directories: 0,
    others: 0,
    bytes: 0,
    overwrites: [] as string[],
    overwrites_total: 0,
    deletes: [] as string[],
    deletes_total: 0,
    extra: [] as Extra[],
  };
  if (selection.all && !occupied) {
    const { files, directories, others, source_bytes } = manifest.stats;
    return { ...found, files, directories, others, bytes: source_bytes };
  }
  const stat = new FileStat();
  const names = new KnownNames();
  let complete = true;
  // What a lost part of the listing names is not known, so nothing may be taken for extra. A store that does not answer
  // now may do so when the plan is run: then there is no plan.
  const lost = (error: unknown) => {
    if (isFatal(error)) throw error;
    complete = false;
  };
  for await (const { root, folder, entry, wanted } of walkSelected(manifest, reader.read, selection, lost)) {
    if (entry.type === TYPE_FILE) {
      found.files++;
      found.bytes += entry.size;
    } else if (entry.type === TYPE_DIRECTORY) found.directories++;
    else found.others++;
    if (!occupied) continue;
    const target = targets[root] as RootTarget;
    const path = pathOf(folder, entry.name);
    const below = target.file ?? path;
    const absolute = below.length === 0 ? target.folder : Buffer.concat([target.folder, Buffer.from("/"), below]);
    if (entry.type !== TYPE_DIRECTORY && entry.type !== TYPE_SOCKET && stat.read(-100, cString(absolute))) {
      found.overwrites_total++;
      if (found.overwrites.length < LISTED_MAX) found.overwrites.push(displayPath(absolute));
    }
    if (request.delete_extra !== true || !wanted) continue;
    if (entry.type === TYPE_DIRECTORY) names.addFolder(root, path);
    if (path.length > 0) names.addName(root, folder, entry.name);
  }
  const spared = new Set([journal.slice(journal.lastIndexOf("/") + 1)]);
  for (const extra of complete && tellsWhatWasThere(manifest) ? names.extras(manifest, targets, spared) : []) {
    found.deletes_total++;
    found.extra.push(extra);
    const { folder } = targets[extra.root] as RootTarget;
    const path = Buffer.concat([folder, Buffer.from("/"), pathOf(extra.folder, extra.name)]);
    if (found.deletes.length < LISTED_MAX) found.deletes.push(displayPath(path));
  }
  return found;
}
