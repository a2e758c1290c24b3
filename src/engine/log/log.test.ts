import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import test from "node:test";
import { openAt, World } from "../../../test/engine/world.ts";
import { appendPiece, coverOf, listPieces, mergePieces, readLog, readPiece, stretchesOf } from "./index.ts";

const LOG = "pg-7301-1";
const piece = (start: bigint, end: bigint) => ({ log: LOG, start, end, first_ms: 1, last_ms: 2, marks: {} });

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of source) all.push(each);
  return all;
}

test("a log comes back byte for byte, from small pieces, merged ones and both at once", async () => {
  using world = await World.create();
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  const bytes = randomBytes(300_000);
  const cuts = [0, 10, 70_000, 70_001, 200_000, 300_000];
  for (let i = 1; i < cuts.length; i++) {
    const [from, to] = [cuts[i - 1] as number, cuts[i] as number];
    await appendPiece(repository, piece(BigInt(from), BigInt(to)), bytes.subarray(from, to));
  }
  const read = async (from: number, to: number) =>
    Buffer.concat(await collect(readLog(repository, LOG, BigInt(from), BigInt(to))));
  assert.ok((await read(0, 300_000)).equals(bytes));
  assert.ok((await read(5, 70_500)).equals(bytes.subarray(5, 70_500)));
  const small = (await collect(listPieces(repository.store, LOG))).slice(0, 4);
  const { deleted } = await mergePieces(repository, LOG, small);
  assert.equal(deleted.length, 4);
  assert.ok((await read(0, 300_000)).equals(bytes));
  assert.equal((await collect(listPieces(repository.store, LOG))).length, 2);
});

test("a missing piece is a gap with its exact positions", async () => {
  using world = await World.create();
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  for (const from of [0, 100, 200, 300])
    await appendPiece(repository, piece(BigInt(from), BigInt(from + 100)), randomBytes(100));
  const pieces = await collect(listPieces(repository.store, LOG));
  await repository.store.delete((pieces[2] as { key: string }).key);
  const left = await collect(listPieces(repository.store, LOG));
  assert.deepEqual(
    stretchesOf(left).map(({ start, end }) => [start, end]),
    [
      [0n, 200n],
      [300n, 400n],
    ],
  );
  assert.throws(() => coverOf(left, 0n, 400n), { code: "LOG_GAP", message: /from c8 to 12c/ });
  await assert.rejects(collect(readLog(repository, LOG, 0n, 400n)), { code: "LOG_GAP" });
});

test("a piece changed anywhere, or put in another's place, is refused by name", async () => {
  using world = await World.create();
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  const key = await appendPiece(repository, piece(0n, 5000n), Buffer.alloc(5000, "wal"));
  const good = await repository.store.get(key);
  for (let at = 0; at < good.length; at += 7) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] as number) ^ 1;
    await repository.store.put(key, bad);
    await assert.rejects(readPiece(repository, key), { code: "LOG_DAMAGED" }, `byte ${at}`);
  }
  await repository.store.put(`logs/${LOG}/0000000000000000-0000000000001000`, good);
  await assert.rejects(readPiece(repository, `logs/${LOG}/0000000000000000-0000000000001000`), {
    code: "LOG_DAMAGED",
    message: /it is the piece/,
  });
});
