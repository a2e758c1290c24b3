import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { type Chunker, type ChunkerParams, createChunker, createPlainChunker, deriveGearTable } from "./index.ts";

const KIB = 1024;

/** Deterministic noise (xorshift32), so that known cuts stay known. */
function noise(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed | 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state >>> 11;
  }
  return bytes;
}

/** Chunk lengths of `bytes`, all of which are in the slab at once. */
function cutAll(chunker: Chunker, bytes: Uint8Array): number[] {
  return feed(chunker, bytes, [Math.max(1, bytes.length)]);
}

/**
 * Chunk lengths of `bytes`, which arrive in pieces of the given sizes (repeated); the undecided rest moves to the
 * slab's start, as a pipeline does it. The end of input is known only after the last piece.
 */
function feed(chunker: Chunker, bytes: Uint8Array, pattern: readonly number[]): number[] {
  const lengths: number[] = [];
  let [read, begin, end] = [0, 0, 0];
  for (let turn = 0; ; turn++) {
    const wanted = pattern[turn % pattern.length] as number;
    const piece = bytes.subarray(read, read + Math.min(wanted, chunker.slab.length - end));
    chunker.slab.set(piece, end);
    end += piece.length;
    read += piece.length;
    const final = piece.length === 0;
    for (;;) {
      const length = chunker.cut(begin, end - begin, final);
      if (length === 0) break;
      lengths.push(length);
      begin += length;
    }
    if (final) return lengths;
    chunker.slab.copyWithin(0, begin, end);
    [begin, end] = [0, end - begin];
  }
}

/** Small averages, so that a property sees many chunks in little data. */
const params = fc
  .record({
    min: fc.integer({ min: 64, max: 8 * KIB }),
    avg_bytes: fc.constantFrom(4 * KIB, 8 * KIB, 16 * KIB),
    above: fc.integer({ min: 0, max: 48 * KIB }),
    normalization: fc.constantFrom(0, 1, 2, 3),
  })
  .map(
    ({ min, avg_bytes, above, normalization }): ChunkerParams => ({
      min_bytes: Math.min(min, avg_bytes),
      avg_bytes,
      max_bytes: avg_bytes + above,
      normalization: normalization as ChunkerParams["normalization"],
    }),
  );

/** Noise, text-like runs and zeros in turn: what a stream of files looks like to a chunker. */
const data = fc
  .array(
    fc.record({
      kind: fc.constantFrom("noise", "letters", "zeros", "period"),
      seed: fc.integer(),
      length: fc.integer({ min: 0, max: 60 * KIB }),
    }),
    { maxLength: 5 },
  )
  .map((parts) =>
    Buffer.concat(
      parts.map(({ kind, seed, length }) => {
        const bytes = noise(seed, length);
        if (kind === "zeros") bytes.fill(0);
        if (kind === "letters") for (let i = 0; i < length; i++) bytes[i] = 97 + ((bytes[i] as number) & 15);
        if (kind === "period") for (let i = 40; i < length; i++) bytes[i] = bytes[i - 40] as number;
        return bytes;
      }),
    ),
  );

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const SLAB = 512 * KIB;

test("kernel and twin cut alike, however the input arrives, and keep to the bounds", () => {
  const steps = fc.array(fc.integer({ min: 1, max: 100 * KIB }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(params, key, data, steps, (p, chunkerKey, bytes, pattern) => {
      const gear = deriveGearTable(chunkerKey);
      const kernel = createChunker(p, gear, SLAB);
      const twin = createPlainChunker(p, gear, SLAB);
      const expected = cutAll(twin, bytes);
      assert.deepEqual(cutAll(kernel, bytes), expected);
      assert.deepEqual(feed(kernel, bytes, pattern), expected);
      assert.deepEqual(feed(twin, bytes, pattern), expected);
      assert.equal(
        expected.reduce((sum, length) => sum + length, 0),
        bytes.length,
      );
      for (const [index, length] of expected.entries()) {
        assert.ok(length >= 1 && length <= p.max_bytes);
        if (index < expected.length - 1) assert.ok(length >= p.min_bytes);
      }
    }),
    { numRuns: 60 },
  );
});

test("kernel and twin agree on zero ranges at every alignment", () => {
  const p: ChunkerParams = { min_bytes: 64, avg_bytes: 4096, max_bytes: 4096, normalization: 0 };
  const gear = deriveGearTable(new Uint8Array(32));
  const chunkers: Chunker[] = [createChunker(p, gear, SLAB), createPlainChunker(p, gear, SLAB)];
  fc.assert(
    fc.property(
      fc.nat(300),
      fc.oneof(fc.nat(400), fc.nat(200 * KIB)),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (offset, length, at, value) => {
        for (const chunker of chunkers) {
          chunker.slab.fill(0);
          chunker.slab[offset + length] = value;
          if (offset > 0) chunker.slab[offset - 1] = value;
          assert.equal(chunker.isZero(offset, length), true);
          if (length === 0) continue;
          chunker.slab[offset + (at % length)] = value;
          assert.equal(chunker.isZero(offset, length), false);
        }
      },
    ),
    { numRuns: 100 },
  );
});
