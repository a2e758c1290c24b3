import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import test from "node:test";
import { systemRandom } from "../../base/index.ts";
import { aead, agrees, cryptoAead, exportedAead } from "./aead.ts";
import * as pack from "./index.ts";

const data_key = randomBytes(32);
const keys = new Map([[1, data_key]]);
const idOf = (bytes: Buffer) => createHmac("sha256", "test").update(bytes).digest();

function build(payloads: Buffer[][]): pack.FinishedPack {
  const writer = new pack.PackWriter({
    epoch: 1,
    data_key,
    kind: pack.PACK_DATA,
    level: 1,
    random: systemRandom,
    pack_bytes: 1 << 20,
  });
  for (const chunks of payloads)
    writer.addFrame(
      Buffer.concat(chunks),
      Buffer.concat(chunks.map(idOf)),
      chunks.map((c) => c.length),
    );
  return writer.finish() as pack.FinishedPack;
}

function readAll(finished: pack.FinishedPack): Buffer[][] {
  const opener = new pack.FrameOpener(keys, finished);
  const found: Buffer[][] = [];
  pack.walkDirectory(finished.directory, 0, (frame) => {
    const opened = opener.open(frame.ordinal, finished.bytes, frame.offset);
    const chunks: Buffer[] = [];
    for (let i = 0; i < frame.chunks; i++) {
      const chunk = Buffer.from(opened.payload.subarray(opened.offsets[i], opened.offsets[i + 1]));
      assert.deepEqual(idOf(chunk), finished.directory.subarray(frame.at + i * 36, frame.at + i * 36 + 32));
      chunks.push(chunk);
    }
    found.push(chunks);
  });
  return found;
}

const sample = [
  [Buffer.from("hello"), Buffer.from("world".repeat(1000))],
  [randomBytes(300_000)],
  [Buffer.alloc(1_000_000)],
];

test("what goes into a pack comes out of it", () => {
  assert.deepEqual(readAll(build(sample)), sample);
});

test("a pack that is reused for the next one does not bleed into it", () => {
  const writer = new pack.PackWriter({
    epoch: 1,
    data_key,
    kind: pack.PACK_DATA,
    level: 1,
    random: systemRandom,
    pack_bytes: 1 << 20,
  });
  for (let round = 0; round < 3; round++) {
    const chunk = Buffer.from(`round ${round}`.repeat(1 + (2 - round) * 5000));
    writer.addFrame(chunk, idOf(chunk), [chunk.length]);
    const finished = writer.finish() as pack.FinishedPack;
    pack.verifyPackBytes(finished.pack_id, finished.bytes);
    assert.deepEqual(readAll(finished), [[chunk]]);
    writer.reuse(finished);
  }
});

test("every flipped byte of a pack is found without a key", () => {
  const finished = build([[Buffer.from("a small one")]]);
  for (let at = 0; at < finished.bytes.length; at++) {
    const bytes = Buffer.from(finished.bytes);
    bytes[at] = (bytes[at] as number) ^ 1;
    assert.throws(() => pack.verifyPackBytes(finished.pack_id, bytes), /pack/, `byte ${at}`);
  }
});

test("a frame is bound to its pack, its place and its header", () => {
  const finished = build([[Buffer.from("one")], [Buffer.from("two")]]);
  const other = new pack.FrameOpener(keys, { ...finished, pack_id: randomBytes(32) });
  const own = new pack.FrameOpener(keys, finished);
  assert.throws(() => other.open(0, finished.bytes, pack.PACK_HEADER_BYTES), /authentication/);
  assert.throws(() => own.open(1, finished.bytes, pack.PACK_HEADER_BYTES), /carries the number 0/);
  const bytes = Buffer.from(finished.bytes);
  bytes.writeUInt16LE(2, pack.PACK_HEADER_BYTES + 2);
  assert.throws(() => own.open(0, bytes, pack.PACK_HEADER_BYTES), /authentication/);
});

test("zlib and the exported functions read each other's frames", (t) => {
  if (pack.zstd.name === "zlib") return t.skip("this Node does not export zstd");
  const input = Buffer.from("compress me ".repeat(10_000));
  for (const [from, to] of [
    [pack.zstd, pack.zlibZstd],
    [pack.zlibZstd, pack.zstd],
  ] as const) {
    const [packed, back] = [Buffer.alloc(pack.compressBound(input.length)), Buffer.alloc(input.length)];
    const length = from.compress(input, packed, 1);
    assert.equal(to.decompress(packed.subarray(0, length), back), input.length);
    assert.deepEqual(back, input);
    assert.throws(() => to.decompress(packed.subarray(0, length), Buffer.alloc(100)), /decompress/);
  }
});

test("OpenSSL's functions seal and open what node:crypto does, and refuse what it refuses", (t) => {
  const exported = exportedAead();
  if (exported === undefined) return t.skip("this Node does not export OpenSSL");
  assert.equal(agrees(exported, cryptoAead), true);
  assert.equal(agrees({ ...exported, open: () => true }, cryptoAead), false);
  assert.equal(aead.name, "exported");
});
