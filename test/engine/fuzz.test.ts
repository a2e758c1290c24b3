/** Whatever bytes a store hands out: decoders answer with an error that has a code, in little time and memory. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import fc from "fast-check";
import { canonicalJson, HoldfastError, systemRandom } from "../../src/base/index.ts";
import { decodeSegment, encodeSegment, walkSegment } from "../../src/engine/index/index.ts";
import {
  checkName,
  contentEnd,
  decodeExtents,
  decodeManifest,
  EntryView,
  encodeManifest,
  publicKeyBytes,
  signingKeyFromSeed,
  TreeReader,
  verifyingKeyFromBytes,
  walkContent,
} from "../../src/engine/manifest/index.ts";
import {
  decodeFrameHeader,
  decodePackHeader,
  FrameOpener,
  PACK_DATA,
  PackWriter,
  readTrailer,
  verifyPackBytes,
  walkDirectory,
} from "../../src/engine/pack/index.ts";
import { decodeJsonObject } from "../../src/engine/repository/index.ts";
import { entry } from "./fuzz/tree-samples.ts";

const RUNS = { numRuns: 1500, interruptAfterTimeLimit: 3000 };
const data_key = Buffer.alloc(32, 7);
const keys = new Map([[1, data_key]]);

function refuses(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    assert.ok(
      error instanceof HoldfastError && error.code !== "INTERNAL",
      `not an error of the catalogue: ${(error as Error).stack}`,
    );
  }
}

/** Valid bytes with a few changed, cut or repeated; or just any bytes. */
function mutated(valid: Buffer): fc.Arbitrary<Buffer> {
  const edit = fc.record({
    at: fc.nat(Math.max(0, valid.length - 1)),
    value: fc.constantFrom(0, 1, 2, 3, 46, 47, 127, 128, 254, 255),
  });
  const changed = fc
    .tuple(fc.array(edit, { minLength: 1, maxLength: 6 }), fc.option(fc.nat(valid.length)))
    .map(([edits, end]) => {
      const bytes = Buffer.from(valid);
      for (const { at, value } of edits) bytes[at] = value;
      return end === null ? bytes : bytes.subarray(0, end);
    });
  return fc.oneof(
    { weight: 4, arbitrary: changed },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b)) },
  );
}

function samplePack() {
  const writer = new PackWriter({
    epoch: 1,
    data_key,
    kind: PACK_DATA,
    level: 1,
    pack_bytes: 2 ** 20,
    random: systemRandom,
  });
  writer.addFrame(Buffer.alloc(3000, 5), systemRandom.bytes(64), [1000, 2000]);
  writer.addFrame(systemRandom.bytes(500), systemRandom.bytes(32), [500]);
  const pack = writer.finish();
  assert.ok(pack !== undefined);
  return { ...pack, bytes: Buffer.from(pack.bytes) };
}

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const CONTENT = Buffer.concat([
  u32(3),
  Buffer.of(0),
  u32(100),
  Buffer.alloc(32, 1),
  Buffer.from([1, 50, 0, 0, 0, 0, 0, 0, 0]),
  Buffer.from([2, 9, 0, 0, 0, 0, 0, 0, 0]),
  Buffer.alloc(32, 2),
]);
const XATTRS = Buffer.concat([u32(1), Buffer.from([4, 0]), Buffer.from("user"), u32(3), Buffer.from("abc")]);
const ENTRIES = Buffer.concat([
  entry(2, ".", Buffer.alloc(0)),
  entry(1, "file", Buffer.concat([CONTENT, XATTRS]), 1, 159),
  entry(3, "link", Buffer.concat([u32(3), Buffer.from("abc")])),
  entry(4, "dev", Buffer.alloc(8)),
  entry(6, "fifo", Buffer.alloc(0)),
]);
function leaf(entries: Buffer, path = "a/b"): Buffer {
  const group = Buffer.alloc(12);
  group.writeUInt32LE(path.length, 4);
  group.writeUInt32LE(entries.length, 8);
  return Buffer.concat([Buffer.from("HFTP\x01\0\0\0", "latin1"), group, Buffer.from(path), entries]);
}
function inner(level: number, id: Buffer): Buffer {
  const item = Buffer.alloc(48);
  id.copy(item, 0);
  return Buffer.concat([Buffer.from([72, 70, 84, 80, 1, level, 0, 0]), item, item]);
}

function look(view: EntryView): void {
  void [
    view.type,
    view.flags,
    view.name,
    view.mode,
    view.uid,
    view.gid,
    view.nlink,
    view.size,
    view.mtime_s,
    view.mtime_ns,
    view.identity,
    view.raw,
  ];
  if (view.type === 1) decodeExtents(view.content);
  if (view.type === 3) void view.linkTarget;
  if (view.type === 4 || view.type === 5) void view.device;
  void view.xattrs;
  checkName(view.name);
}

test("packs: header, frame header, frame, directory, trailer", () => {
  const pack = samplePack();
  const opener = new FrameOpener(keys, { kind: pack.kind, epoch: pack.epoch, pack_id: pack.pack_id });
  fc.assert(
    fc.property(mutated(pack.bytes), (bytes) => {
      refuses(() => decodePackHeader(bytes, pack.pack_id));
      for (const at of [0, 48, bytes.length - 16]) refuses(() => at >= 0 && decodeFrameHeader(bytes, at));
      for (const ordinal of [0, 1, 2]) refuses(() => opener.open(ordinal, bytes, 48));
      refuses(() => readTrailer(bytes.subarray(-56), bytes.length));
      refuses(() => verifyPackBytes(pack.pack_id, bytes));
    }),
    RUNS,
  );
  fc.assert(
    fc.property(mutated(pack.directory), (bytes) => refuses(() => walkDirectory(bytes, 0, () => undefined))),
    RUNS,
  );
});

