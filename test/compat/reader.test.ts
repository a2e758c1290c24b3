import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { zstdCompressSync } from "node:zlib";
import { backUp, makeRepository, withRepository } from "./engine.ts";
import { FormatError } from "./reader/bytes.ts";
import { openKeys } from "./reader/keys.ts";
import { readManifest } from "./reader/manifest.ts";
import { indexFromPacks, indexFromSegments } from "./reader/packs.ts";
import { openRepository } from "./reader/reader.ts";
import { addXattrs, describeBackup, describeSource, MARKER, makeSource, type Described, XATTRS } from "./source.ts";

const PASSPHRASE = "Zürich bei Nacht";
const root = fs.mkdtempSync(join(tmpdir(), "holdfast-compat-"));
const [source, single, repo] = [join(root, "source"), join(root, "single file"), join(root, "repo")];
let expected: Described[];
let backup_ids: string[];

before(async () => {
  fs.mkdirSync(source);
  makeSource(source);
  const has_xattrs = addXattrs(source);
  fs.writeFileSync(join(source, "random"), randomBytes(3_000_000));
  // 20 MB of random bytes with holes around them, across two multiples of 32 MiB.
  const large = fs.openSync(join(source, "large"), "w");
  for (const [at, length] of [
    [1_000_000, 2_000_000],
    [26_000_000, 16_000_000],
    [66_000_000, 2_000_000],
  ] as const) {
    fs.writeSync(large, randomBytes(length), 0, length, at);
  }
  fs.ftruncateSync(large, 73_400_321);
  fs.closeSync(large);
  fs.writeFileSync(single, MARKER.repeat(3));
  expected = describeSource(source, single);
  for (const record of expected) if (has_xattrs && record.path.endsWith("/text")) record.xattrs = XATTRS;
  await makeRepository(repo, PASSPHRASE);
  backup_ids = await withRepository(repo, PASSPHRASE, async (repository) => {
    const labels = { workload: `wkl ${MARKER}`, "host\u{1f600}": "ä" };
    const first = await backUp(repository, [source, single], labels);
    const second = await backUp(repository, [source, single], labels);
    assert.deepEqual([first.problems, second.problems], [[], []]);
    return [first.backup_id, second.backup_id];
  });
});
after(() => fs.rmSync(root, { recursive: true, force: true }));

const opened = new Map<string, ReturnType<typeof openRepository>>();

/** The repository through the independent reader; the passphrase is stretched once for each kind of index. */
function reader(index: "segments" | "packs" = "segments"): ReturnType<typeof openRepository> {
  const repository = opened.get(index) ?? openRepository(repo, PASSPHRASE, { index });
  opened.set(index, repository);
  return repository;
}

const objects = () =>
  fs
    .readdirSync(repo, { recursive: true, encoding: "utf8" })
    .filter((name) => !name.startsWith(".") && fs.statSync(join(repo, name)).isFile());

test("the reader shares no code with the engine", () => {
  const folder = join(import.meta.dirname, "reader");
  for (const name of fs.readdirSync(folder)) {
    const text = fs.readFileSync(join(folder, name), "utf8");
    const imports = [...text.matchAll(/(?:from |import |import\()"([^"]+)"/g)].map(
      ([, specifier]) => specifier as string,
    );
    for (const specifier of imports)
      assert.match(specifier, /^(node:[a-z:]+|\.\/[a-z]+\.ts)$/, `${name}: ${specifier}`);
  }
});

for (const index of ["segments", "packs"] as const) {
  test(`everything reads back, index from ${index}`, () => {
    const repository = reader(index);
    assert.deepEqual(repository.backup_ids, backup_ids);
    for (const id of backup_ids) assert.deepEqual(describeBackup(repository.open(id)), expected);
  });
}

test("segments and footers tell the same index", () => {
  const [a, b] = (["segments", "packs"] as const).map((index) => reader(index).index);
  const sorted = (index: typeof a) => [...(index ?? [])].sort(([x], [y]) => (x < y ? -1 : 1));
  assert.ok((a?.size ?? 0) > 80);
  assert.deepEqual(sorted(a), sorted(b));
});

