/**
 * Random backups, deletions, undeletes, copies and sweeps against a model that knows what must be there: afterwards
 * every live backup restores bit for bit, and the store holds little more than a fresh repository with the same
 * backups.
 */
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../../src/base/index.ts";
import { planCopy, runCopy } from "../../src/engine/copy/index.ts";
import { openStore, seededChance } from "../../src/engine/store/index.ts";
import { runSweep } from "../../src/engine/sweep/index.ts";
import { noise } from "../long/crash/tree.ts";
import { assertSameTree, clock, createAt, objectsOf, openAt, random, sh, SMALL_SIZES, World } from "./world.ts";

const FILES = 24;
/** What the issue promises: live bytes on the store, against what the live backups need. */
const WASTE_MAX = 1.15;

type Place = "repo" | "replica";

/**
 * What is known of a backup in a place: there, deleted but to be brought back, or over and gone with the next sweep.
 */
type State = "live" | "recoverable" | "over";

class Model {
  readonly trees = new Map<string, string>();
  readonly states = { repo: new Map<string, State>(), replica: new Map<string, State>() };
  readonly chance: () => number;
  readonly world: World;
  readonly replica: string;
  steps: string[] = [];

  constructor(world: World, seed: number) {
    this.world = world;
    this.chance = seededChance(seed);
    this.replica = world.path("replica");
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.chance() * from.length)];
  }

  path(place: Place): string {
    return place === "repo" ? this.world.repo : this.replica;
  }

  idsIn(place: Place, ...states: readonly State[]): string[] {
    return [...this.states[place]].filter(([, state]) => states.includes(state)).map(([id]) => id);
  }

  change(): void {
    const { source } = this.world;
    for (let i = 0; i < 4; i++) {
      const file = join(source, `d${Math.floor(this.chance() * 4)}`, `f${Math.floor(this.chance() * FILES)}`);
      const dice = this.chance();
      mkdirSync(join(file, ".."), { recursive: true });
      if (dice < 0.25) rmSync(file, { force: true });
      else if (dice < 0.5) appendFileSync(file, noise(30_000, `${this.chance()}`));
      // Few contents, so that what was deleted with one backup comes back with another.
      else writeFileSync(file, noise(120_000, `content ${Math.floor(this.chance() * 40)}`));
    }
  }

  async step(): Promise<void> {
    const dice = this.chance();
    const place: Place = this.chance() < 0.7 || this.states.replica.size === 0 ? "repo" : "replica";
    if (dice < 0.34) return this.backUp();
    if (dice < 0.44) return this.copy();
    if (dice < 0.7) return this.forget(place);
    if (dice < 0.78) return this.undelete(place);
    return this.sweep(place);
  }

  async backUp(): Promise<void> {
    this.change();
    const { backup_id } = await this.world.backup({ threads: 1 + Math.floor(this.chance() * 2) });
    const kept = this.world.path("kept");
    sh(`cp -a '${this.world.source}' '${kept}'`);
    this.trees.set(backup_id, kept);
    this.states.repo.set(backup_id, "live");
    this.steps.push(`backup ${backup_id}`);
  }

  async copy(): Promise<void> {
    const backup_id = this.pick(this.idsIn("repo", "live"));
    if (backup_id === undefined) return;
    this.steps.push(`copy ${backup_id}`);
    await using opened = await openAt(this.world.repo);
    const target_store = await openStore({ kind: "fs", path: this.replica }, { clock, random });
    try {
      await runCopy(await planCopy({ source: opened.repository, backup_id, target_store, clock, random }));
    } finally {
      await target_store.close();
    }
    if (!this.states.replica.has(backup_id)) this.states.replica.set(backup_id, "live");
  }

  async forget(place: Place): Promise<void> {
    const backup_id = this.pick(this.idsIn(place, "live"));
    if (backup_id === undefined) return;
    const over = this.chance() < 0.7;
    this.steps.push(`forget ${backup_id} in ${place}${over ? "" : ", recoverable"}`);
    await using opened = await openAt(this.path(place));
    await opened.repository.forget(backup_id, clock.now_ms() + (over ? -1 : 3_600_000));
    this.states[place].set(backup_id, over ? "over" : "recoverable");
  }

  async undelete(place: Place): Promise<void> {
    const backup_id = this.pick(this.idsIn(place, "over", "recoverable"));
    if (backup_id === undefined) return;
    this.steps.push(`undelete ${backup_id} in ${place}`);
    await using opened = await openAt(this.path(place));
    await opened.repository.undelete(backup_id);
    this.states[place].set(backup_id, "live");
  }

  async sweep(place: Place, unused_share_max = this.pick([0, 0.05, 0.3])): Promise<void> {
    this.steps.push(`sweep ${place} ${unused_share_max}`);
    await using opened = await openAt(this.path(place));
    const { status, damage } = await runSweep({
      repository: opened.repository,
      fresh_ms: 0,
      ...(unused_share_max === undefined ? {} : { unused_share_max }),
    });
    assert.deepEqual([status, damage], ["done", []]);
    for (const id of this.idsIn(place, "over")) this.states[place].delete(id);
    assert.deepEqual(await opened.repository.listBackupIds(), this.idsIn(place, "live", "recoverable").sort());
  }

  async prove(place: Place): Promise<void> {
    const repo = this.path(place);
    const check = await this.world.check(repo);
    assert.deepEqual([check.damaged, check.orphan_packs, check.stale_leases], [[], [], []]);
    for (const id of this.idsIn(place, "live", "recoverable")) {
      const { target } = await this.world.restore(id, { repo, threads: 1 });
      assertSameTree(this.trees.get(id) as string, target);
      rmSync(target, { recursive: true });
    }
  }
}

function bytesOf(repo: string): number {
  return objectsOf(repo).reduce((sum, key) => sum + statSync(join(repo, key)).size, 0);
}

/** The same live backups, oldest first, in a repository in which nothing was ever deleted. */
async function bytesNeeded(model: Model, place: Place): Promise<number> {
  const fresh = model.world.path("fresh");
  await createAt(fresh, SMALL_SIZES);
  const { source } = model.world;
  for (const id of model.idsIn(place, "live", "recoverable").sort()) {
    for (const name of readdirSync(source)) rmSync(join(source, name), { recursive: true });
    sh(`cp -a '${model.trees.get(id)}/.' '${source}/'`);
    await model.world.backup({ backup_id: newId("bkp", clock, random), threads: 1 }, fresh);
  }
  return bytesOf(fresh);
}

/** Takes so many random steps and proves what they leave. @throws telling the seed and all steps */
export async function sweepModel(seed: number, steps: number, print: (line: string) => void): Promise<void> {
  using world = await World.create(SMALL_SIZES);
  const model = new Model(world, seed);
  try {
    for (let i = 0; i < 8; i++) model.change();
    await model.backUp();
    await model.copy();
    for (let i = 0; i < steps; i++) await model.step();
    for (const place of ["repo", "replica"] as const) {
      await model.prove(place);
      await model.sweep(place, 0.05);
      await model.prove(place);
      if (model.states[place].size === 0) continue;
      const share = bytesOf(model.path(place)) / (await bytesNeeded(model, place));
      print(`${place}: ${model.states[place].size} backups, ${share.toFixed(3)} of the bytes they need`);
      assert.ok(share <= WASTE_MAX, `${place} holds ${share} times what its backups need`);
    }
  } catch (error) {
    throw new Error(`seed ${seed}, ${steps} steps, after\n${model.steps.join("\n")}`, { cause: error });
  }
}
