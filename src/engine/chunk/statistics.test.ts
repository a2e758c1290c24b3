import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import type { ChunkerParams } from "./index.ts";
import { createChunker, deriveGearTable } from "./index.ts";

const MIB = 1024 * 1024;
const SLAB = 16 * MIB;
const gear = deriveGearTable(new Uint8Array(32).fill(42));

/** Noise of a seed: an extendable hash, so that the statistics are the same in every run. */
const noise = (seed: number, length: number) =>
  createHash("shake256", { outputLength: length }).update(String(seed)).digest();

/** Ends of the chunks, as offsets into `bytes`. */
function ends(p: ChunkerParams, bytes: Uint8Array): number[] {
  const chunker = createChunker(p, gear, SLAB);
  chunker.slab.set(bytes);
  const all: number[] = [];
  for (let at = 0; at < bytes.length; all.push(at)) at += chunker.cut(at, bytes.length - at, true);
  return all;
}

/** Mean length on noise: each judged length ends the chunk with its rule's probability. */
function expectedMean(p: ChunkerParams): number {
  const bits = Math.log2(p.avg_bytes);
  const [strict, loose] = [2 ** -(bits + p.normalization), 2 ** -(bits - p.normalization)];
  let mean = p.min_bytes;
  let alive = 1;
  for (let length = p.min_bytes; length < p.max_bytes; length++) {
    alive *= 1 - (length < p.avg_bytes ? strict : loose);
    mean += alive;
  }
  return mean;
}

test("the mean on noise is what the rule promises, and near the target", () => {
  const bytes = noise(1, 12 * MIB);
  for (const normalization of [0, 1, 2, 3] as const) {
    const p: ChunkerParams = { min_bytes: 1024, avg_bytes: 4096, max_bytes: 16384, normalization };
    const mean = bytes.length / ends(p, bytes).length;
    const expected = expectedMean(p);
    assert.ok(Math.abs(mean / expected - 1) < 0.05, `normalization ${normalization}: ${mean}, expected ${expected}`);
    assert.ok(mean > p.avg_bytes * 0.9 && mean < p.avg_bytes * 1.3, `normalization ${normalization}: ${mean}`);
  }
});

test("normalisation draws lengths together", () => {
  const bytes = noise(2, 8 * MIB);
  const spread = ([0, 1, 2, 3] as const).map((normalization) => {
    const p: ChunkerParams = { min_bytes: 1024, avg_bytes: 4096, max_bytes: 16384, normalization };
    const lengths = ends(p, bytes).map((end, index, all) => end - (all[index - 1] ?? 0));
    const mean = bytes.length / lengths.length;
    return Math.sqrt(lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / lengths.length) / mean;
  });
  for (const level of [1, 2, 3]) assert.ok((spread[level] as number) < (spread[level - 1] as number), `${spread}`);
});

test("an inserted, a removed and a changed byte touch only the chunks around them", () => {
  const p: ChunkerParams = { min_bytes: 1024, avg_bytes: 4096, max_bytes: 16384, normalization: 2 };
  const touched: number[] = [];
  for (let seed = 0; seed < 40; seed++) {
    const bytes = noise(100 + seed, 256 * 1024);
    const at = 20_000 + seed * 4000;
    const head = bytes.subarray(0, at);
    const edits = [
      { shift: 1, bytes: Buffer.concat([head, Buffer.of(seed), bytes.subarray(at)]) },
      { shift: -1, bytes: Buffer.concat([head, bytes.subarray(at + 1)]) },
      { shift: 0, bytes: Buffer.concat([head, Buffer.of((bytes[at] as number) ^ 1), bytes.subarray(at + 1)]) },
    ];
    const before = ends(p, bytes);
    for (const edit of edits) {
      const after = ends(p, edit.bytes);
      assert.deepEqual(
        after.filter((end) => end <= at),
        before.filter((end) => end <= at),
      );
      const shifted = new Set(before.map((end) => end + edit.shift));
      const fresh = after.filter((end) => end > at);
      const meets = fresh.findIndex((end) => shifted.has(end));
      assert.notEqual(meets, -1);
      const meetingPoint = fresh[meets] as number;
      assert.deepEqual(
        fresh.slice(meets),
        [...shifted].filter((end) => end >= meetingPoint),
        "once the cuts meet again, they stay together",
      );
      touched.push(meets + 1);
    }
  }
  const mean = touched.reduce((sum, count) => sum + count, 0) / touched.length;
  assert.ok(mean < 3 && Math.max(...touched) <= 12, `chunks touched: mean ${mean}, most ${Math.max(...touched)}`);
});