test("the manifest says what the format says it says", () => {
  const repository = reader();
  const [first, second] = backup_ids.map((id) => repository.open(id).manifest);
  const public_fields = ["backup_id", "created_at_ms", "expires_at_ms", "packs", "repository_id"];
  assert.deepEqual(Object.keys(first?.public ?? {}), public_fields);
  assert.equal(first?.private["parent_backup_id"], null);
  assert.equal(second?.private["parent_backup_id"], backup_ids[0]);
  assert.deepEqual(first?.private["labels"], { workload: `wkl ${MARKER}`, "host\u{1f600}": "ä" });
  const files = expected.filter(({ type }) => type === "file").length;
  const stats = second?.private["stats"] as Record<string, number>;
  assert.equal(stats["files"], files);
  // How many depends on how long before the first backup they were written: changes of the last seconds are read again.
  const unchanged = stats["unchanged_files"] as number;
  assert.ok(Number.isInteger(unchanged) && unchanged >= 0 && unchanged <= files);
});

test("hard links carry the same inode, and holes are not stored", () => {
  const entries = [
    ...openRepository(repo, PASSPHRASE)
      .open(backup_ids[0] as string)
      .entries(),
  ];
  const named = (end: string) => entries.find(({ path }) => path.toString().endsWith(end));
  const [a, b] = [named("source/tiny"), named("/hard link to tiny")];
  assert.deepEqual([a?.nlink, a?.inode, a?.device], [2, b?.inode, b?.device]);
  assert.equal(a?.inode, fs.lstatSync(join(source, "tiny")).ino);
  const stored = objects().reduce((sum, name) => sum + fs.statSync(join(repo, name)).size, 0);
  assert.ok(stored < 24_500_000, `${stored} bytes are stored`);
});

test("no content, name, link target or label stands in any object in the clear", () => {
  const names = ["näme", "hard link to", "empty file number", "holdfast.value", "sorts by component", root, source];
  for (const object of objects()) {
    const bytes = fs.readFileSync(join(repo, object));
    for (const text of [MARKER, ...names]) {
      const spellings = [
        Buffer.from(text),
        Buffer.from(text, "utf16le"),
        Buffer.from(Buffer.from(text).toString("hex")),
      ];
      for (const spelling of spellings) assert.ok(!bytes.includes(spelling), `${object} holds ${text}`);
    }
    if (!object.startsWith("packs/") && !object.startsWith("index/")) continue;
    const sealed = bytes.subarray(48);
    assert.ok(zstdCompressSync(sealed).length > sealed.length * 0.99, `${object} can be compressed: it is not sealed`);
  }
});

test("the command lists and extracts", () => {
  const command = [fileURLToPath(new URL("./reader/main.ts", import.meta.url)), repo];
  const env = { ...process.env, BAAS_REPO_PASSWORD: PASSPHRASE };
  const list = execFileSync(process.execPath, [...command, "list"], { env, encoding: "utf8", maxBuffer: 1e8 });
  assert.equal(list.trimEnd().split("\n").length, expected.length);
  assert.ok(list.includes(`${source}/not\\xff\\xfe\\x0a8\n`));
  const path = join(source, "random");
  const bytes = execFileSync(process.execPath, [...command, "cat", path, "--packs"], { env, maxBuffer: 1e8 });
  assert.ok(bytes.equals(fs.readFileSync(path)));
  const wrong = spawnSync(process.execPath, [...command, "list"], { env: { ...env, BAAS_REPO_PASSWORD: "no" } });
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr.toString(), /the passphrase is wrong/);
});

test("one changed byte in any object is found", () => {
  const copy = join(root, "damaged");
  fs.cpSync(repo, copy, { recursive: true });
  const known = reader().keys;
  const read = (object: string) => {
    const keys = /^(config|keys)/.test(object) ? openKeys(copy, PASSPHRASE) : known;
    if (object.startsWith("index/")) indexFromSegments(copy, keys);
    if (object.startsWith("packs/")) indexFromPacks(copy, keys);
    for (const id of backup_ids) readManifest(copy, keys, id);
  };
  for (const object of objects()) {
    const bytes = fs.readFileSync(join(copy, object));
    const at = createHash("sha256").update(object).digest().readUInt32LE() % bytes.length;
    bytes[at] = (bytes[at] as number) ^ 0x10;
    read(object);
    fs.writeFileSync(join(copy, object), bytes);
    assert.throws(() => read(object), FormatError, `byte ${at} of ${object} was changed, and nobody noticed`);
    fs.copyFileSync(join(repo, object), join(copy, object));
  }
});
