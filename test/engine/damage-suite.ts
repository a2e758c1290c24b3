/**
 * One thing wrong with one stored object at a time: is it found, named, and does everything else restore? Two suites
 * share this: one that samples and one that tries every position.
 */
import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { HoldfastError } from "../../src/base/index.ts";
import { objectsOf, SMALL_SIZES, World } from "./world.ts";

const bytes = (count: number) => randomFillSync(Buffer.alloc(count));

interface Prepared {
  readonly world: World;
  readonly backups: readonly { readonly backup_id: string; readonly files: ReadonlyMap<string, Buffer> }[];
}

/** Two backups that share some packs and not others. */
async function prepare(): Promise<Prepared> {
  const world = await World.create({ ...SMALL_SIZES, pack_bytes: 1024 * 1024 });
  const files = new Map<string, Buffer>();
  const write = (name: string, content: Buffer) => {
    mkdirSync(dirname(join(world.source, name)), { recursive: true });
    writeFileSync(join(world.source, name), content);
    files.set(name, content);
  };
  for (let i = 0; i < 6; i++) write(`a/file-${i}`, bytes(20_000));
  write("b/large", bytes(500_000));
  write("b/empty", Buffer.alloc(0));
  linkSync(join(world.source, "b/large"), join(world.source, "b/link"));
  files.set("b/link", files.get("b/large") as Buffer);
  const first = { backup_id: (await world.backup({ threads: 1 })).backup_id, files: new Map(files) };
  write("a/file-0", bytes(30_000));
  write("c/new", bytes(100_000));
  const second = { backup_id: (await world.backup({ threads: 1 })).backup_id, files: new Map(files) };
  return { world, backups: [first, second] };
}

/** What a restore brought must be right; what it did not bring it must have told. */
async function restoreTellsTheTruth({ world, backups }: Prepared, what: string): Promise<void> {
  for (const { backup_id, files } of backups) {
    let report: Awaited<ReturnType<World["restore"]>>;
    try {
      report = await world.restore(backup_id);
    } catch (error) {
      assert.ok(error instanceof HoldfastError && error.code !== "INTERNAL", `${what}: ${String(error)}`);
      continue;
    }
    for (const { code } of report.failed) assert.notEqual(code, "INTERNAL", what);
    const told = report.failed.map(({ path }) => path);
    // A listing that is lost takes the names with it; then the loss is told once.
    const listing_lost = report.failed.some(({ message }) => message.startsWith("the listing"));
    for (const [name, content] of files) {
      const path = join(report.target, name);
      if (existsSync(path)) assert.ok(readFileSync(path).equals(content), `${what}: ${name} came back wrong`);
      else
        assert.ok(listing_lost || told.includes(join(world.source, name)), `${what}: ${name} is missing and not told`);
    }
    rmSync(report.target, { recursive: true });
  }
}

/**
 * Does check or verify name the object, and the backups it hurts? Opening may fail for it already, naming it as well.
 */
async function isFound({ world, backups }: Prepared, key: string, what: string, also = key): Promise<void> {
  const named = (object: string) => object === key || (object.endsWith("/") && key.startsWith(object));
  try {
    const { damaged, stale_leases } = await world.check();
    const found = damaged.filter(({ object }) => named(object));
    assert.ok(
      found.length > 0 || stale_leases.includes(key),
      `${what}: check does not name it: ${JSON.stringify(damaged)}`,
    );
    if (key.startsWith("packs/")) {
      const hurt = new Set(found.flatMap(({ backup_ids }) => backup_ids));
      for (const { backup_id } of backups) {
        const verified = await world.verify(backup_id);
        const verified_found = verified.damaged.some(({ object }) => named(object));
        assert.equal(verified_found, hurt.has(backup_id), `${what}: verify and check disagree on ${backup_id}`);
        if (verified_found) assert.notEqual(verified.verdict, "valid", what);
      }
      assert.ok(hurt.size > 0, `${what}: check names no backup that it hurts`);
    }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    assert.ok(error instanceof HoldfastError && error.code !== "INTERNAL", `${what}: ${String(error)}`);
    const object = String(error.context["object"] ?? error.message);
    assert.ok(
      object.includes(key) ||
        object.includes(also) ||
        key.startsWith(object) ||
        key === "keys/slot" ||
        error.code === "REPOSITORY_NOT_FOUND",
      `${what}: ${error.code} names ${object}`,
    );
  }
}

