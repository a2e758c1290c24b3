/** Packs that a killed writer left behind unnamed are reported by the check, and used by the next backup. */
import assert from "node:assert/strict";
import test from "node:test";
import { HOME } from "../e2e/installation.ts";
import { Victim } from "./victim.ts";

test("packs of a killed writer are reported as orphans, and the next backup adopts them", {
  timeout: 400_000,
}, async (t) => {
  const victim = new Victim(t, "kill-orphans");
  await victim.setUp();
  await victim.askBackup();
  await victim.assertWhole();
  // A look every millisecond sees the first pack, as a rule, before the index that names it: else once more.
  for (let attempt = 1; ; attempt++) {
    const [packs, segments] = [victim.objects(HOME, "packs"), victim.objects(HOME, "index")];
    await victim.askBackup();
    await victim.killWhen("a new pack", () => victim.objects(HOME, "packs").length > packs.length);
    const left = victim.objects(HOME, "packs").filter((key) => !packs.includes(key));
    const unnamed = victim.objects(HOME, "index").length === segments.length;
    const { orphan_packs, stale_leases, damaged } = await victim.checkDead(HOME);
    t.diagnostic(`${left.length} packs left behind, ${orphan_packs.length} orphans reported`);
    assert.deepEqual(damaged, []);
    assert.equal(stale_leases.length, 1);
    if (unnamed) assert.deepEqual(orphan_packs.map((id) => `packs/${id.slice(0, 2)}/${id}`).sort(), left);
    await victim.start();
    const ids = await victim.assertWhole();
    if (!unnamed) {
      assert.ok(attempt < 5, "the index was always there first");
      continue;
    }
    const kept = victim.objects(HOME, "packs");
    assert.deepEqual(
      left.filter((key) => !kept.includes(key)),
      [],
    );
    await victim.assertRestorable(ids);
    await victim.assertTidy();
    await victim.stop();
    return;
  }
});
