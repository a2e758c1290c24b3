import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import test from "node:test";
import { Worker } from "node:worker_threads";
import { systemRandom } from "../../base/index.ts";
import { DirectoryBuilder } from "../pack/index.ts";
import { ChunkIndex, decodeSegment, encodeSegment, walkSegment } from "./index.ts";

const idOf = (n: number) => createHash("sha256").update(`chunk ${n}`).digest();

test("finds what was loaded and nothing else, at 32 bytes a chunk or less", () => {
  const count = 200_000;
  const index = ChunkIndex.create({ chunks: count, new_chunks: 0, frames: count / 4, packs: 10 });
  const pack = index.addPack(randomBytes(32), 1, 1);
  let frame = -1;
  for (let n = 0; n < count; n++) {
    if (n % 4 === 0) frame = index.addFrame(pack, n, 1);
    if (n % 4 === 3) index.loadChunks(Buffer.concat([n - 3, n - 2, n - 1, n].map(idOf)), 0, 32, 4, frame);
  }
  for (let n = 0; n < count; n++) assert.deepEqual(index.lookup(idOf(n)), { frame: Math.floor(n / 4), slot: n % 4 });
  for (let n = count; n < count + 1000; n++) assert.equal(index.lookup(idOf(n)), undefined);
  assert.ok(index.memory_bytes / count <= 32, `${index.memory_bytes / count} bytes a chunk`);
});

test("of threads that claim the same chunks, exactly one gets each", async () => {
  const count = 20_000;
  const index = ChunkIndex.create({ chunks: 0, new_chunks: count, frames: 10, packs: 1 });
  const code = `
    import { parentPort, workerData } from "node:worker_threads";
    import { createHash } from "node:crypto";
    const { ChunkIndex } = await import(workerData.url);
    const index = new ChunkIndex(workerData.memory);
    let won = 0;
    for (let n = 0; n < ${count}; n++) if (index.claim(createHash("sha256").update("chunk " + n).digest()) >= 0) won++;
    parentPort.postMessage(won);`;
  const run = () =>
    new Promise<number>((resolve, reject) => {
      const url = new URL("./index.ts", import.meta.url).href;
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
        workerData: { memory: index.memory, url },
      });
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  const won = await Promise.all([run(), run(), run()]);
  assert.equal(
    won.reduce((a, b) => a + b),
    count,
  );
  assert.equal(index.chunks, count);
});

test("a full table still answers", () => {
  const index = ChunkIndex.create({ chunks: 0, new_chunks: 10, frames: 1, packs: 1 });
  let stored = 0;
  for (let n = 0; n < 10_000; n++) if (index.claim(idOf(n)) !== -1) stored++;
  assert.equal(stored, 10_000);
  assert.equal(index.find(idOf(10_001)), -1);
});

test("a segment gives back its packs; any flipped byte is found", () => {
  const key = randomBytes(32);
  const keys = new Map([[3, key]]);
  const packs = [1, 2, 3].map((n) => {
    const directory = new DirectoryBuilder();
    directory.add(48, 100, 200, Buffer.concat([idOf(n), idOf(n + 10)]), [50, 150]);
    return { pack_id: randomBytes(32), kind: 1, epoch: 3, size_bytes: 1000 + n, directory: directory.encode() };
  });
  const { segment_id, bytes } = encodeSegment(packs, 3, key, systemRandom);
  const found: string[] = [];
  walkSegment(decodeSegment(segment_id.toString("hex"), bytes, keys), (pack) => {
    found.push(`${pack.pack_id.toString("hex")} ${pack.size_bytes}`);
    return (frame) => assert.deepEqual([frame.offset, frame.stored, frame.raw, frame.chunks], [48, 100, 200, 2]);
  });
  assert.deepEqual(
    found,
    packs.map((pack) => `${pack.pack_id.toString("hex")} ${pack.size_bytes}`),
  );
  for (let at = 0; at < bytes.length; at++) {
    const broken = Buffer.from(bytes);
    broken[at] = (broken[at] as number) ^ 0x80;
    assert.throws(() => decodeSegment(segment_id.toString("hex"), broken, keys), /index\//, `byte ${at}`);
  }
});
