/**
 * What is fuzzed: each target feeds bytes to a parser of what lies on the store, from outside its seal or behind it.
 * A target may throw errors of the catalogues only.
 */
import { zstdCompressSync } from "node:zlib";
import { canonicalJson, systemClock as clock, systemRandom as random } from "../../../src/base/index.ts";
import { decodeSegment, encodeSegment, packsOfSegment, supersededSegments } from "../../../src/engine/index/index.ts";
import { createPassphraseSlot, type KeyManager, parsePassphraseSlot } from "../../../src/engine/keys/index.ts";
import {
  checkName,
  contentEnd,
  decodeExtents,
  EntryView,
  signingKeyFromSeed,
  TreeReader,
  walkContent,
} from "../../../src/engine/manifest/index.ts";
import {
  decodePackHeader,
  FrameOpener,
  PACK_DATA,
  PackWriter,
  packKey,
  readPackTail,
  readTrailer,
  verifyPackBytes,
} from "../../../src/engine/pack/index.ts";
import {
  createRepository,
  decodeJsonObject,
  openRepository,
  packsNow,
  readCommit,
  readLeases,
} from "../../../src/engine/repository/index.ts";
import { MemoryStore } from "../../../src/engine/store/index.ts";
import * as seal from "./seals.ts";
import * as tree from "./tree-samples.ts";

export interface Target {
  readonly name: string;
  readonly seeds: readonly Buffer[];
  /** Memory one run may ask for. */
  readonly bytes_max: number;
  run(bytes: Buffer): unknown;
}

const MIB = 1024 ** 2;
const BYTES_MAX = 16 * MIB;
const PAGES_MAX = 10_000;
const BACKUP_ID = "bkp_01arz3ndektsv4rrffq69g5fav";

/** Wraps nothing: what it is given is what a keyring or an epoch holds. */
const openKeys: KeyManager = {
  manager: "open",
  wrap: (key_id, plaintext) => Promise.resolve({ manager: "open", key_id, key_version: 1, ciphertext: plaintext }),
  unwrap: ({ ciphertext }) => Promise.resolve(Buffer.from(ciphertext)),
};

const store = new MemoryStore({ clock });
await createRepository({ store, keys: openKeys, cmk_key_id: "cmk_1", clock, random });
const open = (inside = store) =>
  openRepository({ store: inside, store_config: { kind: "fs", path: "/nowhere" }, keys: openKeys, clock, random });
const repository = await open();
const textOf = async (key: string) => (await store.get(key)).subarray(0, -66);
const keyring = Buffer.from(
  (JSON.parse((await textOf("keys/keyring/00000001")).toString()) as { ciphertext: string }).ciphertext,
  "base64",
);
const mac_key = keyring.subarray(64, 96);
const signing_key = signingKeyFromSeed(keyring.subarray(96, 128));
const data_key = repository.epoch_keys.get(1) as Uint8Array;

const json = (value: unknown) => Buffer.from(canonicalJson(value as object));
const ID = "ab".repeat(32);
const LEASE = json({
  writer_id: "wrt_1",
  operation: "backup",
  started_at_ms: 1,
  heartbeat_at_ms: 2,
  sweep_seen: 0,
  host: "h",
  pid: 1,
  process: { boot: "b", pid: 1, start: "1" },
});
const COMMIT = json({ state: "manifest", backup_id: BACKUP_ID });
const NOTE = json({ backup_id: BACKUP_ID, forgotten_at_ms: 1, recoverable_until_ms: 2, removed: false });
const SWEEP = json({
  seq: 1,
  condemned_packs: [ID],
  condemned_backups: [],
  marked: [BACKUP_ID],
  moves: { [ID]: ["cd".repeat(32)] },
  deleted: [],
});
const SLOT = json(createPassphraseSlot(random));
const PUBLIC = json({
  repository_id: repository.id,
  backup_id: BACKUP_ID,
  created_at_ms: 1,
  expires_at_ms: null,
  packs: [ID],
});
const PRIVATE = json({
  kind: "files",
  roots: ["L2V0Yw=="],
  tree: ID,
  started_at_ms: 1,
  finished_at_ms: 2,
  parent_backup_id: null,
  stats: {
    files: 1,
    directories: 1,
    others: 0,
    source_bytes: 1,
    unchanged_files: 0,
    new_chunks: 1,
    new_bytes: 1,
    stored_bytes: 1,
    problems: 0,
  },
  problems: [{ path: "/etc/x", code: "SOURCE_DENIED", message: "no" }],
  labels: { host: "h" },
  exclude: ["*.o"],
  one_file_system: false,
  writer: "fuzz",
});

/** The repository with one object put in place of another, opened and used. */
async function withObject(key: string, bytes: Buffer, use: (inside: MemoryStore) => Promise<unknown>): Promise<void> {
  const inside = new MemoryStore({ clock });
  for await (const found of store.list(""))
    if (found.key !== key) await inside.put(found.key, await store.get(found.key));
  await inside.put(key, bytes);
  await use(inside);
}

