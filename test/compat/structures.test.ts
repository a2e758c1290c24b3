import assert from "node:assert/strict";
import { createHash, createHmac, hkdfSync, verify } from "node:crypto";
import test from "node:test";
import { zstdDecompressSync } from "node:zlib";
import { type Random, systemClock } from "../../src/base/index.ts";
import { createChunker, deriveGearTable } from "../../src/engine/chunk/index.ts";
import { decodeSegment, encodeSegment } from "../../src/engine/index/index.ts";
import { passphraseKeyManager } from "../../src/engine/keys/index.ts";
import {
  decodeManifest,
  EntryView,
  encodeContent,
  encodeManifest,
  signingKeyFromSeed,
  TreeWriter,
  verifyingKeyFromBytes,
} from "../../src/engine/manifest/index.ts";
import { derivePackKey, FrameOpener, PackWriter, packKey, readPackTail } from "../../src/engine/pack/index.ts";
import { ChunkHasher } from "../../src/engine/repository/index.ts";
import { MemoryStore } from "../../src/engine/store/index.ts";
import answers from "./known-answers.json" with { type: "json" };
import { hkdf, openGcm } from "./reader/bytes.ts";
import { noise } from "./source.ts";

/*
 * The engine against answers it had no part in: known-answers.py writes them, in another language and with another
 * cryptographic library, from docs/format.md.
 */
const known = Object.fromEntries(Object.entries(answers).map(([name, hex]) => [name, Buffer.from(hex, "hex")])) as {
  [name in keyof typeof answers]: Buffer;
};
const data_keys = new Map([[7, known.data_key]]);
const fixedRandom = (bytes: Buffer): Random => ({ bytes: () => Buffer.from(bytes) });
const public_part = {
  repository_id: "rpo_01m82gddby7dfn0zha7xx2t2zv",
  backup_id: "bkp_01m82gdefc3m9z5j5kab86fy4b",
  created_at_ms: 1795380656621,
  expires_at_ms: null,
  packs: [answers.pack_id],
};

test("§3: a key wrapped by a passphrase, in NFC", async () => {
  const slot = JSON.parse(known.slot.toString());
  const wrapped = { manager: "passphrase", key_id: slot.slot_id, key_version: 1, ciphertext: known.wrapped };
  const context = JSON.parse(known.context.toString());
  for (const passphrase of ["Z\u00fcrich", "Zu\u0308rich"]) {
    const data_key = await passphraseKeyManager({ passphrase, slot }).unwrap(wrapped, context);
    assert.deepEqual(Buffer.from(data_key), known.data_key);
  }
});

test("§4: chunk ids", () => {
  const hasher = new ChunkHasher(known.id_key);
  const ids = [hasher.id(Buffer.from("Hold")), hasher.id(Buffer.from("fast!"))];
  assert.deepEqual(Buffer.concat(ids), known.chunk_ids);
  assert.deepEqual(ids[0], createHmac("sha256", known.id_key).update("Hold").digest());
});

test("§4: the gear table, and where it cuts", () => {
  const gear = deriveGearTable(known.id_key);
  assert.equal(createHash("sha256").update(gear).digest("hex"), answers.gear_table_sha256);
  const params = { min_bytes: 2048, avg_bytes: 8192, max_bytes: 32_768, normalization: 2 } as const;
  const data = Buffer.concat([noise(600_000, "gear"), Buffer.alloc(100_000), noise(777, "end")]);
  const chunker = createChunker(params, gear, data.length);
  chunker.slab.set(data);
  const lengths = { engine: [] as number[], page: [] as number[] };
  for (let at = 0; at < data.length; at += lengths.engine.at(-1) as number) {
    lengths.engine.push(chunker.cut(at, data.length - at, true));
  }
  for (let at = 0; at < data.length; at += lengths.page.at(-1) as number) {
    let length = params.min_bytes - 32;
    for (let h = 0; ; ) {
      if (at + length === data.length || length === params.max_bytes) break;
      if (at + length > data.length) length = data.length - at;
      else h = Number((BigInt(h * 2) + BigInt(gear[data[at + length++] as number] as number)) & 0xffff_ffffn);
      const zero_bits = length < params.avg_bytes ? 13 + 2 : 13 - 2;
      if (length >= params.min_bytes && Math.clz32(h) >= zero_bits) break;
    }
    lengths.page.push(length);
  }
  assert.ok(lengths.engine.length > 50 && lengths.engine.includes(params.max_bytes));
  assert.deepEqual(lengths.engine, lengths.page);
});

test("§5: pack key, nonces, AAD, directory and trailer: the writer's bytes are the known ones", () => {
  const by_hand = Buffer.from(hkdfSync("sha256", known.data_key, known.pack_id, "holdfast/pack/v1", 32));
  assert.deepEqual(by_hand, known.pack_key);
  assert.deepEqual(derivePackKey(known.data_key, known.pack_id).export(), known.pack_key);
  const random = fixedRandom(known.pack_id);
  const options = { epoch: 7, data_key: known.data_key, kind: 1, level: 1, random, pack_bytes: 1 << 20 };
  const writer = new PackWriter(options);
  writer.addFrame(known.chunks, known.chunk_ids, [4, 5]);
  const pack = writer.finish();
  assert.deepEqual(Buffer.from(pack?.directory ?? []), known.directory);
  assert.equal(Buffer.from(pack?.bytes ?? []).toString("hex"), answers.pack);
});