test("index segments, sealed and opened", () => {
  const pack = samplePack();
  const { segment_id, bytes } = encodeSegment([{ ...pack, size_bytes: pack.bytes.length }], 1, data_key, systemRandom);
  const id = segment_id.toString("hex");
  const raw = decodeSegment(id, bytes, keys);
  fc.assert(
    fc.property(mutated(bytes), (changed) => refuses(() => decodeSegment(id, changed, keys))),
    RUNS,
  );
  fc.assert(
    fc.property(mutated(raw), (changed) => refuses(() => walkSegment(changed, () => () => undefined))),
    RUNS,
  );
});

test("entries and contents", () => {
  const view = new EntryView();
  fc.assert(
    fc.property(mutated(ENTRIES), (bytes) =>
      refuses(() => {
        for (let at = 0; at < bytes.length; at = view.end) {
          view.move(bytes, at);
          look(view);
        }
      }),
    ),
    RUNS,
  );
  fc.assert(
    fc.property(mutated(CONTENT), (bytes) => refuses(() => [contentEnd(bytes, 0, bytes.length), decodeExtents(bytes)])),
    RUNS,
  );
});

test("tree and map pages, also ones that lead to themselves", async () => {
  const pages = [
    leaf(ENTRIES),
    inner(1, Buffer.alloc(32, 9)),
    inner(2, Buffer.alloc(32, 9)),
    leaf(ENTRIES, "../up"),
    leaf(ENTRIES, "/abs"),
    leaf(ENTRIES, "a//b"),
  ];
  for (const page of pages) {
    await fc.assert(
      fc.asyncProperty(mutated(page), async (bytes) => {
        let reads = 0;
        const read = (id: Buffer) => {
          reads++;
          return Promise.resolve(id[0] === 9 ? leaf(ENTRIES) : bytes);
        };
        const reader = new TreeReader(Buffer.alloc(32), read);
        for (const run of [
          async () => {
            for await (const _ of reader.walk()) void _;
          },
          () => reader.directory(0, Buffer.from("a/b")),
          () => reader.entries(),
        ]) {
          try {
            await run();
          } catch (error) {
            assert.ok(error instanceof HoldfastError && error.code !== "INTERNAL", String((error as Error).stack));
          }
        }
        assert.ok(reads < 10_000, `${reads} pages were read`);
      }),
      { numRuns: 300, interruptAfterTimeLimit: 1500 },
    );
  }
  for (const path of ["../up", "/abs", "a//b", "a/./b", "a/..", "..", ".", "a\0b"]) {
    const reader = new TreeReader(Buffer.alloc(32), () => Promise.resolve(leaf(ENTRIES, path)));
    await assert.rejects(
      async () => {
        for await (const _ of reader.walk()) void _;
      },
      { code: "TREE_DAMAGED" },
      path,
    );
  }
  for (const name of ["..", "a/b", "/", "a\0"])
    assert.throws(() => checkName(Buffer.from(name)), { code: "TREE_DAMAGED" }, name);
  // A map page that names itself: nesting is bounded, and so is the work.
  let reads = 0;
  const self = Buffer.concat([
    Buffer.from("HFMP\x01\0\0\0", "latin1"),
    u32(1),
    Buffer.from([2, 9, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.alloc(32, 2),
  ]);
  await assert.rejects(
    walkContent(
      self.subarray(8),
      () => {
        reads++;
        return Promise.resolve(self);
      },
      () => undefined,
    ),
    { code: "TREE_DAMAGED" },
  );
  assert.ok(reads <= 10);
});

test("manifests and JSON objects", () => {
  const signing_key = signingKeyFromSeed(Buffer.alloc(32, 3));
  const verifying_key = verifyingKeyFromBytes(publicKeyBytes(signing_key));
  const stats = {
    files: 0,
    directories: 0,
    others: 0,
    source_bytes: 0,
    unchanged_files: 0,
    new_chunks: 0,
    new_bytes: 0,
    stored_bytes: 0,
    problems: 0,
  };
  const bytes = encodeManifest(
    { repository_id: "rpo_1", backup_id: "bkp_1", created_at_ms: 1, expires_at_ms: null, packs: [] },
    {
      kind: "files",
      roots: [],
      started_at_ms: 1,
      finished_at_ms: 2,
      parent_backup_id: null,
      stats,
      problems: [],
      labels: {},
      writer: "test",
    },
    { epoch: 1, data_key, signing_key },
    systemRandom,
  );
  fc.assert(
    fc.property(mutated(bytes), (changed) => refuses(() => decodeManifest("bkp_1", changed, verifying_key, keys))),
    { ...RUNS, numRuns: 500 },
  );
  const object = (text: string) => Buffer.from(`${text}\n${createHash("sha256").update(text).digest("hex")}\n`);
  fc.assert(
    fc.property(mutated(object(canonicalJson({ format: "x", version: 1 }))), (changed) =>
      refuses(() => decodeJsonObject("config", changed)),
    ),
    RUNS,
  );
  // With a checksum that holds, so that the text itself is what is wrong.
  for (const text of ["{", "[]", "null", "1", "", '{"a":', "\ud800"])
    assert.throws(() => decodeJsonObject("config", object(text)), { code: "REPOSITORY_DAMAGED" }, text);
});
