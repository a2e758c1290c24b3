import assert from "node:assert/strict";
import { systemRandom } from "../../../base/index.ts";
import type { ObjectStat, ObjectStore } from "../port.ts";

/** Of the contract of stores: tiers. */
export async function checkTiers({ store, open }: { store: ObjectStore; open: () => Promise<ObjectStore> }) {
  if (store.move === undefined) return; // it has one
  const body = systemRandom.bytes(70_000);
  const other = await open();
  await store.put("packs/ab/moved", body);
  await store.put("packs/ab/stays", Buffer.from("s"));
  for (const tier of ["warm", "cold", "cold", "hot", "cold"] as const) {
    await store.move?.("packs/ab/moved", tier);
    for (const reader of [store, other]) {
      assert.equal((await reader.stat("packs/ab/moved"))?.tier ?? "hot", tier);
      assert.ok((await reader.get("packs/ab/moved")).equals(body));
      assert.ok(
        (await reader.get("packs/ab/moved", { offset_bytes: 5, length_bytes: 9 })).equals(body.subarray(5, 14)),
      );
      const found = await listed(reader.list("packs/"));
      assert.deepEqual(
        found.map((stat) => [stat.key, stat.size_bytes, stat.tier ?? "hot"]),
        [
          ["packs/ab/moved", 70_000, tier],
          ["packs/ab/stays", 1, "hot"],
        ],
      );
    }
  }
  assert.equal((await store.thaw?.("packs/ab/moved", 86_400_000))?.state, "ready");
  await assert.rejects(store.put("packs/ab/moved", body, { if_absent: true }), { code: "STORE_ALREADY_EXISTS" });
  await other.put("packs/ab/moved", Buffer.from("new"));
  assert.equal((await store.get("packs/ab/moved")).toString(), "new");
  assert.equal((await store.stat("packs/ab/moved"))?.tier, undefined, "what is written is hot");
  await store.move?.("packs/ab/moved", "warm");
  await other.delete("packs/ab/moved");
  assert.deepEqual(await keys(store, "packs/"), ["packs/ab/stays"]);
  await assert.rejects(store.get("packs/ab/moved"), { code: "STORE_NOT_FOUND" });
  await assert.rejects(store.move?.("packs/ab/moved", "warm") ?? Promise.resolve(), { code: "STORE_NOT_FOUND" });
}

async function listed(listing: AsyncIterable<ObjectStat>): Promise<ObjectStat[]> {
  const stats: ObjectStat[] = [];
  for await (const stat of listing) stats.push(stat);
  return stats;
}

async function keys(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await listed(store.list(prefix))).map(({ key }) => key);
}