/** Positions worth a flip: the structures' edges, and some in between. */
function positions(size: number, key: string): number[] {
  const structural = key.startsWith("packs/")
    ? [
        0,
        5,
        6,
        8,
        20,
        48,
        49,
        50,
        52,
        56,
        60,
        64,
        66,
        80,
        size - 1,
        size - 10,
        size - 30,
        size - 52,
        size - 56,
        size - 57,
        size - 80,
      ]
    : [0, 1, 5, 8, 12, 16, 20, 50, 60, size - 1, size - 2, size - 30, size - 66, size - 67];
  const spread = [0.25, 0.5, 0.75].map((part) => Math.floor(size * part));
  return [...new Set([...structural, ...spread].filter((at) => at >= 0 && at < size))];
}

/** @param one_in of the positions in an object, how many are tried; restores and verifications are thinned out alike */
export async function damageSuite(one_in: number): Promise<void> {
  const prepared = await prepare();
  test.after(() => prepared.world[Symbol.dispose]());

  for (const kind of ["packs/", "index/", "manifests/", "keys/", "config"]) {
    test(`a flipped byte in any object of ${kind} is found, named, and never restored`, async () => {
      const { repo } = prepared.world;
      let tried = 0;
      for (const key of objectsOf(repo).filter((found) => found.startsWith(kind))) {
        const path = join(repo, key);
        const whole = readFileSync(path);
        const all = positions(whole.length, key).filter((_at, i) => i % one_in === tried % one_in);
        tried++;
        for (const [i, at] of all.entries()) {
          const damaged = Buffer.from(whole);
          damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
          writeFileSync(path, damaged);
          const what = `${key}, byte ${at} of ${whole.length}`;
          await isFound(prepared, key, what);
          if (i % 4 === 0 && tried % one_in === 0) await restoreTellsTheTruth(prepared, what);
        }
        writeFileSync(path, whole);
      }
      assert.deepEqual((await prepared.world.check()).damaged, []);
    });
  }

  test("a truncated, grown, emptied or deleted object is found and named", async () => {
    const { repo } = prepared.world;
    for (const [number, key] of objectsOf(repo).entries()) {
      const path = join(repo, key);
      const whole = readFileSync(path);
      const changes: [string, () => void][] = [
        ["cut by one", () => writeFileSync(path, whole.subarray(0, -1))],
        ["grown", () => writeFileSync(path, Buffer.concat([whole, Buffer.alloc(16)]))],
        ["empty", () => writeFileSync(path, "")],
        ["gone", () => rmSync(path)],
      ];
      for (const [i, [what, change]] of changes.entries()) {
        if ((number + i) % one_in !== 0) continue;
        change();
        // Nothing refers to a manifest, so that one is gone can only be told by whoever knows that it was there (the
        // catalog).
        const unknowable = what === "gone" && key.startsWith("manifests/");
        if (!unknowable) await isFound(prepared, key, `${key} ${what}`);
        if (what !== "grown" && number % one_in === 0) await restoreTellsTheTruth(prepared, `${key} ${what}`);
        writeFileSync(path, whole);
      }
    }
    assert.deepEqual((await prepared.world.check()).damaged, []);
  });

  test("two objects that changed places are found", async () => {
    const { world } = prepared;
    const { repo } = world;
    const keys = objectsOf(repo);
    for (const prefix of ["packs/", "index/", "manifests/", "keys/"]) {
      const [a, b] = keys.filter((key) => key.startsWith(prefix) && key !== "keys/slot");
      if (a === undefined || b === undefined) continue;
      const swap = () => {
        renameSync(join(repo, a), join(repo, "aside"));
        renameSync(join(repo, b), join(repo, a));
        renameSync(join(repo, "aside"), join(repo, b));
      };
      swap();
      await isFound(prepared, a, `${a} is ${b}`, b);
      await restoreTellsTheTruth(prepared, `${a} is ${b}`);
      swap();
    }
    // An object of another repository under this one's name.
    using other = await World.create(SMALL_SIZES);
    writeFileSync(join(other.source, "file"), bytes(10_000));
    await other.backup();
    for (const prefix of ["packs/", "index/", "keys/keyring/", "keys/epoch/", "config"]) {
      const mine = keys.find((key) => key.startsWith(prefix)) as string;
      const theirs = objectsOf(other.repo).find((key) => key.startsWith(prefix)) as string;
      const whole = readFileSync(join(repo, mine));
      copyFileSync(join(other.repo, theirs), join(repo, mine));
      // Config and keys that belong to different repositories: which of them is the stranger, nobody can tell.
      await isFound(prepared, mine, `${mine} is another repository's`, mine === "config" ? "keys/keyring" : mine);
      await restoreTellsTheTruth(prepared, `${mine} is another repository's`);
      writeFileSync(join(repo, mine), whole);
    }
    assert.deepEqual((await world.check()).damaged, []);
  });
}
