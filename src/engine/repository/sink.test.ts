import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import test from "node:test";
import { systemClock, systemRandom } from "../../base/index.ts";
import { ChunkIndex, type IndexedPack } from "../index/index.ts";
import { PACK_DATA, packKey, readPackTail } from "../pack/index.ts";
import { MemoryStore } from "../store/index.ts";
import { DEFAULT_SIZES } from "./config.ts";
import { ChunkSink } from "./sink.ts";

test("packs of very small chunks stay within their size, directory included, and can be read without an index", async () => {
  const store = new MemoryStore({ clock: systemClock });
  const data_key = randomBytes(32);
  const packs: IndexedPack[] = [];
  const config = {
    ...DEFAULT_SIZES,
    pack_bytes: 1 << 20,
    repository_id: "rpo_test",
    created_at_ms: 0,
    signing_public_key: "",
  };
  const sink = new ChunkSink({
    secrets: {
      store_config: { kind: "fs", path: "/nowhere" },
      config,
      id_key: randomBytes(32),
      chunker_key: randomBytes(32),
      epochs: [[1, data_key]],
    },
    store,
    index: ChunkIndex.create({ chunks: 0, new_chunks: 200_000, frames: 100, packs: 100 }),
    needed: new Int32Array(8),
    kind: PACK_DATA,
    level: 1,
    random: systemRandom,
    onPack: (pack) => packs.push(pack),
  });
  for (let n = 0; n < 100_000; n++) {
    sink.add(Buffer.from(`pid ${n}\n`));
    if (sink.pressed) await sink.drain();
  }
  await sink.flush();
  assert.ok(packs.length > 2, `${packs.length} packs`);
  let chunks = 0;
  for (const { pack_id, size_bytes } of packs) {
    const stat = await store.stat(packKey(pack_id));
    assert.equal(stat?.size_bytes, size_bytes);
    assert.ok(size_bytes < 6 << 20, `a pack of ${size_bytes} bytes`);
    const { directory } = await readPackTail(store, new Map([[1, data_key]]), pack_id, size_bytes);
    chunks += directory.readUInt32LE(4 + 12);
  }
  assert.ok(chunks > 0);
});

test("what will be locked begins in small packs, which grow with what was stored", async () => {
  const sizes = async (bytes: number, grained: boolean) => {
    const packs: IndexedPack[] = [];
    const sink = new ChunkSink({
      secrets: {
        store_config: { kind: "fs", path: "/nowhere" },
        config: { ...DEFAULT_SIZES, repository_id: "rpo_test", created_at_ms: 0, signing_public_key: "" },
        id_key: randomBytes(32),
        chunker_key: randomBytes(32),
        epochs: [[1, randomBytes(32)]],
      },
      store: new MemoryStore({ clock: systemClock }),
      index: ChunkIndex.create({ chunks: 0, new_chunks: 4096, frames: 4096, packs: 4096 }),
      needed: new Int32Array(256),
      kind: PACK_DATA,
      level: 1,
      grained,
      random: systemRandom,
      onPack: (pack) => packs.push(pack),
    });
    for (let at = 0; at < bytes; at += 64 * 1024) {
      sink.add(randomBytes(64 * 1024));
      if (sink.pressed) await sink.drain();
    }
    await sink.flush();
    return packs.map(({ size_bytes }) => size_bytes);
  };
  assert.equal((await sizes(512 * 1024, false)).length, 1);
  assert.equal((await sizes(512 * 1024, true)).length, 4);
  const many = await sizes(48 << 20, true);
  assert.ok(many.length > 24 && many.length < 50, `${many.length} packs`);
  const last = many.at(-2) ?? 0;
  assert.ok(last > 4 << 20 && last < 8 << 20, `an eighth of what was stored before, and not ${last} bytes`);
});
