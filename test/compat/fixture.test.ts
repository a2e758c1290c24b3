import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { gunzipSync } from "node:zlib";
import { systemClock as clock, systemRandom as random } from "../../src/base/index.ts";
import { checkRepository, verifyBackup } from "../../src/engine/check/index.ts";
import { planCopy, runCopy } from "../../src/engine/copy/index.ts";
import { planRestore, runRestore } from "../../src/engine/restore/index.ts";
import { openStore } from "../../src/engine/store/index.ts";
import { backUp, withRepository } from "./engine.ts";
import { type Expected, FIXTURE_PASSPHRASE } from "./make-fixture.ts";
import { openRepository } from "./reader/reader.ts";
import { describeBackup, describeSource } from "./source.ts";

const fixtures = join(import.meta.dirname, "fixtures");
const versions = fs.readdirSync(fixtures).filter((name) => /^v\d+$/.test(name));

/** A copy to work on: the engine keeps its store's own state beside the objects. */
function copyOf(t: TestContext, version: string): { folder: string; repo: string; expected: Expected } {
  const folder = fs.mkdtempSync(join(tmpdir(), "holdfast-fixture-"));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const repo = join(folder, "repository");
  fs.cpSync(join(fixtures, version, "repository"), repo, { recursive: true });
  const expected = JSON.parse(gunzipSync(fs.readFileSync(join(fixtures, version, "expected.json.gz"))).toString());
  return { folder, repo, expected };
}

test("there is a fixture of every format version", () => assert.deepEqual(versions, ["v1"]));

for (const version of versions) {
  for (const index of ["segments", "packs"] as const) {
    test(`${version}: the independent reader reads it, index from ${index}`, (t) => {
      const { repo, expected } = copyOf(t, version);
      const repository = openRepository(repo, FIXTURE_PASSPHRASE, { index });
      assert.deepEqual(
        repository.backup_ids,
        expected.backups.map(({ backup_id }) => backup_id),
      );
      for (const { backup_id, entries } of expected.backups) {
        assert.deepEqual(describeBackup(repository.open(backup_id)), entries);
      }
    });
  }

  test(`${version}: the engine checks, verifies and restores it`, async (t) => {
    const { folder, repo, expected } = copyOf(t, version);
    await withRepository(repo, FIXTURE_PASSPHRASE, async (repository) => {
      const checked = await checkRepository({ repository, read_data: true });
      assert.deepEqual([checked.damaged, checked.orphan_packs], [[], []]);
      for (const { backup_id, entries } of expected.backups) {
        const verified = await verifyBackup({ repository, backup_id, read_data: true });
        assert.deepEqual([verified.verdict, verified.damaged], ["valid", []]);
        if (backup_id !== expected.backups[0]?.backup_id) continue; // one restore shows it
        const target = join(folder, backup_id);
        const plan = await planRestore({ repository, backup_id, target: { kind: "folder", path: target }, clock });
        const report = await runRestore(plan);
        assert.deepEqual(report.failed, []);
        // Only root may set owners; what a restore cannot know (a folder's own size) is not compared either.
        const stable = (list: typeof entries, prefix: string) =>
          list
            .filter(({ path }) => path.startsWith(`${prefix}/tmp/holdfast-fixture/`))
            .map(({ uid: _u, gid: _g, xattrs: _x, size, ...rest }) => ({
              ...rest,
              path: rest.path.slice(prefix.length),
              size: rest.type === "directory" ? 0 : size,
            }));
        const restored = stable(describeSource(target), target);
        assert.deepEqual(restored, stable(entries, ""));
      }
    });
  });

  test(`${version}: a copy the engine makes of it is a repository too`, async (t) => {
    const { folder, repo, expected } = copyOf(t, version);
    const copy = join(folder, "copy");
    const { backup_id, entries } = expected.backups.at(-1) as Expected["backups"][number];
    const target_store = await openStore({ kind: "fs", path: copy }, { clock, random });
    await withRepository(repo, FIXTURE_PASSPHRASE, async (source) =>
      runCopy(await planCopy({ source, backup_id, target_store, clock, random })),
    );
    await target_store.close();
    for (const index of ["segments", "packs"] as const) {
      const repository = openRepository(copy, FIXTURE_PASSPHRASE, { index });
      assert.deepEqual(repository.backup_ids, [backup_id]);
      assert.deepEqual(describeBackup(repository.open(backup_id)), entries);
    }
  });

  test(`${version}: the engine goes on writing to it`, async (t) => {
    const { folder, repo, expected } = copyOf(t, version);
    fs.writeFileSync(join(folder, "new"), "written by today's engine");
    const { backup_id } = await withRepository(repo, FIXTURE_PASSPHRASE, (repository) =>
      backUp(repository, [join(folder, "new")]),
    );
    const repository = openRepository(repo, FIXTURE_PASSPHRASE);
    assert.equal(repository.backup_ids.length, expected.backups.length + 1);
    assert.deepEqual(describeBackup(repository.open(backup_id)), describeSource(join(folder, "new")));
  });
}
