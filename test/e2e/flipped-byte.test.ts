/**
 * One byte of a stored object changes, anywhere: `baas verify` names it, and restores lose what it held and no more.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import test from "node:test";
import { systemRandom as random } from "../../src/base/index.ts";
import { type Answer, assertSameTree, HOME, Installation, PEER } from "./installation.ts";

const LARGE_BYTES = 64 * 1024;

interface Finding {
  readonly object: string;
  readonly code: string;
  readonly message: string;
  readonly backup_ids: readonly string[];
  readonly paths: readonly string[];
}

class Damaged extends Installation {
  readonly source = this.path("source");
  #restores = 0;
  first = "";
  second = "";
  /** Packs of the first backup, in both regions under the same keys. */
  first_packs: readonly string[] = [];

  /** Two backups of one tree, the second after a change to one file, and their copies. */
  async setUp(): Promise<void> {
    mkdirSync(join(this.source, "folder"), { recursive: true });
    for (let i = 0; i < 12; i++) writeFileSync(join(this.source, "folder", `file-${i}`), random.bytes(500_000));
    writeFileSync(join(this.source, "small"), "a few words\n");
    await this.start();
    const yaml = `name: two\nschedule: { cron: "0 23 28 12 * UTC" }\nretention: { daily: 3 }\ncopy: { cross_region: ${PEER} }\n`;
    writeFileSync(this.path("policy.yaml"), yaml);
    await this.ok("policy", "create", "-f", this.path("policy.yaml"));
    const tag = "backup-policy=two";
    await this.ok("workload", "add", "web-1", "--project", "default", "--path", this.source, "--tag", tag);
    this.first = (await this.ok("backup", "run", "--workload", "web-1")).id;
    await this.settled();
    this.first_packs = this.objects(HOME, "packs");
    writeFileSync(join(this.source, "small"), "other words\n");
    this.second = (await this.ok("backup", "run", "--workload", "web-1")).id;
    await this.settled();
    assert.deepEqual(this.objects(PEER, "packs"), this.objects(HOME, "packs"));
  }

  /** Runs `work` while the object is changed, and puts back what was there. */
  async whileDamaged(region: string, key: string, change: (path: string) => void, work: () => Promise<void>) {
    const path = join(this.repository(region), key);
    const kept = readFileSync(path);
    renameSync(path, `${this.path("kept")}`);
    writeFileSync(path, kept, { mode: 0o600 });
    change(path);
    try {
      await work();
    } finally {
      rmSync(path, { force: true });
      renameSync(this.path("kept"), path);
    }
  }

  /** The verdict of `baas verify`, which must not be valid, and what it says of the object. */
  async foundIn(region: string, backup_id: string, key: string, where: string): Promise<Finding> {
    const { code, json, text } = await this.baas("verify", "--backup-id", backup_id, "--region", region);
    assert.equal(code, 1, `${where}: ${text}`);
    assert.ok(["PARTIAL", "INVALID"].includes(json.verdict), `${where}: ${json.verdict}`);
    const finding = (json.findings as Finding[]).find((each) => each.object === key);
    assert.ok(finding !== undefined, `${where}: not named in ${JSON.stringify(json.findings)}`);
    assert.ok(finding.message !== "" && finding.code !== "INTERNAL", `${where}: ${finding.code} ${finding.message}`);
    return finding;
  }

  async valid(region: string, backup_id: string): Promise<void> {
    const found = await this.ok("verify", "--backup-id", backup_id, "--region", region);
    assert.equal(found.verdict, "VALID");
  }

  async restore(
    region: string | undefined,
    backup_id: string,
    ...more: string[]
  ): Promise<Answer & { target: string }> {
    const target = this.path(`restored-${++this.#restores}`);
    const from = region === undefined ? [] : ["--from-region", region];
    const answer = await this.baas("restore", "--backup-id", backup_id, "--target", target, ...from, ...more);
    return { ...answer, target };
  }

  /** Names below the source whose restored file is missing or not the same. */
  lost(target: string): string[] {
    const names = ["small", ...Array.from({ length: 12 }, (_, i) => `folder/file-${i}`)];
    return names.filter((name) => {
      const path = join(target, name);
      return !existsSync(path) || !readFileSync(path).equals(readFileSync(join(this.source, name)));
    });
  }

  /** The backup that needs this object, when one alone is asked. */
  owner(key: string): string {
    if (key.startsWith("manifests/")) return key.slice("manifests/".length);
    return this.first_packs.includes(key) ? this.first : this.second;
  }
}

function flip(position: number) {
  return (path: string): void => {
    const bytes = readFileSync(path);
    bytes[position] = (bytes[position] ?? 0) ^ 0x01;
    writeFileSync(path, bytes);
  };
}

/** The first byte, the last and one between; more in what is large. */
function positionsIn(size_bytes: number): number[] {
  const between = size_bytes > LARGE_BYTES ? [0.2, 0.5, 0.8] : [0.5];
  return [0, ...between.map((share) => Math.floor(size_bytes * share)), size_bytes - 1];
}