const openWith = (key: string) => (bytes: Buffer) => withObject(key, bytes, open);
const useWith = (key: string, use: (opened: Awaited<ReturnType<typeof open>>) => Promise<unknown>) => (bytes: Buffer) =>
  withObject(key, bytes, async (inside) => use(repository.replicaIn(inside)));

const writer = new PackWriter({ epoch: 1, data_key, kind: PACK_DATA, level: 1, pack_bytes: MIB, random });
const first_ids = random.bytes(64);
writer.addFrame(Buffer.alloc(3000, 5), first_ids, [1000, 2000]);
writer.addFrame(random.bytes(500), random.bytes(32), [500]);
const finished = writer.finish();
if (finished === undefined) throw new Error("no pack");
const sample = { ...finished, bytes: Buffer.from(finished.bytes) };
const pack_header = sample.bytes.subarray(0, 48);
const named = { ...sample, size_bytes: sample.bytes.length };
const opener = () => new FrameOpener(repository.epoch_keys, { kind: PACK_DATA, epoch: 1, pack_id: sample.pack_id });
const { segment_id, bytes: sample_segment } = encodeSegment(
  [named, named],
  1,
  data_key,
  random,
  [random.bytes(32)].map(Buffer.from),
);
const segment_name = segment_id.toString("hex");
const segment_raw = decodeSegment(segment_name, sample_segment, repository.epoch_keys);
const plain_head = Buffer.from(sample_segment.subarray(0, 48));
plain_head.writeUInt16LE(0, 6);

function useSegment(raw: Buffer): void {
  packsOfSegment(raw);
  supersededSegments(raw);
}

const FRAME_HEAD = Buffer.from([1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0]);
const FRAME_PLAIN = Buffer.from([2, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3, 4, 5]);
const ZSTD_HEAD = Buffer.from([1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0]);
const FOOTER_HEAD = Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

function footerOf(directory: Buffer): Buffer {
  const head = Buffer.from(FOOTER_HEAD);
  head.writeUInt32LE(directory.length, 12);
  return seal.pack(pack_header, seal.frame(head, directory, pack_header, data_key));
}

async function readTail(bytes: Buffer): Promise<void> {
  const inside = new MemoryStore({ clock });
  await inside.put(packKey(sample.pack_id), bytes);
  await readPackTail(inside, repository.epoch_keys, sample.pack_id, bytes.length);
}

function look(view: EntryView): void {
  void [view.type, view.flags, view.mode, view.uid, view.gid, view.nlink, view.size, view.mtime_s, view.mtime_ns];
  void [view.identity, view.raw, view.xattrs];
  if (view.type === 1) decodeExtents(view.content);
  if (view.type === 3) void view.linkTarget;
  if (view.type === 4 || view.type === 5) void view.device;
  checkName(view.name);
}

/** All pages but those whose id begins with 9 are the one given. */
async function walkTree(bytes: Buffer): Promise<void> {
  let pages = 0;
  const read = (id: Buffer) => {
    if (++pages > PAGES_MAX) throw new Error(`more than ${PAGES_MAX} pages were read`);
    return Promise.resolve(id[0] === 9 ? tree.LEAF : bytes);
  };
  const reader = new TreeReader(Buffer.alloc(32), read);
  const view = new EntryView();
  for await (const groups of reader.walk()) {
    for (const { entries } of groups) {
      for (let at = 0; at < entries.length; at = view.end) {
        view.move(entries, at);
        look(view);
      }
    }
  }
  await reader.directory(0, Buffer.from("a/b"));
  await reader.entries();
}

async function walkMap(bytes: Buffer): Promise<void> {
  let pages = 0;
  contentEnd(bytes, 0, bytes.length);
  decodeExtents(bytes);
  const page = Buffer.concat([tree.MAP_HEADER, bytes]);
  const read = () => {
    if (++pages > PAGES_MAX) throw new Error(`more than ${PAGES_MAX} pages were read`);
    return Promise.resolve(pages % 3 === 0 ? page : Buffer.concat([tree.MAP_HEADER, tree.CONTENT_FLAT]));
  };
  await walkContent(bytes, read, () => undefined);
}

const openManifest = (open_part: Buffer, private_part: Buffer) =>
  repository.openManifest(BACKUP_ID, seal.manifest(open_part, private_part, data_key, signing_key));

const target = (name: string, seeds: readonly Buffer[], run: Target["run"], bytes_max = BYTES_MAX): Target => ({
  name,
  seeds,
  run,
  bytes_max,
});

