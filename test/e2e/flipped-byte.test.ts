/** One byte of a stored object changes, anywhere: `baas verify` names the object and the backups it hurts. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { Damaged, flip } from "./damaged.ts";
import { HOME, PEER } from "./installation.ts";

const LARGE_BYTES = 64 * 1024;

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
  for (const key of it.objects(PEER)) {
    const half = Math.floor(readFileSync(join(it.repository(PEER), key)).length / 2);
    await it.whileDamaged(PEER, key, flip(half), async () => {
      await it.foundIn(PEER, it.owner(key), key, `${PEER} ${key} byte ${half}`);
    });
  }
  for (const id of [it.first, it.second]) await it.valid(PEER, id);
  for (const backup of await it.backups()) assert.deepEqual([backup.state, backup.status_reason], ["AVAILABLE", null]);
  await it.stop();
});