test("a flipped byte in any object is found and named, with the backups it hurts", { timeout: 145_000 }, async (t) => {
  const it = new Damaged(t, "flip");
  await it.setUp();
  let flips = 0;
  for (const key of it.objects(HOME)) {
    const size_bytes = readFileSync(join(it.repository(HOME), key)).length;
    for (const position of positionsIn(size_bytes)) {
      const where = `${HOME} ${key} byte ${position} of ${size_bytes}`;
      await it.whileDamaged(HOME, key, flip(position), async () => {
        flips++;
        const { backup_ids } = await it.foundIn(HOME, it.owner(key), key, where);
        if (key === "config" || key.startsWith("keys/")) assert.deepEqual(backup_ids, [it.first, it.second], where);
        else if (!key.startsWith("index/")) assert.ok(backup_ids.includes(it.owner(key)), `${where}: ${backup_ids}`);
      });
    }
  }
  t.diagnostic(`${flips} flips in ${it.objects(HOME).length} objects`);
  for (const id of [it.first, it.second]) await it.valid(HOME, id);
  for (const backup of await it.backups()) assert.deepEqual([backup.state, backup.status_reason], ["AVAILABLE", null]);
  await it.stop();
});

test("what a damaged object held is refused, all else is restored, and the other region has it all", {
  timeout: 145_000,
}, async (t) => {
  const it = new Damaged(t, "flip-restore");
  await it.setUp();
  for (const key of it.objects(PEER)) {
    const half = Math.floor(readFileSync(join(it.repository(PEER), key)).length / 2);
    await it.whileDamaged(PEER, key, flip(half), async () => {
      await it.foundIn(PEER, it.owner(key), key, `${PEER} ${key} byte ${half}`);
    });
  }
  for (const id of [it.first, it.second]) await it.valid(PEER, id);

  // The largest pack holds files, of both backups.
  const size = (key: string) => readFileSync(join(it.repository(HOME), key)).length;
  const [pack = ""] = [...it.first_packs].sort((a, b) => size(b) - size(a));
  await it.whileDamaged(HOME, pack, flip(Math.floor(size(pack) / 2)), async () => {
    const { paths, backup_ids } = await it.foundIn(HOME, it.second, pack, pack);
    assert.deepEqual(backup_ids, [it.first, it.second]);
    const named = paths.map((path) => relative(it.source, path)).sort();
    assert.ok(named.length > 0 && named.length < 12, `files named: ${named}`);

    const unasked = await it.restore(undefined, it.second);
    assert.deepEqual([unasked.code, unasked.json.code], [5, "RESTORE_SOURCE_DAMAGED"]);
    assert.match(unasked.json.detail, new RegExp(`there is a copy in ${PEER}`));
    assert.ok(!existsSync(unasked.target));

    const here = await it.restore(HOME, it.second);
    assert.equal(here.code, 3, here.text);
    assert.deepEqual(it.lost(here.target).sort(), named);
    assert.equal(here.json.problem_count, named.length);
    const told = (here.json.problems as { path: string; code: string; message: string }[]).map(({ path }) => path);
    for (const name of named)
      assert.ok(
        told.some((path) => path.endsWith(name)),
        `${name} in ${told}`,
      );
    for (const { message } of here.json.problems) assert.ok(message.includes(pack), message);

    const [lost_name = ""] = named;
    const alone = await it.restore(HOME, it.second, "--path", join(it.source, lost_name));
    assert.equal(alone.code, 3, alone.text);
    assert.ok(it.lost(alone.target).includes(lost_name));
    const other = await it.restore(HOME, it.second, "--path", join(it.source, "small"));
    assert.equal(other.code, 0, other.text);

    const there = await it.restore(PEER, it.second);
    assert.equal(there.code, 0, there.text);
    assertSameTree(it.source, there.target);
  });

  const changes: Readonly<Record<string, (path: string) => void>> = {
    "cut short": (path) => truncateSync(path, size(pack) - 1),
    emptied: (path) => truncateSync(path, 0),
    gone: (path) => rmSync(path),
  };
  for (const [how, change] of Object.entries(changes)) {
    await it.whileDamaged(HOME, pack, change, async () => {
      await it.foundIn(HOME, it.second, pack, `${pack} ${how}`);
      const here = await it.restore(HOME, it.second);
      assert.equal(here.code, 3, `${how}: ${here.text}`);
      assert.ok(!it.lost(here.target).includes("small"), how);
    });
  }

  const [segment = ""] = it.objects(HOME, "index");
  const shared = ["config", "keys/keyring/00000001", "keys/epoch/00000001/00000001", segment];
  for (const key of [...shared, `manifests/${it.second}`]) {
    await it.whileDamaged(HOME, key, flip(40), async () => {
      await it.foundIn(HOME, it.second, key, key);
      const here = await it.restore(HOME, it.second);
      if (key === segment) assert.equal(here.code, 0, `packs tell what a lost segment told: ${here.text}`);
      // What the server still holds in memory may serve; wrong bytes may not.
      if (here.code === 0) assertSameTree(it.source, here.target);
      else assert.match(here.text, /damaged|DAMAGED/, here.text);
      const there = await it.restore(PEER, it.second);
      assert.equal(there.code, 0, there.text);
      assertSameTree(it.source, there.target);
    });
  }
  await it.valid(HOME, it.second);
  await it.stop();
});
