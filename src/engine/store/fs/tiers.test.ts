/** Tiers of a filesystem region: folders, thaw delay, and what an interrupted move leaves. */
import assert from "node:assert/strict";
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import test from "node:test";
import { systemRandom as random } from "../../../base/index.ts";
import { keysOf, rejects } from "../testing/contract.ts";
import { movableClock } from "../testing/clock.ts";
import { temporaryFolder } from "../testing/fs-folder.ts";
import { openFsStore } from "./open.ts";

const HOUR_MS = 3_600_000;
const KEY = "packs/ab/one";

test("a cold object is read only after a thaw, and no longer than it was thawed for", async (t) => {
  const folder = await temporaryFolder(t);
  const clock = movableClock();
  const places = { path: join(folder, "hot"), warm_path: join(folder, "warm"), cold_path: join(folder, "cold") };
  const store = await openFsStore({ ...places, thaw_seconds: 4 * 3600, clock, random });
  await store.put(KEY, Buffer.from("frozen"), { lock: { mode: "COMPLIANCE", retain_until_ms: clock.now_ms() + 1e9 } });
  await store.move?.(KEY, "cold");
  assert.deepEqual(await readdir(join(folder, "cold", "packs", "ab")), ["one"]);
  await rejects(store.get(KEY), "STORE_ARCHIVED", /cold tier/);
  await rejects(store.move?.(KEY, "hot") ?? Promise.resolve(), "STORE_ARCHIVED");
  await rejects(store.delete(KEY), "STORE_LOCKED");
  const begun = await store.thaw?.(KEY, 24 * HOUR_MS);
  assert.equal(begun?.state, "thawing");
  clock.move(3 * HOUR_MS);
  assert.deepEqual(await store.thaw?.(KEY, 24 * HOUR_MS), begun, "asking again changes nothing");
  await rejects(store.get(KEY), "STORE_ARCHIVED", /before \d{4}-/);
  clock.move(HOUR_MS + 1);
  assert.equal((await store.thaw?.(KEY, HOUR_MS))?.state, "ready");
  assert.equal((await store.get(KEY)).toString(), "frozen");
  clock.move(25 * HOUR_MS);
  await rejects(store.get(KEY), "STORE_ARCHIVED");
  await store.thaw?.(KEY, 24 * HOUR_MS);
  clock.move(5 * HOUR_MS);
  await store.move?.(KEY, "hot");
  clock.move(100 * HOUR_MS);
  assert.equal((await store.get(KEY)).toString(), "frozen");
  assert.equal((await store.stat(KEY))?.lock?.mode, "COMPLIANCE");
  await store.close();
});

test("an object that a crash left in two tiers is one object, and whole", async (t) => {
  const folder = await temporaryFolder(t);
  const store = await openFsStore({ path: folder, clock: movableClock(), random });
  await store.put(KEY, Buffer.from("body"));
  const warm = join(folder, ".tiers", "warm", KEY);
  await mkdir(dirname(warm), { recursive: true });
  await copyFile(join(folder, KEY), warm); // as a move leaves it that died before it removed the original
  assert.deepEqual(await keysOf(store, ""), [KEY]);
  assert.equal((await store.stat(KEY))?.tier, undefined);
  await store.move?.(KEY, "warm");
  assert.equal((await store.stat(KEY))?.tier, "warm");
  assert.deepEqual(await readdir(join(folder, "packs", "ab")), []);
  await copyFile(warm, join(folder, KEY));
  await store.delete(KEY);
  assert.deepEqual(await keysOf(store, ""), []);
  await rejects(store.get(KEY), "STORE_NOT_FOUND");
  await store.close();
});

test("readers and listings find every object while it is moved to and fro", { timeout: 30_000 }, async (t) => {
  const folder = await temporaryFolder(t);
  const clock = movableClock();
  const [store, reader] = [
    await openFsStore({ path: folder, clock, random }),
    await openFsStore({ path: folder, clock, random }),
  ];
  const keys = Array.from({ length: 8 }, (_, i) => `packs/0${i}/pack`);
  for (const key of keys) await store.put(key, Buffer.from(key));
  let moving = true;
  const mover = (async () => {
    for (let round = 0; round < 12; round++)
      for (const key of keys) await store.move?.(key, (["warm", "cold", "hot"] as const)[round % 3] ?? "hot");
    moving = false;
  })();
  let looks = 0;
  while (moving) {
    for (const key of keys) assert.equal((await reader.get(key)).toString(), key);
    assert.deepEqual(await keysOf(reader, "packs/"), keys);
    looks++;
  }
  await mover;
  assert.ok(looks > 0);
  await Promise.all([store.close(), reader.close()]);
});

test("a listing beside moves, down and up, names every object once", async (t) => {
  const path = await temporaryFolder(t);
  const options = { path, clock: movableClock(), random };
  const [lister, mover] = [await openFsStore(options), await openFsStore(options)];
  const names = Array.from({ length: 24 }, (_, i) => `packs/${(i % 8).toString(16).padStart(2, "0")}/pack-${i}`).sort();
  for (const key of names) await mover.put(key, Buffer.from(key));
  let moves = 0;
  const until_ms = performance.now() + 1500;
  const moving = (async () => {
    for (let round = 0; performance.now() < until_ms; round++)
      for (const key of names) {
        await mover.move?.(key, (["warm", "cold", "hot"] as const)[round % 3] ?? "hot");
        moves++;
      }
  })();
  let listings = 0;
  for (; performance.now() < until_ms; listings++) {
    const found: string[] = [];
    for await (const { key } of lister.list("packs/")) {
      found.push(key);
      await new Promise((resolve) => setTimeout(resolve, 3)); // whoever lists does something with it
    }
    assert.deepEqual(found, names);
  }
  await moving;
  await Promise.all([lister.close(), mover.close()]);
  assert.ok(listings > 3 && moves > 10, `${listings} listings, ${moves} moves`);
});
