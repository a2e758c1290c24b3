import assert from "node:assert/strict";
import test from "node:test";
import { systemClock as clock, systemRandom as random } from "../../../base/index.ts";
import type { FaultPoint } from "../fault-plan.ts";
import { openStore } from "../open.ts";
import type { ObjectStore } from "../port.ts";
import { temporaryFolder } from "../testing/fs-folder.ts";
import { rejects } from "../testing/contract.ts";
import { type FileIo, nodeFileIo } from "./file-io.ts";
import { PowerCutIo } from "./power-cut.ts";
import { openFsStore } from "./open.ts";

const lock = { mode: "COMPLIANCE", retain_until_ms: Date.now() + 3_600_000 } as const;
const body = (text: string) => Buffer.alloc(10_000, text);

/** Changes in order; each resolves only when it may be relied on. `seen` collects those that did. */
async function work(store: ObjectStore, seen: string[]): Promise<void> {
  await store.put("p/one", body("1"), { if_absent: true });
  seen.push("one");
  await store.put("p/q/two", body("2"), { if_absent: true, lock });
  seen.push("two");
  await store.put("head", body("3"));
  await store.put("head", body("4"));
  seen.push("head");
  await store.lock("p/one", lock);
  seen.push("locked");
  await store.put("gone", body("5"));
  await store.delete("gone");
  seen.push("gone");
}

async function assertKept(store: ObjectStore, seen: readonly string[], at: string): Promise<void> {
  const found = new Map<string, string>();
  for await (const stat of store.list("")) {
    const content = await store.get(stat.key);
    assert.ok(
      content.byteLength === 10_000 && content.every((byte) => byte === content[0]),
      `${at}: part of ${stat.key}`,
    );
    if (stat.key === "p/q/two") assert.deepEqual(stat.lock, lock, `${at}: two is visible but unlocked`);
    if (stat.key === "p/one" && seen.includes("locked")) assert.deepEqual(stat.lock, lock, `${at}: one lost its lock`);
    found.set(stat.key, content.toString("latin1", 0, 1));
  }
  if (seen.includes("one")) assert.equal(found.get("p/one"), "1", `${at}: one`);
  if (seen.includes("two")) assert.equal(found.get("p/q/two"), "2", `${at}: two`);
  if (seen.includes("head")) assert.equal(found.get("head"), "4", `${at}: head`);
  if (seen.includes("gone")) assert.equal(found.get("gone"), undefined, `${at}: gone came back`);
}

test("after a power cut at any system call, all that was acknowledged is there", { timeout: 60_000 }, async (t) => {
  const points = ["file.create", "file.write", "file.datasync", "file.link", "file.rename", "file.unlink"] as const;
  let cuts = 0;
  for (const on of [...points, "file.mkdir", "file.sync_folder"] satisfies FaultPoint[]) {
    for (let nth = 1; ; nth++) {
      const path = await temporaryFolder(t);
      const seed = random.bytes(4).readUInt32LE();
      const lose = nth % 2 === 0 ? "some" : "all";
      const at = `${lose} lost after ${on} ${nth}, seed ${seed}`;
      const rules = [
        { on, nth, when: "after", where: path, action: { kind: "power_cut", lose, then: "fail" } },
      ] as const;
      const seen: string[] = [];
      let cut = false;
      try {
        const store = await openStore({ kind: "fs", path }, { clock, random, retry: false, fault: { seed, rules } });
        await work(store, seen);
        await store.close();
      } catch (error) {
        cut = true;
        assert.match(String(error), /injected fault|power is off/, at);
      }
      const after = await openStore({ kind: "fs", path }, { clock, random });
      await assertKept(after, seen, at);
      await after.put("p/next", body("9"));
      await after.close();
      if (!cut) break; // fewer calls of this kind than `nth`
      cuts++;
    }
  }
  assert.ok(cuts > 40, `${cuts} points were tried`);
});

for (const [title, spoil] of [
  [
    "the content",
    (io: FileIo): Partial<FileIo> => ({
      create: async (path) => ({ ...(await io.create(path)), datasync: async () => undefined }),
    }),
  ],
  ["the folder", (): Partial<FileIo> => ({ syncFolder: async () => undefined })],
] as const) {
  test(`the model catches a store that forgets to sync ${title}`, async (t) => {
    const path = await temporaryFolder(t);
    await (await openFsStore({ path, clock, random })).close();
    const model = await PowerCutIo.over(nodeFileIo, path);
    const io: FileIo = {
      create: (...a) => model.create(...a),
      link: (...a) => model.link(...a),
      rename: (...a) => model.rename(...a),
      unlink: (...a) => model.unlink(...a),
      mkdir: (...a) => model.mkdir(...a),
      syncFolder: (...a) => model.syncFolder(...a),
      ...spoil(model),
    };
    const store = await openFsStore({ path, clock, random, io });
    const seen: string[] = [];
    await work(store, seen);
    await model.cut("all", () => 0);
    await store.close();
    const after = await openFsStore({ path, clock, random });
    await assert.rejects(assertKept(after, seen, "spoiled"), assert.AssertionError);
    await after.close();
  });
}

test("the power stays off", async (t) => {
  const path = await temporaryFolder(t);
  const rules = [{ on: "put", nth: 2, action: { kind: "power_cut", lose: "all", then: "fail" } }] as const;
  const store = await openStore({ kind: "fs", path }, { clock, random, retry: false, fault: { rules } });
  await store.put("one", body("1"));
  await rejects(store.put("two", body("2")), "STORE_UNAVAILABLE");
  await rejects(store.put("three", body("3")), "STORE_UNAVAILABLE", /power is off/);
  assert.equal((await store.get("one")).byteLength, 10_000);
  await store.close();
});
