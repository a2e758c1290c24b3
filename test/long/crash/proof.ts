/** What must hold after an operation was stopped anywhere, and how the next run of it must end. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { type Clock, newId, systemClock, systemRandom as random } from "../../../src/base/index.ts";
import { checkRepository, type Damage, verifyBackup } from "../../../src/engine/check/index.ts";
import { openRepository as openByFormat } from "../../compat/reader/reader.ts";
import { clockAhead, openAt, openStoreAt, PASSPHRASE } from "./open.ts";
import { acknowledgedBefore, FalseAnswer, type Operation, restoreExactly } from "./operations.ts";
import { backUp, copyTo, type Facts, type Scene } from "./states.ts";
import { noise } from "./tree.ts";

/** After this long a silent writer is taken for dead, also when its process lives on. */
const LEASE_ENDS_MS = 11 * 60_000;
const LEFTOVER_AGE_S = 2 * 24 * 60 * 60;

export interface Stopped {
  readonly operation: Operation;
  readonly acknowledged: boolean;
  /** By SIGKILL: its process is gone. Else it failed, in this process. */
  readonly killed: boolean;
  /** Read what is there with the independent reader too. */
  readonly by_format: boolean;
}

export async function prove(scene: Scene, facts: Facts, stopped: Stopped): Promise<void> {
  const { operation, acknowledged } = stopped;
  const clock = stopped.killed ? systemClock : clockAhead(LEASE_ENDS_MS);
  const before = acknowledgedBefore(operation, facts);
  const { makes } = operation;
  const made = makes === undefined ? undefined : facts.ids[makes.backup];
  for (const place of ["repo", "replica"] as const) {
    const promised = [...before[place], ...(acknowledged && makes?.place === place && made ? [made] : [])];
    const possible = new Set([...promised, ...(makes?.place === place && made ? [made] : [])]);
    if (operation.removes !== undefined && !acknowledged) possible.add(facts.ids[operation.removes]);
    const may_lack_index = operation.state === "unindexed" && !acknowledged;
    // A copy writes nothing where it reads: there a check of every byte will do.
    const restore = makes === undefined || makes.place === place;
    await proveWhole(scene[place], scene, facts, { promised, possible, clock, may_lack_index, restore, ...stopped });
  }
  await proveNextRun(scene, facts, stopped, clock);
}

interface Expected {
  readonly promised: readonly string[];
  readonly possible: ReadonlySet<string>;
  readonly clock: Clock;
  readonly may_lack_index: boolean;
  readonly restore: boolean;
  readonly by_format: boolean;
}

/** The repository opens, no damage is found, every promised backup is there, and every backup restores exactly. */
async function proveWhole(path: string, scene: Scene, facts: Facts, expected: Expected): Promise<void> {
  const { promised, possible, clock } = expected;
  if (!existsSync(join(path, "config"))) {
    assert.deepEqual(promised, [], `${path} is no repository, but backups in it were acknowledged`);
    return;
  }
  const ids = await (async () => {
    await using opened = await openAt(path, { clock });
    const { repository } = opened;
    const check = await checkRepository({ repository, read_data: true, threads: 1 });
    assertUnharmed(check.damaged, expected, "check");
    const ids = await repository.listBackupIds();
    for (const id of promised) assert.ok(ids.includes(id), `${id} was acknowledged and is gone`);
    for (const id of ids) assert.ok(possible.has(id), `${id} came from nowhere`);
    assert.equal(new Set(ids).size, ids.length, "an id is there twice");
    for (const backup_id of ids) {
      const { verdict, damaged } = await verifyBackup({ repository, backup_id, read_data: false, threads: 1 });
      assertUnharmed(damaged, expected, `verify of ${backup_id}`);
      if (!expected.may_lack_index) assert.equal(verdict, "valid");
    }
    return ids;
  })();
  for (const id of expected.restore ? ids : []) {
    const target = `${scene.folder}-restored`;
    await restoreExactly(path, id, target, facts, { clock });
    rmSync(target, { recursive: true });
  }
  if (expected.by_format) proveByFormat(path, ids);
}

function assertUnharmed(damaged: readonly Damage[], { may_lack_index }: Expected, by: string): void {
  const harm = damaged.filter(({ code }) => !(may_lack_index && code === "INDEX_DAMAGED"));
  assert.deepEqual(harm, [], `${by} finds damage`);
}

/** A file that every day's tree has, through the reader that knows only docs/format.md. */
function proveByFormat(path: string, ids: readonly string[]): void {
  const repository = openByFormat(path, PASSPHRASE, { index: "packs" });
  for (const id of ids) {
    const backup = repository.open(id);
    const entry = [...backup.entries()].find(({ name }) => name.toString() === "large");
    assert.ok(entry !== undefined, `${id}: the independent reader finds no file "large"`);
    const expected = noise(1_400_000, "large");
    assert.ok(
      Buffer.concat([...backup.read(entry)]).equals(expected),
      `${id}: the independent reader reads other bytes`,
    );
  }
}

/** The operation run again completes; after it (or at the latest after the next one) nothing is left lying about. */
async function proveNextRun(scene: Scene, facts: Facts, stopped: Stopped, clock: Clock): Promise<void> {
  const { operation, acknowledged, killed } = stopped;
  const { makes } = operation;
  // A restore that is complete is not repeated over itself.
  if (acknowledged) rmSync(scene.target, { recursive: true, force: true });
  await operation.run(scene, facts, { clock });
  if (makes !== undefined) {
    const target = `${scene.folder}-made`;
    await restoreExactly(scene[makes.place], facts.ids[makes.backup], target, facts, { clock });
    rmSync(target, { recursive: true });
  }
  // What was there already when it was run again gave it nothing to do: the next backup, and its copy, clean up.
  const place = makes?.place ?? "repo";
  if ((await leftIn(scene[place], clock)).length > 0) {
    const backup_id = newId("bkp", clock, random);
    await backUp(scene.repo, facts.source, backup_id, { clock });
    if (place === "replica") await copyTo(scene, backup_id, { clock });
    assert.deepEqual(await leftIn(scene[place], clock), [], "the next run does not clean up");
  }
  if (killed) await proveTempFilesGo(scene[place]);
}

/** Orphans and stale leases. */
async function leftIn(path: string, clock: Clock): Promise<string[]> {
  await using opened = await openAt(path, { clock });
  const check = await checkRepository({ repository: opened.repository, read_data: false, threads: 1 });
  if (check.damaged.length > 0) throw new FalseAnswer(`the next run leaves damage: ${JSON.stringify(check.damaged)}`);
  return [...check.orphan_packs, ...check.stale_leases];
}

/** Two days later no temporary file of a dead writer is left. */
async function proveTempFilesGo(path: string): Promise<void> {
  const temp = join(path, ".tmp");
  const long_ago_s = systemClock.now_ms() / 1000 - LEFTOVER_AGE_S;
  for (const name of readdirSync(temp)) utimesSync(join(temp, name), long_ago_s, long_ago_s);
  await (await openStoreAt(path)).close();
  assert.deepEqual(readdirSync(temp), [], "temporary files of a dead writer stay");
}