test("§5: the known pack opens, by footer and by frame", async () => {
  const store = new MemoryStore({ clock: systemClock });
  await store.put(packKey(known.pack_id), known.pack, { if_absent: true });
  const tail = await readPackTail(store, data_keys, known.pack_id, known.pack.length);
  assert.deepEqual(tail.directory, known.directory);
  const frame = new FrameOpener(data_keys, tail.header).open(0, known.pack, 48);
  assert.deepEqual([...frame.offsets], [0, 4, 9]);
  assert.deepEqual(Buffer.from(frame.payload), known.chunks);
});

test("§6: index segments", () => {
  assert.deepEqual(decodeSegment(answers.segment_id, known.segment, data_keys), known.segment_raw);
  const pack = { pack_id: known.pack_id, kind: 1, epoch: 7, size_bytes: known.pack.length, directory: known.directory };
  const { bytes } = encodeSegment([pack], 7, known.data_key, fixedRandom(known.segment_id));
  assert.equal(bytes.toString("hex"), answers.segment);
});

test("§7: a tree page with the group and entry the page describes", () => {
  const pages: Buffer[] = [];
  const writer = new TreeWriter((page) => {
    pages.push(Buffer.from(page));
    return createHash("sha256").update(page).digest();
  });
  const entry = Buffer.concat([
    Buffer.from([0x4d, 0, 0, 0, 3, 0, 1, 0]), // length 77, symlink, no flags, name of 1 byte
    Buffer.alloc(64),
    Buffer.from("l\x00\x00\x00\x00", "latin1"), // name, then a target of 0 bytes
  ]);
  entry.writeInt32LE(77, 0);
  writer.addGroup(2, Buffer.from("a/b"), entry.subarray(0, 77));
  writer.finish();
  const group = Buffer.from([2, 0, 0, 0, 3, 0, 0, 0, 77, 0, 0, 0]);
  const page = Buffer.concat([Buffer.from("HFTP\x01\0\0\0", "latin1"), group, Buffer.from("a/b"), entry]);
  assert.deepEqual(pages, [page]);
  const view = new EntryView();
  view.move(page, 8 + 12 + 3);
  assert.deepEqual([view.type, view.name.toString(), view.linkTarget.length], [3, "l", 0]);
});

test("§8: extents and map pages", () => {
  const id = known.chunk_ids.subarray(0, 32);
  const extents = [
    { kind: 0, length: 4, id },
    { kind: 1, length: 2 ** 33 + 1 },
  ] as const;
  const by_hand = Buffer.concat([
    Buffer.from([2, 0, 0, 0, 0, 4, 0, 0, 0]),
    id,
    Buffer.from([1, 1, 0, 0, 0, 2, 0, 0, 0]),
  ]);
  const noPage = () => assert.fail("a short content needs no page");
  assert.deepEqual(encodeContent(extents, noPage), by_hand);
  let page = Buffer.alloc(0);
  const content = encodeContent(Array.from({ length: 100 }, () => extents).flat(), (bytes) => {
    page = Buffer.from(bytes);
    return id;
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(100n * (2n ** 33n + 5n));
  assert.deepEqual(content, Buffer.concat([Buffer.from([1, 0, 0, 0, 2]), length, id]));
  const repeated = Array.from({ length: 100 }, () => by_hand.subarray(4));
  assert.deepEqual(page, Buffer.concat([Buffer.from("HFMP\x01\0\0\0\xc8\0\0\0", "latin1"), ...repeated]));
});

test("§9: the known manifest opens", () => {
  const key = verifyingKeyFromBytes(known.signing_public_key);
  const opened = decodeManifest(public_part.backup_id, known.manifest, key, data_keys);
  assert.deepEqual(opened.public_part, public_part);
  assert.deepEqual(opened.private_part, JSON.parse(known.private.toString()));
  for (const at of [9, 60, known.manifest.length - 100, known.manifest.length - 1]) {
    const changed = Buffer.from(known.manifest);
    changed[at] = (changed[at] as number) ^ 1;
    assert.throws(() => decodeManifest(public_part.backup_id, changed, key, data_keys), { code: "MANIFEST_DAMAGED" });
  }
});

test("§9: a manifest of the engine's, taken apart by hand", () => {
  const private_part = JSON.parse(known.private.toString());
  const signing_key = signingKeyFromSeed(known.signing_seed);
  const keys = { epoch: 7, data_key: known.data_key, signing_key };
  const bytes = encodeManifest(public_part, private_part, keys, fixedRandom(known.manifest_salt));
  const [head, body, signature] = [bytes.subarray(0, 52), bytes.subarray(0, -64), bytes.subarray(-64)];
  const digest = createHash("sha256").update(body).digest();
  const message = Buffer.concat([Buffer.from("holdfast/manifest/v1"), Buffer.of(0), digest]);
  assert.ok(verify(null, message, verifyingKeyFromBytes(known.signing_public_key), signature));
  assert.equal(head.subarray(0, 12).toString("latin1"), "HFMF\x01\0\0\0\x07\0\0\0");
  assert.deepEqual(head.subarray(20), known.manifest_salt);
  const [public_bytes, private_bytes] = [head.readUInt32LE(12), head.readUInt32LE(16)];
  assert.equal(52 + public_bytes + private_bytes, body.length);
  assert.deepEqual(head.subarray(0, 16), known.manifest.subarray(0, 16));
  const open_part = body.subarray(0, 52 + public_bytes);
  assert.deepEqual(open_part.subarray(52), known.manifest.subarray(52, 52 + public_bytes));
  const key = hkdf(known.data_key, known.manifest_salt, "holdfast/manifest/v1");
  const sealed = openGcm(key, Buffer.alloc(12), open_part, body.subarray(open_part.length), "private part");
  assert.deepEqual(zstdDecompressSync(sealed), known.private);
});
