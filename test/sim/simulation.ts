/**
 * Random work with a repository and its replica, with faults, damage and jumps of the clock, against a model that knows
 * of each backup the tree it holds, and of each stored object whether it was spoiled. What must always hold:
 * - a backup that was acknowledged and is undamaged restores exactly;
 * - damage is reported, and what it spoils is never restored as if it were right;
 * - backups are there once, and only those that were asked for;
 * - whatever failed succeeds when it is run again, and leaves nothing behind for good.
 */
import assert from "node:assert/strict";
import { lstatSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Clock, newId, type Random } from "../../src/base/index.ts";
import { checkRepository } from "../../src/engine/check/index.ts";
import type { Problem } from "../../src/engine/pipeline/index.ts";
import type { FaultConfig } from "../../src/engine/store/index.ts";
import { clockAhead, createAt, openAt } from "../long/crash/open.ts";
import { CALLS, ERRORS, hasStruck, parsePoint, pointName } from "../long/crash/points.ts";
import { scratchFolder } from "../long/crash/states.ts";
import { treeLines } from "../long/crash/tree.ts";
import { type Action, faultFor, perform, performAndDie, type Stop } from "./actions.ts";
import { objectsIn, putRight, spoil } from "./damage.ts";
import { Dice, seededRandom } from "./dice.ts";
import {
  isShut,
  type Lines,
  mayFail,
  pathIn,
  type Place,
  proveCheck,
  proveTree,
  proveVerify,
  withoutLinks,
} from "./place.ts";
import { changeSource } from "./source-tree.ts";

export interface SimulationOptions {
  readonly seed: number;
  readonly steps_max: number;
  /** No step is begun when this says so. */
  isOver(): boolean;
}

export interface SimulationReport {
  readonly steps: number;
  readonly backups: number;
  readonly restores: number;
  readonly faults: number;
  readonly damages: number;
}

const LEASE_ENDS_MS = 11 * 60_000;
const AUDIT_EVERY = 12;

/** "done": acknowledged. "failed": by the fault it was given. Else what it failed with, though it was given none. */
type ActionEnd = "done" | "failed" | { readonly error: unknown };

class Simulation {
  readonly log: string[] = [];
  readonly folder = scratchFolder("holdfast-sim-");
  readonly #dice: Dice;
  readonly #random: Random;
  readonly #repo: Place = { path: join(this.folder, "repo"), backups: new Map(), spoiled: new Map() };
  readonly #replica: Place = { path: join(this.folder, "replica"), backups: new Map(), spoiled: new Map() };
  readonly #roots: readonly string[];
  #ahead_ms = 0;
  #targets = 0;
  steps = 0;
  restores = 0;
  faults = 0;
  damages = 0;

  constructor(seed: number) {
    this.#dice = new Dice(seed);
    this.#random = seededRandom(new Dice(seed ^ 0x5eed));
    this.#roots = ["one", "two"].map((name) => join(this.folder, "source", name));
  }

  get backups(): number {
    return this.#repo.backups.size;
  }

  get #clock(): Clock {
    return clockAhead(this.#ahead_ms);
  }

