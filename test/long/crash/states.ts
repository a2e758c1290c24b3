/** The states in which an operation finds its repository, each built once and copied for every point. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId, systemClock as clock, systemRandom as random } from "../../../src/base/index.ts";
import { runBackup } from "../../../src/engine/backup/index.ts";
import { planCopy, runCopy } from "../../../src/engine/copy/index.ts";
import { runSweep, type SweepReport } from "../../../src/engine/sweep/index.ts";
import type { FaultConfig } from "../../../src/engine/store/index.ts";
import { createAt, openAt, type OpenOptions, openStoreAt } from "./open.ts";
import { changeTree, makeTree, noise, treeDigest } from "./tree.ts";

/** Where the parts of a state lie. */
export interface Scene {
  readonly folder: string;
  readonly repo: string;
  readonly replica: string;
  readonly target: string;
}

export function sceneIn(folder: string): Scene {
  return {
    folder,
    repo: join(folder, "repo"),
    replica: join(folder, "replica"),
    target: join(folder, "target"),
  };
}

/**
 * `nothing`; `empty` repository; `one` backup of the first day; `broken`: another backup stored its packs and failed;
 * `unindexed`: one backup, all index segments gone; `two` backups; `copied`: two backups, the first one in a replica;
 * `wasteful`: two backups, the first deleted and its time over, and the leavings of a failed one; `condemned`: the
 * same, but a sweep was killed after it had condemned what the first one left; `deleted`: two, the first can be brought
 * back.
 */
export type StateName =
  | "nothing"
  | "empty"
  | "one"
  | "broken"
  | "unindexed"
  | "two"
  | "copied"
  | "wasteful"
  | "condemned"
  | "deleted";

/** What is known of the states; a file, so that other processes know it too. */
export interface Facts {
  readonly base: string;
  readonly source: string;
  /** Of the first day's and the second day's backup, and of the one an operation makes. */
  readonly ids: { readonly first: string; readonly second: string; readonly made: string };
  /** Of the tree each backup holds. */
  readonly digests: Readonly<Record<string, string>>;
}

/** Acknowledged backups of a state. */
export function acknowledgedIn(state: StateName, { ids }: Facts): { repo: string[]; replica: string[] } {
  const repo = {
    nothing: [],
    empty: [],
    one: [ids.first],
    broken: [ids.first],
    unindexed: [ids.first],
    two: [ids.first, ids.second],
    copied: [ids.first, ids.second],
    wasteful: [ids.second],
    condemned: [ids.second],
    deleted: [ids.first, ids.second],
  }[state];
  return { repo, replica: state === "copied" ? [ids.first] : [] };
}

export function backUp(repo: string, source: string, backup_id: string, options: OpenOptions = {}) {
  return openAt(repo, options).then(async (opened) => {
    await using repository = opened;
    return await runBackup({
      repository: repository.repository,
      backup_id,
      source: { kind: "files", paths: [source] },
      labels: {},
      clock: options.clock ?? clock,
      threads: 1,
    });
  });
}

export async function copyTo({ repo, replica }: Scene, backup_id: string, options: OpenOptions = {}): Promise<void> {
  await using opened = await openAt(repo, options);
  const target_store = await openStoreAt(replica, options);
  try {
    const request = { source: opened.repository, backup_id, target_store, clock: options.clock ?? clock, random };
    await runCopy(await planCopy(request));
  } finally {
    await target_store.close();
  }
}

const stopAtPacks = { on: "delete", where: "packs/", times: 2 ** 30, action: { kind: "error", errno: "EIO" } } as const;

async function forgetIn(state: string, backup_id: string, recoverable_until_ms: number): Promise<void> {
  await using opened = await openAt(sceneIn(state).repo);
  await opened.repository.forget(backup_id, recoverable_until_ms);
}

/** Every dead byte goes, however young it is. */
export async function sweepIn(repo: string, options: OpenOptions = {}): Promise<SweepReport> {
  await using opened = await openAt(repo, options);
  return await runSweep({ repository: opened.repository, fresh_ms: 0, unused_share_max: 0 });
}

const SHM = "/dev/shm";

/** Memory where there is enough: thousands of repositories are made and thrown away. */
export function scratchFolder(name: string): string {
  const roomy = existsSync(SHM) && statfsSync(SHM).bavail * statfsSync(SHM).bsize > 2 ** 30;
  return mkdtempSync(join(roomy ? SHM : tmpdir(), name));
}

export function copyState(from: string, to: string): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

/** Builds all states below a new folder. */
export async function buildStates(): Promise<Facts> {
  const base = scratchFolder("holdfast-crash-");
  const source = join(base, "source");
  const at = (state: StateName) => join(base, "states", state);
  const ids = {
    first: newId("bkp", clock, random),
    second: newId("bkp", clock, random),
    made: newId("bkp", clock, random),
  };
  mkdirSync(at("nothing"), { recursive: true });
  mkdirSync(source);
  makeTree(source);
  const digests: Record<string, string> = { [ids.first]: treeDigest(source) };
  await createAt(sceneIn(at("empty")).repo);
  copyState(at("empty"), at("one"));
  await backUp(sceneIn(at("one")).repo, source, ids.first);
  changeTree(source);
  digests[ids.second] = treeDigest(source);
  digests[ids.made] = treeDigest(source);

  copyState(at("one"), at("broken"));
  const full: FaultConfig = { rules: [{ on: "put", where: "index/", action: { kind: "error", errno: "ENOSPC" } }] };
  await backUp(sceneIn(at("broken")).repo, source, newId("bkp", clock, random), { fault: full }).then(
    () => Promise.reject(new Error("the backup that was to fail did not")),
    () => undefined,
  );
  copyState(at("one"), at("unindexed"));
  rmSync(join(at("unindexed"), "repo/index"), { recursive: true });
  copyState(at("one"), at("two"));
  await backUp(sceneIn(at("two")).repo, source, ids.second);
  copyState(at("two"), at("copied"));
  await copyTo(sceneIn(at("copied")), ids.first);
  copyState(at("two"), at("wasteful"));
  const other = join(base, "other");
  mkdirSync(other);
  writeFileSync(join(other, "file"), noise(400_000, "other"));
  await backUp(sceneIn(at("wasteful")).repo, other, newId("bkp", clock, random), { fault: full }).catch(
    () => undefined,
  );
  await forgetIn(at("wasteful"), ids.first, clock.now_ms() - 1);
  copyState(at("wasteful"), at("condemned"));
  await sweepIn(sceneIn(at("condemned")).repo, { fault: { rules: [stopAtPacks] } }).then(
    () => Promise.reject(new Error("the sweep that was to fail did not")),
    () => undefined,
  );
  copyState(at("two"), at("deleted"));
  await forgetIn(at("deleted"), ids.first, clock.now_ms() + 3_600_000);
  const facts: Facts = { base, source, ids, digests };
  writeFileSync(factsPath(base), JSON.stringify(facts));
  return facts;
}

const factsPath = (base: string) => join(base, "facts.json");

export function readFacts(base: string): Facts {
  return JSON.parse(readFileSync(factsPath(base), "utf8")) as Facts;
}

let scenes = 0;

/** A copy of a state of its own. */
export function newScene({ base }: Facts, state: StateName): Scene {
  const folder = join(base, `${process.pid}-${++scenes}`);
  copyState(join(base, "states", state), folder);
  return sceneIn(folder);
}
