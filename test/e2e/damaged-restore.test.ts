/** A restore from a damaged backup loses what the damaged object held and no more; the other region has it all. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join, relative } from "node:path";
import test from "node:test";
import { Damaged, flip } from "./damaged.ts";
import { assertSameTree, HOME, PEER } from "./installation.ts";

const OVERRIDE = ["--override", "what is left of it is needed"];

test("what a damaged object held is refused, all else is restored, and the other region has it all", {
  timeout: 145_000,
}, async (t) => {
  const it = new Damaged(t, "flip-restore");
  await it.setUp();
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

    assert.match(unasked.json.detail, new RegExp(`other good backup is ${it.first} .* --from-region ${PEER}`));
    const named_region = await it.restore(HOME, it.second);
    assert.deepEqual([named_region.code, named_region.json.code], [5, "RESTORE_SOURCE_DAMAGED"]);

    const here = await it.restore(HOME, it.second, ...OVERRIDE);
    assert.equal(here.code, 3, here.text);
    assert.deepEqual(it.lost(here.target).sort(), named);
    assert.equal(here.json.problem_count, named.length);
    const told = here.json.problems.map(({ path }) => path);
    for (const name of named)
      assert.ok(
        told.some((path) => path.endsWith(name)),
        `${name} in ${told}`,
      );
    for (const { message } of here.json.problems) assert.ok(message.includes(pack), message);

    const [lost_name = ""] = named;
    const alone = await it.restore(HOME, it.second, ...OVERRIDE, "--path", join(it.source, lost_name));
    assert.equal(alone.code, 3, alone.text);
    assert.ok(it.lost(alone.target).includes(lost_name));
    const other = await it.restore(HOME, it.second, ...OVERRIDE, "--path", join(it.source, "small"));
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
      const here = await it.restore(HOME, it.second, ...OVERRIDE);
      assert.equal(here.code, 3, `${how}: ${here.text}`);
      assert.ok(!it.lost(here.target).includes("small"), how);
    });
  }

  const [segment = ""] = it.objects(HOME, "index");
  const shared = ["config", "keys/keyring/00000001", "keys/epoch/00000001/00000001", segment];
  for (const key of [...shared, `manifests/${it.second}`]) {
    await it.whileDamaged(HOME, key, flip(40), async () => {
      await it.foundIn(HOME, it.second, key, key);
      const here = await it.restore(HOME, it.second, ...OVERRIDE);
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
