import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { Worker } from "node:worker_threads";
import { createChunker, createPlainChunker, DEFAULT_CHUNKER_PARAMS, deriveGearTable } from "./index.ts";

const wasm = (name: string) => new URL(`../../../wasm/${name}`, import.meta.url);
const sha256 = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");

test("the committed kernel is the one of its committed digest", async () => {
  const [digest, name] = (await readFile(wasm("gear.wasm.sha256"), "utf8")).trim().split(/ +/);
  assert.equal(name, "gear.wasm");
  assert.equal(sha256(await readFile(wasm("gear.wasm"))), digest);
});

test("the committed kernel is what its source compiles to", async (t) => {
  try {
    import.meta.resolve("assemblyscript/asc");
  } catch {
    t.skip("the AssemblyScript compiler is not installed");
    return;
  }
  const { buildKernel } = (await import(wasm("build.mjs").href)) as { buildKernel(): Promise<Uint8Array> };
  assert.equal(sha256(await buildKernel()), sha256(await readFile(wasm("gear.wasm"))));
});

test("the slab is aligned, of the size asked for, and not shared", () => {
  const gear = deriveGearTable(new Uint8Array(32));
  for (const slab_bytes of [1024 * 1024, 1024 * 1024 + 1, 64 * 1024 * 1024 - 64 * 1024]) {
    const { slab } = createChunker(DEFAULT_CHUNKER_PARAMS, gear, slab_bytes);
    assert.equal(slab.length, slab_bytes);
    assert.equal(slab.byteOffset % 4096, 0);
    const other = createChunker(DEFAULT_CHUNKER_PARAMS, gear, slab_bytes);
    slab[slab_bytes - 1] = 7;
    assert.equal(other.slab[slab_bytes - 1], 0);
  }
});

test("a caller's later change to its gear table changes no cut", () => {
  for (const make of [createChunker, createPlainChunker]) {
    const gear = new Uint32Array(256);
    const chunker = make(DEFAULT_CHUNKER_PARAMS, gear, 2 ** 20);
    gear.fill(1);
    assert.equal(chunker.cut(0, 2 ** 20, false), DEFAULT_CHUNKER_PARAMS.min_bytes);
  }
});

test("each worker thread makes its own", async () => {
  const source = `
    import { parentPort } from "node:worker_threads";
    const { createChunker, DEFAULT_CHUNKER_PARAMS, deriveGearTable } = await import(${JSON.stringify(new URL("index.ts", import.meta.url).href)});
    const chunker = createChunker(DEFAULT_CHUNKER_PARAMS, deriveGearTable(new Uint8Array(32)), 2 ** 20);
    chunker.slab.forEach((_, at) => { chunker.slab[at] = (at * at) >>> 7; });
    parentPort.postMessage(chunker.cut(0, 2 ** 20, true));`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  const answers = [1, 2, 3].map(
    () =>
      new Promise<number>((resolve, reject) => {
        new Worker(url).once("message", resolve).once("error", reject);
      }),
  );
  const twin = createPlainChunker(DEFAULT_CHUNKER_PARAMS, deriveGearTable(new Uint8Array(32)), 2 ** 20);
  for (let at = 0; at < twin.slab.length; at++) twin.slab[at] = (at * at) >>> 7;
  const expected = twin.cut(0, 2 ** 20, true);
  assert.deepEqual(await Promise.all(answers), [expected, expected, expected]);
});
