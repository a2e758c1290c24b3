import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import fc from "fast-check";
import { encodeEntry, EntryView, TreeReader, TYPE_FILE } from "../manifest/index.ts";
import { fileStat } from "../source/stream/index.ts";
import { EntryStore } from "./entry-store.ts";

async function written(paths: readonly string[], memory_bytes?: number) {
  const pages = new Map<string, Buffer>();
  const storePage = (page: Buffer) => {
    const id = createHash("sha256").update(page).digest();
    pages.set(id.toString("hex"), Buffer.from(page));
    return id;
  };
  const store = new EntryStore(memory_bytes);
  for (const path of paths) {
    const name = Buffer.from(path.slice(path.lastIndexOf("/") + 1), "latin1");
    store.add(path, encodeEntry(TYPE_FILE, name, fileStat("file", {}, path.length), {}));
  }
  const { tree, added } = await store.write(storePage, async () => undefined);
  return { tree, added, reader: new TreeReader(tree, async (id) => pages.get(id.toString("hex")) as Buffer) };
}

async function paths(reader: TreeReader): Promise<string[]> {
  const found: string[] = [];
  const view = new EntryView();
  for await (const groups of reader.walk())
    for (const { path, entries } of groups)
      for (let at = 0; at < entries.length; at = view.end) {
        view.move(entries, at);
        found.push(
          `${path.toString("latin1")}/${view.name.toString("latin1")}:${view.type === TYPE_FILE ? view.size : "d"}`,
        );
      }
  return found;
}

test("entries in any order make the same tree, in memory or through files", async () => {
  const part = fc.constantFrom("a", "a-", "a.b", "b", "z\xff", "0");
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `${parts.join("/")}/f`);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(path, { maxLength: 60 }), async (all) => {
      const sorted = await written([...all].sort());
      const spilled = await written(all, 2000);
      assert.deepEqual(spilled.tree, sorted.tree);
      assert.equal(spilled.added, sorted.added);
      const found = (await paths(sorted.reader)).filter((each) => !each.endsWith(":d"));
      assert.deepEqual(
        found.sort(),
        all
          .map((each) => `${each}:${each.length}`)
          .map((each) => (each.includes("/") ? each : `/${each}`))
          .sort(),
      );
    }),
    { numRuns: 60 },
  );
});

test("a folder of many entries: each is found with one page of each level", async () => {
  const all = Array.from({ length: 30_000 }, (_, i) => `flat/${(i * 7919) % 1_000_003}`);
  const { reader } = await written([...all, "other/x"], 1_000_000);
  const view = new EntryView();
  for (const path of all.filter((_, i) => i % 997 === 0)) {
    const name = Buffer.from(path.slice(5));
    const parts = await reader.partWith(0, Buffer.from("flat"), name);
    assert.ok(parts.reduce((sum, { length }) => sum + length, 0) < 400_000);
    const names = parts.flatMap((entries) => {
      const here: string[] = [];
      for (let at = 0; at < entries.length; at = view.end) {
        view.move(entries, at);
        here.push(view.name.toString());
      }
      return here;
    });
    assert.ok(names.includes(name.toString()), path);
  }
  assert.deepEqual(await reader.partWith(0, Buffer.from("none"), Buffer.from("x")), []);
  await assert.rejects(written(["a/b", "c", "a/b"]), { code: "STREAM_ENTRY_INVALID" });
  await assert.rejects(written(["a/b", "c", "a/b"], 300), { code: "STREAM_ENTRY_INVALID" });
});