  async begin(): Promise<void> {
    for (const root of this.#roots) mkdirSync(root, { recursive: true });
    for (let i = 0; i < 15; i++) changeSource(this.#dice.pick(this.#roots), this.#dice);
    await createAt(this.#repo.path, { clock: this.#clock });
  }

  async step(): Promise<void> {
    this.steps++;
    const some = this.#repo.backups.size > 0;
    const kind = this.#dice.weighed({
      change: 30,
      backup: 25,
      copy: some ? 12 : 0,
      restore: some ? 12 : 0,
      restore_paths: some ? 8 : 0,
      restore_in_place: some ? 5 : 0,
      verify: some ? 5 : 0,
      clock: 4,
      spoil: some ? 6 : 0,
      put_right: this.#repo.spoiled.size + this.#replica.spoiled.size > 0 ? 12 : 0,
    });
    if (kind === "change") this.#change();
    else if (kind === "backup") await this.#backup();
    else if (kind === "copy") await this.#copy();
    else if (kind === "restore") await this.#restore();
    else if (kind === "restore_paths") await this.#restorePaths();
    else if (kind === "restore_in_place") await this.#restoreInPlace();
    else if (kind === "verify") await this.#verify();
    else if (kind === "clock") this.#jump();
    else if (kind === "spoil") await this.#spoil();
    else await this.#putRight(this.#spoiledPlace());
    if (this.steps % AUDIT_EVERY === 0) await this.#audit();
  }

  /** Everything is put right, and one undisturbed backup and copy later nothing is left to complain about. */
  async end(): Promise<void> {
    await this.#audit();
    for (const place of [this.#repo, this.#replica]) while (place.spoiled.size > 0) await this.#putRight(place);
    this.#ahead_ms += LEASE_ENDS_MS;
    const backup_id = newId("bkp", this.#clock, this.#random);
    const lines = this.#linesOf(this.#roots);
    await this.#act({ kind: "backup", repo: this.#repo.path, roots: this.#roots, backup_id }, "never");
    this.#repo.backups.set(backup_id, lines);
    if (this.#replica.backups.size > 0) {
      await this.#act({ kind: "copy", repo: this.#repo.path, replica: this.#replica.path, backup_id }, "never");
      this.#replica.backups.set(backup_id, lines);
    }
    for (const place of [this.#repo, this.#replica]) {
      if (place.backups.size === 0) continue;
      await using opened = await openAt(place.path, { clock: this.#clock });
      const check = await checkRepository({ repository: opened.repository, read_data: true, threads: 1 });
      const { damaged, orphan_packs, stale_leases } = check;
      assert.deepEqual({ damaged, orphan_packs, stale_leases }, { damaged: [], orphan_packs: [], stale_leases: [] });
    }
    await this.#audit();
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #note(line: string): void {
    this.log.push(`${String(this.steps).padStart(4)} ${line}`);
  }

  #linesOf(roots: readonly string[]): Lines {
    return new Map(roots.map((root) => [root, treeLines(root)]));
  }

  #change(): void {
    const count = 1 + this.#dice.below(6);
    for (let i = 0; i < count; i++) {
      const root = this.#dice.pick(this.#roots);
      this.#note(changeSource(root, this.#dice));
    }
  }

  #jump(): void {
    this.#ahead_ms += this.#dice.pick([60_000, LEASE_ENDS_MS, 3_600_000, 3 * 86_400_000, -30_000, -7_200_000]);
    this.#note(`clock: ${this.#ahead_ms / 1000} s ahead`);
  }

  #anyPlace(): Place {
    return this.#replica.backups.size > 0 && this.#dice.happens(0.35) ? this.#replica : this.#repo;
  }

  #anyId(place: Place): string {
    return this.#dice.pick([...place.backups.keys()]);
  }

  #stop(): Stop {
    const kind = this.#dice.pick([...ERRORS, "kill", "power-all", "power-some", "short-write"] as const);
    const call = kind === "short-write" ? "file.write" : this.#dice.pick(CALLS);
    const when = kind === "short-write" ? "before" : this.#dice.pick(["before", "after"] as const);
    const nth = 1 + this.#dice.below(this.#dice.pick([1, 3, 8, 20]));
    return {
      point: pointName({ operation: "simulation", kind, when, call, nth }),
      seed: this.#dice.below(2 ** 31),
    };
  }

  /** Runs a backup or a copy, sometimes with a fault. */
  async #act(action: Action, faults: "never" | "maybe"): Promise<ActionEnd> {
    const stop = faults === "maybe" && this.#dice.happens(0.35) ? this.#stop() : undefined;
    const what = `${action.kind} ${action.backup_id}${stop === undefined ? "" : ` stopped at ${stop.point}`}`;
    if (stop?.point.includes("/kill/")) {
      const answer = await performAndDie({ action, ahead_ms: this.#ahead_ms, stop });
      this.#note(`${what}: ${answer}`);
      if (answer === "killed") this.faults++;
      return answer === "killed" ? "failed" : "done";
    }
    const options = faultFor(stop);
    const struck = () => hasStruckAt(options.fault, stop);
    try {
      await perform(action, { ...options, clock: this.#clock, random: this.#random });
      this.#note(`${what}: ${struck() ? "overcome" : "done"}`);
      return "done";
    } catch (error) {
      this.#note(`${what}: ${String(error)}`);
      return struck() ? "failed" : { error };
    } finally {
      if (struck()) this.faults++;
      for (const { path } of [this.#repo, this.#replica])
        rmSync(join(path, ".power-cut"), { recursive: true, force: true });
    }
  }

  async #backup(): Promise<void> {
    const roots = this.#dice.happens(0.7) ? this.#roots : this.#dice.some(this.#roots);
    const backup_id = newId("bkp", this.#clock, this.#random);
    assert.ok(!this.#repo.backups.has(backup_id), `${backup_id} was given twice`);
    const lines = this.#linesOf(roots);
    const action = { kind: "backup", repo: this.#repo.path, roots, backup_id } as const;
    let end = await this.#act(action, "maybe");
    if (end === "failed" && this.#dice.happens(0.5)) end = await this.#act(action, "never");
    await this.#settle(this.#repo, backup_id, lines, end, [this.#repo]);
  }

  async #copy(): Promise<void> {
    const backup_id = this.#anyId(this.#repo);
    const action = { kind: "copy", repo: this.#repo.path, replica: this.#replica.path, backup_id } as const;
    let end = await this.#act(action, "maybe");
    if (end === "failed" && this.#dice.happens(0.5)) end = await this.#act(action, "never");
    const lines = this.#repo.backups.get(backup_id) as Lines;
    await this.#settle(this.#replica, backup_id, lines, end, [this.#repo, this.#replica]);
  }

  /** Enters what an action made, if it did. */
  async #settle(
    place: Place,
    backup_id: string,
    lines: Lines,
    end: ActionEnd,
    involved: readonly Place[],
  ): Promise<void> {
    const there = lstatSync(join(place.path, "manifests", backup_id), { throwIfNoEntry: false }) !== undefined;
    if (end === "done") assert.ok(there, `${backup_id} was acknowledged and is not there`);
    else if (end !== "failed" && !mayFail(...involved)) throw end.error;
    if (there) place.backups.set(backup_id, lines);
  }
  /** Restores into a folder or in place. With a fault it may fail; without, and unhurt, it must be exact. */
  async #restoreAndCompare(place: Place, backup_id: string, faults: "never" | "maybe"): Promise<void> {
    const lines = place.backups.get(backup_id) as Lines;
    const target = join(this.folder, `target-${++this.#targets}`);
    const action = { kind: "restore", repo: place.path, backup_id, target } as const;
    this.restores++;
    const stop = faults === "maybe" && this.#dice.happens(0.4) ? this.#stop() : undefined;
    const options = { ...faultFor(stop?.point.includes("/kill/") ? undefined : stop), clock: this.#clock };
    let hurt: boolean;
    let failed: readonly Problem[] | undefined;
    try {
      const report = await perform(action, options);
      failed = report?.failed ?? [];
      hurt = failed.length > 0;
      this.#note(`restore ${backup_id} of ${place.path}: ${failed.length} failed`);
      for (const [root, expected] of lines) {
        const at = lines.size === 1 ? target : join(target, root);
        proveTree(`${backup_id}: ${root}`, expected, at, failed);
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      hurt = true;
      this.#note(`restore ${backup_id} of ${place.path}: ${String(error)}`);
      if (options.fault === undefined && !mayFail(place)) throw error;
    }
    const struck = hasStruckAt(options.fault, stop);
    if (struck) this.faults++;
    if (hurt && struck) {
      // Run again without the fault, into the same folder, it goes on and ends well.
      if (!mayFail(place)) {
        const report = await perform(action, { clock: this.#clock });
        assert.deepEqual(report?.failed, []);
        for (const [root, expected] of lines)
          proveTree(`${backup_id}: ${root}`, expected, lines.size === 1 ? target : join(target, root), []);
      }
    } else if (hurt) assert.ok(mayFail(place), `${backup_id} does not restore, and nothing was spoiled`);
    rmSync(target, { recursive: true, force: true });
  }

  async #restore(): Promise<void> {
    const place = this.#anyPlace();
    await this.#restoreAndCompare(place, this.#anyId(place), "maybe");
  }

  async #restorePaths(): Promise<void> {
    const place = this.#anyPlace();
    const backup_id = this.#anyId(place);
    const lines = place.backups.get(backup_id) as Lines;
    const root = this.#dice.pick([...lines.keys()]);
    const expected = lines.get(root) ?? [];
    const path = pathIn(this.#dice.pick(expected));
    const target = join(this.folder, `target-${++this.#targets}`);
    const action = { kind: "restore", repo: place.path, backup_id, target, paths: [root + path] } as const;
    this.#note(`restore ${JSON.stringify(path)} of ${backup_id}`);
    this.restores++;
    try {
      const report = await perform(action, { clock: this.#clock });
      const wanted = expected.filter((line) => pathIn(line) === path || pathIn(line).startsWith(`${path}/`));
      const at = lines.size === 1 ? target : join(target, root);
      const found = treeLines(at).filter((line) => pathIn(line) === path || pathIn(line).startsWith(`${path}/`));
      if (report?.failed.length === 0) assert.deepEqual(found.map(withoutLinks), wanted.map(withoutLinks));
      else assert.ok(mayFail(place), `failed: ${JSON.stringify(report?.failed)}`);
    } catch (error) {
      if (error instanceof assert.AssertionError || !mayFail(place)) throw error;
    }
    rmSync(target, { recursive: true, force: true });
  }

  /** The source becomes what it was then: the model of it is the source itself. */
  async #restoreInPlace(): Promise<void> {
    const place = this.#anyPlace();
    if (mayFail(place)) return;
    const backup_id = this.#anyId(place);
    const lines = place.backups.get(backup_id) as Lines;
    this.#note(`restore ${backup_id} in place`);
    this.restores++;
    const report = await perform({ kind: "restore", repo: place.path, backup_id }, { clock: this.#clock });
    assert.deepEqual(report?.failed, []);
    for (const [root, expected] of lines) assert.deepEqual(treeLines(root), expected, `${root} restored in place`);
  }

  async #verify(): Promise<void> {
    const place = this.#anyPlace();
    if (!isShut(place)) this.#note(await proveVerify(place, this.#anyId(place), this.#clock));
  }

  async #spoil(): Promise<void> {
    const place = this.#anyPlace();
    if (place.spoiled.size > 2) return;
    const objects = objectsIn(place.path).filter((key) => !key.startsWith("leases/") && !place.spoiled.has(key));
    const spoiled = spoil(place.path, this.#dice.pick(objects), this.#dice);
    this.damages++;
    this.#note(`${spoiled.object} of ${place.path} is ${spoiled.harm}`);
    place.spoiled.set(spoiled.object, spoiled);
    this.#note(await proveCheck(place, this.#clock));
    // Nobody goes on working with a repository that does not open; nor does a lost manifest tell that it is lost.
    if (isShut(place) || spoiled.object.startsWith("manifests/")) await this.#putRight(place);
  }

  #spoiledPlace(): Place {
    if (this.#repo.spoiled.size === 0) return this.#replica;
    return this.#replica.spoiled.size > 0 && this.#dice.happens(0.5) ? this.#replica : this.#repo;
  }

  async #putRight(place: Place): Promise<void> {
    const spoiled = this.#dice.pick([...place.spoiled.values()]);
    this.#note(`${spoiled.object} of ${place.path} is put right`);
    putRight(place.path, spoiled);
    place.spoiled.delete(spoiled.object);
  }

  async #audit(): Promise<void> {
    for (const place of [this.#repo, this.#replica]) {
      if (place.backups.size === 0) continue;
      this.#note(await proveCheck(place, this.#clock));
      const ids = [...place.backups.keys()];
      const chosen = ids.length <= 2 ? ids : [this.#dice.pick(ids), ids.at(-1) as string];
      for (const id of new Set(chosen)) {
        if (!isShut(place)) this.#note(await proveVerify(place, id, this.#clock));
        await this.#restoreAndCompare(place, id, "never");
      }
    }
  }
}

function hasStruckAt(fault: FaultConfig | undefined, stop: Stop | undefined): boolean {
  return fault !== undefined && stop !== undefined && hasStruck(fault, parsePoint(stop.point));
}

/** @throws with the seed, the command that replays it and every operation */
export async function simulate({ seed, steps_max, isOver }: SimulationOptions): Promise<SimulationReport> {
  const simulation = new Simulation(seed);
  try {
    await simulation.begin();
    while (simulation.steps < steps_max && !isOver()) await simulation.step();
    await simulation.end();
  } catch (error) {
    const command = `SIM_SEED=${seed} node test/sim/simulation.test.ts`;
    throw new Error(`simulation ${seed} failed; replay: ${command}\n${simulation.log.join("\n")}`, { cause: error });
  } finally {
    simulation.close();
  }
  const { steps, backups, restores, faults, damages } = simulation;
  return { steps, backups, restores, faults, damages };
}