const COMMIT_KEY = "commits/wrt_1";
const segment_key = `index/${segment_name}`;
export const TARGETS: readonly Target[] = [
  target("json-object", [seal.jsonObject(LEASE)], (bytes) => decodeJsonObject("config", bytes)),
  target("config", [await textOf("config")], (text) => openWith("config")(seal.jsonObject(text))),
  target("config-mac", [await textOf("config")], (text) => openWith("config")(seal.macObject(text, mac_key))),
  target("keyring", [await textOf("keys/keyring/00000001")], (text) =>
    openWith("keys/keyring/00000001")(seal.jsonObject(text)),
  ),
  target("epoch", [await textOf("keys/epoch/00000001/00000001")], (text) =>
    openWith("keys/epoch/00000001/00000001")(seal.jsonObject(text)),
  ),
  target("slot", [SLOT], (text) => parsePassphraseSlot(decodeJsonObject("keys/slot", seal.jsonObject(text)))),
  target("lease", [LEASE], (text) =>
    withObject("leases/wrt_1", seal.jsonObject(text), (inside) => readLeases(inside, clock)),
  ),
  target("commit", [Buffer.concat([seal.jsonObject(COMMIT), PUBLIC])], (bytes) =>
    withObject(COMMIT_KEY, bytes, (inside) => readCommit(inside, "wrt_1")),
  ),
  target("commit-sealed", [COMMIT], (text) =>
    withObject(COMMIT_KEY, seal.jsonObject(text), (inside) => readCommit(inside, "wrt_1")),
  ),
  target("forgotten", [NOTE], (text) =>
    useWith(`forgotten/${BACKUP_ID}`, (opened) => opened.readForgotten())(seal.macObject(text, mac_key)),
  ),
  target("sweep-state", [SWEEP], (text) =>
    useWith("sweeps/00000001", async (opened) => packsNow([ID], BACKUP_ID, await opened.sweepState()))(
      seal.macObject(text, mac_key),
    ),
  ),
  target("segment", [sample_segment], (bytes) => useSegment(decodeSegment(segment_name, bytes, repository.epoch_keys))),
  target("segment-plain", [segment_raw], useSegment),
  // The raw size is authenticated before it is believed, and may be as large as the format allows.
  target(
    "segment-sealed",
    [
      Buffer.concat([plain_head, segment_raw]),
      Buffer.concat([sample_segment.subarray(0, 48), zstdCompressSync(segment_raw)]),
    ],
    (bytes) =>
      useSegment(
        decodeSegment(
          segment_name,
          seal.segment(bytes.subarray(0, 48), bytes.subarray(48), data_key),
          repository.epoch_keys,
        ),
      ),
    300 * MIB,
  ),
  target("index", [segment_raw], (plain) => {
    const head = Buffer.from(plain_head);
    head.writeUInt32LE(plain.length, 12);
    const sealed = seal.segment(head, plain, data_key);
    return useWith(segment_key, (opened) => opened.loadIndex({ new_chunks: 0, new_frames: 0, new_packs: 0 }))(sealed);
  }),
  target("pack", [sample.bytes], async (bytes) => {
    const parts = [
      () => decodePackHeader(bytes, sample.pack_id),
      () => opener().open(0, bytes, 48),
      () => readTrailer(bytes.subarray(-56), bytes.length),
      () => verifyPackBytes(sample.pack_id, bytes),
      () => readTail(bytes),
    ];
    const results = await Promise.allSettled(parts.map(async (part) => part()));
    for (const result of results) if (result.status === "rejected" && !isNamed(result.reason)) throw result.reason;
  }),
  target(
    "frame-sealed",
    [
      Buffer.concat([FRAME_HEAD, FRAME_PLAIN]),
      Buffer.concat([ZSTD_HEAD, FRAME_PLAIN.subarray(0, 8), zstdCompressSync(FRAME_PLAIN.subarray(8))]),
    ],
    (bytes) =>
      opener().open(
        0,
        Buffer.concat([
          pack_header,
          seal.frame(Buffer.concat([bytes, FRAME_HEAD]).subarray(0, 16), bytes.subarray(16), pack_header, data_key),
        ]),
        48,
      ),
    100 * MIB,
  ),
  target("directory-sealed", [sample.directory], (bytes) => readTail(footerOf(bytes))),
  target("tree", tree.PAGES, walkTree),
  target("content", [tree.CONTENT, tree.CONTENT_FLAT], walkMap),
  target("manifest", [seal.manifest(PUBLIC, zstdCompressSync(PRIVATE), data_key, signing_key)], (bytes) =>
    repository.openManifest(BACKUP_ID, bytes),
  ),
  target("manifest-public", [PUBLIC], (text) => openManifest(text, zstdCompressSync(PRIVATE)), 100 * MIB),
  target("manifest-private", [PRIVATE], (text) => openManifest(PUBLIC, zstdCompressSync(text)), 100 * MIB),
  target("manifest-packed", [zstdCompressSync(PRIVATE)], (packed) => openManifest(PUBLIC, packed), 100 * MIB),
];

/** An error of a catalogue, not a defect that was wrapped in one. */
export function isNamed(error: unknown): boolean {
  return error instanceof Error && error.name === "HoldfastError" && (error as { code?: unknown }).code !== "INTERNAL";
}
