import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import test from "node:test";
import { systemClock, systemRandom } from "../../base/index.ts";
import { createPassphraseSlot, passphraseKeyManager } from "../keys/index.ts";
import type { IndexedPack } from "../index/index.ts";
import { DirectoryBuilder, PACK_DATA } from "../pack/index.ts";
import { MemoryStore, type ObjectStat, type ObjectStore } from "../store/index.ts";
import { compactIndex, createRepository, openRepository, type Repository } from "./index.ts";

const [clock, random] = [systemClock, systemRandom];
const ROOM = { new_chunks: 0, new_frames: 0, new_packs: 0 };
const slot = { ...createPassphraseSlot(random), n: 2 ** 14, r: 8, p: 1 };
const keys = passphraseKeyManager({ passphrase: "correct horse battery staple", slot });

async function makeRepository(store: ObjectStore): Promise<Repository> {
  await createRepository({ store, keys, cmk_key_id: slot.slot_id, clock, random, slot });
  return open(store);
}

const open = (store: ObjectStore) =>
  openRepository({ store, store_config: { kind: "fs", path: "/nowhere" }, keys, clock, random });

/** A pack as a segment names it; there is none in the store, which only backups and checks look for. */
function aPack(chunks = 3): IndexedPack {
  const directory = new DirectoryBuilder();
  directory.add(
    48,
    100,
    chunks,
    randomBytes(32 * chunks),
    Array.from({ length: chunks }, () => 1),
  );
  return { pack_id: randomBytes(32), kind: PACK_DATA, epoch: 1, size_bytes: 1000, directory: directory.encode() };
}

async function writeSegments(repository: Repository, count: number): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let i = 0; i < count; i++) {
    const pack = aPack();
    ids.add(pack.pack_id.toString("hex"));
    await repository.writeSegment([pack]);
  }
  return ids;
}

async function countSegments(store: ObjectStore): Promise<number> {
  let count = 0;
  for await (const _ of store.list("index/")) count++;
  return count;
}

async function assertNamed(repository: Repository, packs: ReadonlySet<string>): Promise<readonly string[]> {
  const { damaged, index, packs: found, superseded } = await repository.loadIndex(ROOM);
  assert.deepEqual(damaged, []);
  assert.deepEqual(new Set(found.keys()), packs);
  assert.equal(index.chunks, packs.size * 3);
  return superseded;
}

test("small segments become one, and the index stays what it was", async () => {
  const store = new MemoryStore({ clock });
  const repository = await makeRepository(store);
  const packs = await writeSegments(repository, 40);
  const report = await compactIndex(repository);
  assert.equal(report.segments_before, 40);
  assert.deepEqual([report.segments_merged, report.segments_written, report.segments_deleted], [40, 1, 40]);
  assert.equal(await countSegments(store), 1);
  assert.deepEqual(await assertNamed(repository, packs), []);
  assert.equal((await compactIndex(repository)).segments_merged, 0, "nothing is left to merge");
});

test("segments of like size only are merged, and few of them are left alone", async () => {
  const store = new MemoryStore({ clock });
  const repository = await makeRepository(store);
  await repository.writeSegment(Array.from({ length: 100 }, () => aPack(1000)));
  await writeSegments(repository, 15);
  assert.equal((await compactIndex(repository)).segments_merged, 0);
  await writeSegments(repository, 1);
  assert.equal((await compactIndex(repository)).segments_merged, 16);
  assert.equal(await countSegments(store), 2);
});

test("interrupted before and after every call to the store, every pack stays named and the next run tidies up", async () => {
  let point = 0;
  for (let finished = false; !finished; point++) {
    const store = new MemoryStore({ clock });
    const repository = await makeRepository(store);
    const packs = await writeSegments(repository, 20);
    let calls = 0;
    const stop = () => {
      if (calls++ === point) throw new Error("stopped");
    };
    /** Every call is two points: not done, and done but not answered. */
    const around = async <T>(call: () => Promise<T>): Promise<T> => {
      stop();
      const result = await call();
      stop();
      return result;
    };
    const stopping: ObjectStore = {
      description: store.description,
      put: (...args) => around(() => store.put(...args)),
      get: (...args) => around(() => store.get(...args)),
      stat: (...args) => around(() => store.stat(...args)),
      delete: (...args) => around(() => store.delete(...args)),
      lock: (...args) => store.lock(...args),
      list: (prefix) => store.list(prefix),
      close: () => store.close(),
    };
    finished = await compactIndex(repository.replicaIn(stopping)).then(
      () => true,
      (error: Error) => {
        assert.equal(error.message, "stopped");
        return false;
      },
    );
    const superseded = await assertNamed(repository, packs);
    await compactIndex(repository, { superseded });
    await writeSegments(repository, 20).then((more) => more.forEach((id) => packs.add(id)));
    await compactIndex(repository);
    assert.deepEqual(await assertNamed(repository, packs), []);
    assert.ok((await countSegments(store)) <= 16, `${await countSegments(store)} segments after point ${point}`);
  }
  assert.ok(point > 80, `${point} points`);
});

test("an index is loaded whole while its segments are merged away under the reader, again and again", async () => {
  const store = new MemoryStore({ clock });
  const repository = await makeRepository(store);
  const packs = await writeSegments(repository, 40);
  let merges = 0;
  // After each listing, and before the reader opens what it lists, somebody merges everything.
  async function* list(prefix: string): AsyncGenerator<ObjectStat> {
    const listed = [];
    for await (const stat of store.list(prefix)) listed.push(stat);
    if (prefix === "index/" && merges < 3) {
      merges++;
      for (const id of await writeSegments(repository, 20)) packs.add(id);
      await compactIndex(repository);
    }
    yield* listed;
  }
  const busy = new Proxy(store, {
    get: (target, name) => {
      if (name === "list") return list;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  await assertNamed(repository.replicaIn(busy), packs);
  assert.equal(merges, 3);
});

test("merges beside each other lose nothing, nor do those beside a writer and a reader", async () => {
  const store = new MemoryStore({ clock });
  const repository = await makeRepository(store);
  const packs = await writeSegments(repository, 200);
  const write = async () => {
    for (let i = 0; i < 40; i++) for (const id of await writeSegments(repository, 1)) packs.add(id);
  };
  const before = new Set(packs);
  const read = async () => {
    for (let i = 0; i < 5; i++) {
      const { packs: found } = await repository.loadIndex(ROOM);
      for (const id of before) assert.ok(found.has(id));
    }
  };
  await Promise.all([compactIndex(repository), compactIndex(repository), write(), read(), compactIndex(repository)]);
  await assertNamed(repository, packs);
  await compactIndex(repository);
  await assertNamed(repository, packs);
});

test("a damaged segment is left where it is; the others are merged", async () => {
  const store = new MemoryStore({ clock });
  const repository = await makeRepository(store);
  await writeSegments(repository, 20);
  for await (const { key } of store.list("index/")) {
    const bytes = Buffer.from(await store.get(key));
    bytes[60] = (bytes[60] as number) ^ 1;
    await store.put(key, bytes);
    break;
  }
  const report = await compactIndex(repository);
  assert.deepEqual([report.damaged.length, report.segments_merged], [1, 19]);
  assert.equal(await countSegments(store), 2);
});
