import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import type { Chunker, ChunkerParams } from "./index.ts";
import { createChunker, createPlainChunker, DEFAULT_CHUNKER_PARAMS, deriveGearTable } from "./index.ts";
import { hashLimits } from "./params.ts";

const MIB = 1024 * 1024;
const key = Uint8Array.from({ length: 32 }, (_, index) => index);
const makers = { kernel: createChunker, twin: createPlainChunker };
const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest();

/** 1 MiB: the SHA-256 of 0, 1, 2 … as u32 little-endian, one after the other. */
const stream = Buffer.concat(
  Array.from({ length: 32 * 1024 }, (_, counter) => sha256(new Uint8Array(Uint32Array.of(counter).buffer))),
);

function cutAll(chunker: Chunker, bytes: Uint8Array): number[] {
  chunker.slab.set(bytes);
  const lengths: number[] = [];
  for (let at = 0, length: number; at < bytes.length; at += length) {
    length = chunker.cut(at, bytes.length - at, true);
    lengths.push(length);
  }
  return lengths;
}

/** The rule of docs/format.md word for word: every judged hash summed up anew from its 32 bytes. */
function referenceCut(p: ChunkerParams, gear: Uint32Array, bytes: Uint8Array): number {
  const bits = BigInt(Math.log2(p.avg_bytes));
  const shift = BigInt(p.normalization);
  for (let length = p.min_bytes; length <= bytes.length; length++) {
    if (length === p.max_bytes) return length;
    let hash = 0n;
    for (let back = 0; back < 32; back++) {
      hash += BigInt(gear[bytes[length - 1 - back] as number] as number) << BigInt(back);
    }
    const zeroBits = length < p.avg_bytes ? bits + shift : bits - shift;
    if ((hash & 0xffff_ffffn) >> (32n - zeroBits) === 0n) return length;
  }
  return bytes.length;
}

test("the gear table of a known key", () => {
  const gear = deriveGearTable(key);
  assert.deepEqual([gear[0], gear[1], gear[255]], [0x68437616, 0xdd6acfab, 0x215f9693]);
  const digest = sha256(new Uint8Array(gear.buffer)).toString("hex");
  assert.equal(digest, "b68a34c6ec63be658a1a3301d4eae0db1648263fad820f5f220cdcc8ef2f94d8");
});

// Computed by a Python program written from the rule alone (hmac and hashlib of its standard library).
const knownCuts: [ChunkerParams, number, number[], string][] = [
  [
    { min_bytes: 2048, avg_bytes: 4096, max_bytes: 16384, normalization: 2 },
    213,
    [4903, 4406, 4666, 5015, 5433, 4249],
    "e6fafb95e1e4d2e66436879f96e0fc1bde25374a299610054c92c6ee6291c50f",
  ],
  [
    { min_bytes: 64, avg_bytes: 4096, max_bytes: 65536, normalization: 0 },
    274,
    [712, 4205, 1257, 5405, 5286, 7558],
    "0ba4de33f86817974a4c6d373d42b9e65f4976d44a4f4bfbd95657604ed76c85",
  ],
  [
    { min_bytes: 16384, avg_bytes: 65536, max_bytes: 262144, normalization: 1 },
    14,
    [112044, 72973, 36709, 30220, 167360, 17935],
    "6ae452b65a78783da02ccdc07bcaed8d3da5790d370374adef74507da0e15ca4",
  ],
  [
    DEFAULT_CHUNKER_PARAMS,
    4,
    [437241, 277448, 311972, 21915],
    "3568d1a56d961b71bc28e131b1a1ba30661151102e7a597bd854e4ae553a964a",
  ],
  [
    { min_bytes: 4000, avg_bytes: 4096, max_bytes: 6000, normalization: 3 },
    230,
    [4903, 4406, 4408, 4106, 4534, 4759],
    "26718b638833b43833a73a08a34b3273226a27e4b6b08a6504e7de44c136fdd4",
  ],
];

for (const [name, make] of Object.entries(makers)) {
  test(`${name}: known cuts`, () => {
    for (const [p, count, first, digest] of knownCuts) {
      const lengths = cutAll(make(p, deriveGearTable(key), MIB), stream);
      assert.deepEqual(lengths.slice(0, 6), first);
      assert.equal(lengths.length, count);
      assert.equal(sha256(lengths.join(",")).toString("hex"), digest);
    }
  });

  test(`${name}: as a reference that sums every hash anew`, () => {
    const p: ChunkerParams = { min_bytes: 1000, avg_bytes: 4096, max_bytes: 5000, normalization: 1 };
    const gear = deriveGearTable(key.toReversed());
    const bytes = stream.subarray(0, 48 * 1024);
    const expected: number[] = [];
    for (let at = 0; at < bytes.length; at += expected.at(-1) as number) {
      expected.push(referenceCut(p, gear, bytes.subarray(at)));
    }
    assert.ok(expected.includes(p.max_bytes) && expected.some((length) => length < p.avg_bytes));
    assert.deepEqual(cutAll(make(p, gear, MIB), bytes), expected);
  });

  test(`${name}: equal bytes judge exactly at the limits of the hash`, () => {
    const p: ChunkerParams = { min_bytes: 5000, avg_bytes: 8192, max_bytes: 20000, normalization: 2 };
    const { strict, loose } = hashLimits(p);
    // 32 equal bytes hash to gear × (2^32 − 1), which is −gear: so any hash can be asked for.
    const lengthForHash = (hash: number) => {
      const gear = new Uint32Array(256).fill(0x9e37_79b9);
      gear[0] = -hash;
      return make(p, gear, MIB).cut(0, 100_000, false);
    };
    assert.equal(lengthForHash(0), p.min_bytes);
    assert.equal(lengthForHash(strict - 1), p.min_bytes);
    assert.equal(lengthForHash(strict), p.avg_bytes);
    assert.equal(lengthForHash(loose - 1), p.avg_bytes);
    assert.equal(lengthForHash(loose), p.max_bytes);
    assert.equal(lengthForHash(0xffff_ffff), p.max_bytes);
  });

  test(`${name}: what is available decides no sooner than it may`, () => {
    const p: ChunkerParams = { min_bytes: 100, avg_bytes: 4096, max_bytes: 4200, normalization: 0 };
    const never = make(p, new Uint32Array(256).fill(1), MIB);
    const always = make(p, new Uint32Array(256), MIB);
    for (const available of [0, 1, 31, 32, 99, 100, 101, 4095, 4096, 4097, 4199, 4200, 4201, 9000]) {
      assert.equal(never.cut(7, available, false), available >= 4200 ? 4200 : 0, `never, ${available}`);
      assert.equal(never.cut(7, available, true), Math.min(available, 4200), `never, final, ${available}`);
      assert.equal(always.cut(7, available, false), available >= 100 ? 100 : 0, `always, ${available}`);
      assert.equal(always.cut(7, available, true), Math.min(available, 100), `always, final, ${available}`);
    }
  });
}

test("equal bounds make chunks of one size", () => {
  const p: ChunkerParams = { min_bytes: 4096, avg_bytes: 4096, max_bytes: 4096, normalization: 3 };
  for (const make of Object.values(makers)) {
    const lengths = cutAll(make(p, deriveGearTable(key), MIB), stream.subarray(0, 10_000));
    assert.deepEqual(lengths, [4096, 4096, 1808]);
  }
});
