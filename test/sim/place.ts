/** What the model knows of a repository or its replica, and how that is compared with what the engine says and does. */
import assert from "node:assert/strict";
import { lstatSync } from "node:fs";
import type { Clock } from "../../src/base/index.ts";
import { checkRepository, verifyBackup } from "../../src/engine/check/index.ts";
import type { Problem } from "../../src/engine/pipeline/index.ts";
import { openAt } from "../long/crash/open.ts";
import { treeLines } from "../long/crash/tree.ts";
import type { Spoiled } from "./damage.ts";

/** A backup's tree, root by root, as `treeLines` tells it. */
export type Lines = ReadonlyMap<string, readonly string[]>;

export interface Place {
  readonly path: string;
  /** Of each backup that is there: its tree. */
  readonly backups: Map<string, Lines>;
  readonly spoiled: Map<string, Spoiled>;
}

/** Does damage explain that an action failed without a fault? */
export function mayFail(...places: readonly Place[]): boolean {
  return places.some(({ spoiled }) => spoiled.size > 0);
}

/** With its config or a key spoiled it does not even open. */
export function isShut({ spoiled }: Place): boolean {
  return [...spoiled.keys()].some((object) => object === "config" || object.startsWith("keys/"));
}

function packObject(id: string): string {
  return `packs/${id.slice(0, 2)}/${id}`;
}

/** @returns what was found, for the log */
export async function proveVerify(place: Place, backup_id: string, clock: Clock): Promise<string> {
  await using opened = await openAt(place.path, { clock });
  const { repository } = opened;
  const { verdict, damaged } = await verifyBackup({ repository, backup_id, read_data: true, threads: 1 });
  // What was spoiled need not be lost, chunks may stand in other packs too; but it is damage.
  const is_hurt =
    place.spoiled.has(`manifests/${backup_id}`) ||
    (await repository.readManifest(backup_id)).packs.some((id) => place.spoiled.has(packObject(id)));
  if (is_hurt) assert.notEqual(verdict, "valid", `${backup_id} is hurt`);
  if (place.spoiled.size === 0) assert.deepEqual([verdict, damaged], ["valid", []]);
  return `verify ${backup_id} of ${place.path}: ${verdict}`;
}

/** What a check says against what the model knows. @returns what was found, for the log */
export async function proveCheck(place: Place, clock: Clock): Promise<string> {
  const spoiled = [...place.spoiled.keys()];
  const open = openAt(place.path, { clock });
  if (isShut(place)) {
    const outcome = await open.then(
      async (opened) => {
        await using repository = opened;
        return (await checkRepository({ ...repository, read_data: false, threads: 1 })).damaged.length;
      },
      () => "refused",
    );
    assert.notEqual(outcome, 0, `nobody notices what happened to ${spoiled}`);
    return `check of ${place.path}: ${outcome}`;
  }
  await using opened = await open;
  const { repository } = opened;
  const known = [...place.backups.keys()].filter((id) => place.spoiled.get(`manifests/${id}`)?.harm !== "gone");
  assert.deepEqual(await repository.listBackupIds(), known.sort(), "the backups that are there");
  const { damaged } = await checkRepository({ repository, read_data: true, threads: 1 });
  const told = damaged.map(({ object }) => object);
  if (spoiled.length === 0) assert.deepEqual(damaged, [], "damage is reported where there is none");
  const needed = new Set<string>();
  for (const id of known) {
    if (place.spoiled.has(`manifests/${id}`)) continue;
    for (const pack of (await repository.readManifest(id)).packs) needed.add(packObject(pack));
  }
  for (const { object, harm } of place.spoiled.values()) {
    // Nobody misses what nobody needs, and a backup exists when its manifest does.
    if (harm === "gone" && !needed.has(object)) continue;
    assert.ok(told.includes(object), `${object} is ${harm}, and the check says ${JSON.stringify(told)}`);
  }
  for (const object of told) {
    const explained = place.spoiled.has(object) || (object === "index/" && lacksIndex(place));
    assert.ok(explained, `${object} is reported, but only ${spoiled} were spoiled`);
  }
  return `check of ${place.path}: ${told.length} damaged`;
}

function lacksIndex({ spoiled }: Place): boolean {
  return [...spoiled.values()].some(({ object, harm }) => object.startsWith("index/") && harm === "gone");
}

/** Every path of a restored root is as it was, or named as failed. */
export function proveTree(what: string, expected: readonly string[], at: string, failed: readonly Problem[]): void {
  const found = lstatSync(at, { throwIfNoEntry: false }) === undefined ? [] : treeLines(at);
  if (failed.length === 0) {
    assert.deepEqual(found, expected, `${what} came back as another tree`);
    return;
  }
  const right = new Set(expected.map(withoutLinks));
  const wrong = found.filter((line) => isFile(line) && !isJournal(line) && !right.has(withoutLinks(line)));
  assert.deepEqual(wrong, [], `${what}: files came back otherwise than they were`);
}

export const pathIn = (line: string): string => JSON.parse(/^"(?:[^"\\]|\\.)*"/.exec(line)?.[0] ?? '""') as string;
/** The name a file shares its inode with depends on which of them were restored. */
export const withoutLinks = (line: string): string => line.replace(/ = [^=]*$/, " ");
/** A restore that is not complete keeps its journal, so that it can go on. */
const isJournal = (line: string): boolean => line.startsWith('"/.holdfast-restore-');
const isFile = (line: string): boolean => / 10[0-7]{4} /.test(line.slice(line.lastIndexOf('" ')));
