import assert from "node:assert/strict";
import test from "node:test";
import { hasCode } from "../../base/index.ts";
import type { ChunkerParams } from "./index.ts";
import {
  checkChunkerParams,
  createChunker,
  createFixedChunker,
  createPlainChunker,
  DEFAULT_CHUNKER_PARAMS,
  deriveGearTable,
} from "./index.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const refused = (code: string, words: RegExp) => (error: unknown) => hasCode(error, code) && words.test(error.message);

test("parameters within their limits pass, others are refused by name", () => {
  const base: ChunkerParams = { min_bytes: 64, avg_bytes: 4096, max_bytes: 4096, normalization: 0 };
  checkChunkerParams(DEFAULT_CHUNKER_PARAMS);
  checkChunkerParams(base);
  checkChunkerParams({ min_bytes: 8 * MIB, avg_bytes: 8 * MIB, max_bytes: 16 * MIB, normalization: 3 });
  const wrong: [object, RegExp][] = [
    [{ min_bytes: 63 }, /min_bytes = 63/],
    [{ min_bytes: 4097 }, /min_bytes = 4097/],
    [{ min_bytes: 100.5 }, /min_bytes/],
    [{ min_bytes: Number.NaN }, /min_bytes/],
    [{ avg_bytes: 5000 }, /avg_bytes = 5000/],
    [{ avg_bytes: 2048 }, /avg_bytes/],
    [{ avg_bytes: 16 * MIB, max_bytes: 16 * MIB }, /avg_bytes/],
    [{ avg_bytes: 2 ** 33 }, /avg_bytes/],
    [{ max_bytes: 4095 }, /max_bytes = 4095/],
    [{ max_bytes: 16 * MIB + 1 }, /max_bytes/],
    [{ normalization: 4 }, /normalization = 4/],
    [{ normalization: -1 }, /normalization/],
  ];
  for (const [change, words] of wrong) {
    assert.throws(() => checkChunkerParams({ ...base, ...change }), refused("CHUNK_PARAMS_INVALID", words));
  }
});

test("every chunker refuses a slab that cannot hold its longest chunk, or that passes 64 MiB", () => {
  const gear = deriveGearTable(new Uint8Array(32));
  const makers = [
    (slab_bytes: number) => createChunker(DEFAULT_CHUNKER_PARAMS, gear, slab_bytes),
    (slab_bytes: number) => createPlainChunker(DEFAULT_CHUNKER_PARAMS, gear, slab_bytes),
    (slab_bytes: number) => createFixedChunker(MIB, slab_bytes),
  ];
  for (const make of makers) {
    for (const slab_bytes of [0, MIB - 1, MIB + 0.5, 64 * MIB, Number.NaN]) {
      assert.throws(() => make(slab_bytes), refused("CHUNK_PARAMS_INVALID", /slab/));
    }
    assert.equal(make(MIB).slab.length, MIB);
  }
});

test("every chunker refuses bytes outside its slab", () => {
  const gear = deriveGearTable(new Uint8Array(32));
  const chunkers = [
    createChunker(DEFAULT_CHUNKER_PARAMS, gear, MIB),
    createPlainChunker(DEFAULT_CHUNKER_PARAMS, gear, MIB),
    createFixedChunker(4096, MIB),
  ];
  for (const chunker of chunkers) {
    for (const [offset, length] of [
      [-1, 10],
      [0, -1],
      [0, MIB + 1],
      [MIB, 1],
      [2 ** 32, 1],
      [0.5, 1],
      [0, Number.NaN],
    ] as const) {
      assert.throws(() => chunker.cut(offset, length, true), refused("CHUNK_RANGE_INVALID", /slab/));
      assert.throws(() => chunker.isZero(offset, length), refused("CHUNK_RANGE_INVALID", /slab/));
    }
    assert.equal(chunker.cut(MIB, 0, true), 0);
  }
});

test("keys and gear tables of another size are refused", () => {
  assert.throws(() => deriveGearTable(new Uint8Array(31)), refused("CHUNK_KEY_INVALID", /31 bytes/));
  for (const make of [createChunker, createPlainChunker]) {
    const gear = new Uint32Array(255);
    assert.throws(() => make(DEFAULT_CHUNKER_PARAMS, gear, MIB), refused("CHUNK_KEY_INVALID", /255 words/));
  }
});

test("fixed chunks are of one size but for the last", () => {
  const chunker = createFixedChunker(3000, 10_000);
  const cuts = [0, 1, 2999, 3000, 3001, 10_000].map((available) => [
    chunker.cut(0, available, false),
    chunker.cut(0, available, true),
  ]);
  assert.deepEqual(cuts, [
    [0, 0],
    [0, 1],
    [0, 2999],
    [3000, 3000],
    [3000, 3000],
    [3000, 3000],
  ]);
  assert.equal(chunker.isZero(0, 10_000), true);
  chunker.slab[9999] = 1;
  assert.equal(chunker.isZero(0, 10_000), false);
  for (const block_bytes of [0, 1.5, 16 * MIB + 1]) {
    const make = () => createFixedChunker(block_bytes, 32 * MIB);
    assert.throws(make, refused("CHUNK_PARAMS_INVALID", /fixed chunk size/));
  }
});
