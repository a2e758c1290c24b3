import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { newId } from "../../src/base/index.ts";
import { runStreamBackup } from "../../src/engine/backup/index.ts";
import type { ImagePart, StreamEntry, StreamContext, StreamSource } from "../../src/engine/source/stream/index.ts";
import { clock, openAt, random, World } from "./world.ts";

const ROOT = "/test/thing";

function sourceOf(
  entries: (context: StreamContext) => AsyncIterable<StreamEntry>,
  details: Record<string, unknown> = {},
): StreamSource {
  return { kind: "test", root: ROOT, entries, details: async () => details };
}

async function backup(world: World, source: StreamSource, parent?: string | null) {
  await using opened = await openAt(world.repo);
  return await runStreamBackup({
    repository: opened.repository,
    backup_id: newId("bkp", clock, random),
    labels: {},
    clock,
    threads: 2,
    kind: source.kind,
    root: source.root,
    open: async () => source,
    ...(parent === undefined ? {} : { parent_backup_id: parent }),
  });
}

const sha = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("a stream of entries in any order comes back as the tree it describes", async () => {
  using world = await World.create();
  const big = randomBytes(21 * 1024 * 1024 + 17);
  const small = Array.from({ length: 3000 }, (_, i) => randomBytes(i % 700));
  const source = sourceOf(
    async function* () {
      for (const [i, bytes] of small.entries()) {
        yield { type: "file", path: `d${i % 13}/deep/f${i}`, content: { kind: "bytes", bytes: [bytes] } };
      }
      async function* pieces() {
        for (let at = 0; at < big.length; at += 100_003) yield big.subarray(at, at + 100_003);
      }
      yield {
        type: "file",
        path: "base/1/2601",
        content: { kind: "bytes", bytes: pieces() },
        attributes: { mode: 0o600, mtime_ms: 1_700_000_000_123.5 },
      };
      yield { type: "symlink", path: "pg_tblspc/1", target: "/elsewhere" };
      yield { type: "directory", path: "base", attributes: { mode: 0o700 } };
      yield { type: "directory", path: "empty" };
    },
    { stop_lsn: "0/3000028" },
  );
  const report = await backup(world, source);
  assert.equal(report.stats.files, 3001);
  assert.equal(report.stats.source_bytes, big.length + small.reduce((sum, each) => sum + each.length, 0));
  const { target } = await world.restore(report.backup_id);
  assert.equal(sha(readFileSync(join(target, "base/1/2601"))), sha(big));
  for (const [i, bytes] of small.entries())
    assert.ok(readFileSync(join(target, `d${i % 13}/deep/f${i}`)).equals(bytes), `file ${i}`);
  assert.equal(readlinkSync(join(target, "pg_tblspc/1")), "/elsewhere");
  assert.equal(statSync(join(target, "base")).mode & 0o7777, 0o700);
  assert.equal(statSync(join(target, "base/1/2601")).mode & 0o7777, 0o600);
  assert.equal(lstatSync(join(target, "base/1/2601"), { bigint: true }).mtimeNs, 1_700_000_000_123_500_000n);
  assert.ok(statSync(join(target, "empty")).isDirectory());
  await using opened = await openAt(world.repo);
  const manifest = await opened.repository.readManifest(report.backup_id);
  assert.deepEqual([manifest.kind, manifest.details], ["test", { stop_lsn: "0/3000028" }]);
  const again = await backup(world, source);
  assert.equal(again.parent_backup_id, report.backup_id);
  assert.ok(again.stats.new_bytes < 1_000_000, `stored ${again.stats.new_bytes} bytes of what it had`);
});

const BLOCK = 128 * 1024;

test("an image's unchanged stretches are taken over from the parent, and zeros are holes", async () => {
  using world = await World.create();
  const image = Buffer.concat([randomBytes(40 * BLOCK), Buffer.alloc(30 * BLOCK), randomBytes(50 * BLOCK + 999)]);
  const parts = (list: readonly ImagePart[]) =>
    sourceOf(async function* () {
      yield { type: "file", path: "disk.raw", content: { kind: "image", parts: list } };
    });
  const first = await backup(world, parts([{ kind: "data", bytes: image }]));
  const changed = Buffer.from(image);
  randomBytes(3 * BLOCK).copy(changed, 7 * BLOCK);
  changed.fill(0, 60 * BLOCK, 65 * BLOCK);
  randomBytes(BLOCK).copy(changed, 71 * BLOCK);
  const second = await backup(
    world,
    parts([
      { kind: "unchanged", length: 7 * BLOCK },
      { kind: "data", bytes: changed.subarray(7 * BLOCK, 10 * BLOCK) },
      { kind: "unchanged", length: 40 * BLOCK },
      { kind: "hole", length: 15 * BLOCK },
      { kind: "unchanged", length: 6 * BLOCK },
      { kind: "data", bytes: changed.subarray(71 * BLOCK, 72 * BLOCK) },
      { kind: "unchanged", length: image.length - 72 * BLOCK },
    ]),
  );
  assert.equal(second.stats.source_bytes, image.length);
  assert.ok(second.stats.new_bytes < 4.2 * BLOCK, `${second.stats.new_bytes}`);
  for (const [id, expected] of [
    [first.backup_id, image],
    [second.backup_id, changed],
  ] as const) {
    const { target } = await world.restore(id);
    const file = join(target, "disk.raw");
    assert.equal(sha(readFileSync(file)), sha(expected));
    assert.ok(statSync(file).blocks * 512 < image.length - 20 * BLOCK, "holes stay holes");
  }
});

test("what an unchanged stretch needs and nobody holds any more is read again", async () => {
  using world = await World.create();
  const image = randomBytes(10 * BLOCK);
  let asked = 0;
  const source = sourceOf(async function* ({ parent }) {
    asked++;
    const content =
      parent === null
        ? ({ kind: "image", parts: [{ kind: "data", bytes: image }] } as const)
        : ({ kind: "image", parts: [{ kind: "unchanged", length: 11 * BLOCK }] } as const);
    yield { type: "file", path: "disk.raw", content };
  });
  await backup(world, source);
  const second = await backup(world, source);
  assert.equal(asked, 3, "the second backup tried with its parent, then without");
  const { target } = await world.restore(second.backup_id);
  assert.equal(sha(readFileSync(join(target, "disk.raw"))), sha(image));
});

test("a path that leads out of the tree is refused, and nothing is acknowledged", async () => {
  using world = await World.create();
  for (const path of ["../x", "/x", "a//b", "a/./b", ""]) {
    const source = sourceOf(async function* () {
      yield { type: "file", path, content: { kind: "bytes", bytes: [Buffer.from("x")] } };
    });
    await assert.rejects(backup(world, source), { code: "STREAM_ENTRY_INVALID" });
  }
  await using opened = await openAt(world.repo);
  assert.deepEqual(await opened.repository.listBackupIds(), []);
});
