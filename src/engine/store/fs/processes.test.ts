import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import test from "node:test";
import { Worker } from "node:worker_threads";
import { systemClock as clock, systemRandom as random } from "../../../base/index.ts";
import type { FaultPoint } from "../fault-plan.ts";
import { openStore } from "../open.ts";
import type { ObjectStore } from "../port.ts";
import { temporaryFolder } from "../testing/fs-folder.ts";
import { runWriter } from "../testing/run-writer.ts";
import { provableBody, type WriterJob, writerOf } from "../testing/writer.ts";

const MIB = 1024 * 1024;
const lock = { mode: "COMPLIANCE", retain_until_ms: Date.now() + 3_600_000 } as const;

test("processes and threads that race for the same keys: one writer wins each", { timeout: 60_000 }, async (t) => {
  const path = await temporaryFolder(t);
  const keys = Array.from({ length: 30 }, (_, i) => `race/${i % 3}/${i}`);
  const job = (writer: string): WriterJob => ({
    config: { kind: "fs", path },
    keys,
    size_bytes: 20_000,
    writer,
    if_absent: true,
    lock,
  });
  const runs = ["p1", "p2", "p3", "p4"].map((writer) => runWriter(job(writer)));
  const threads = ["t1", "t2"].map((writer) => {
    return new Worker(join(import.meta.dirname, "../testing/writer.ts"), { workerData: job(writer) });
  });
  await Promise.all([...runs.map((run) => run.ended), ...threads.map((thread) => once(thread, "exit"))]);
  const store = await openStore({ kind: "fs", path }, { clock, random });
  const won: string[] = [];
  for (const key of keys) {
    const writer = writerOf(await store.get(key)) as string;
    assert.match(writer, /^[pt]\d$/);
    assert.deepEqual((await store.stat(key))?.lock, lock);
    won.push(`${writer} ${key}`);
  }
  const claimed = runs.flatMap((run, i) =>
    run.lines.filter((key) => keys.includes(key)).map((key) => `p${i + 1} ${key}`),
  );
  assert.deepEqual(claimed.toSorted(), won.filter((line) => line.startsWith("p")).toSorted());
  for (const { lines } of runs) {
    assert.ok(
      lines.every((line) => line === "ready" || keys.includes(line) || line.startsWith("refused STORE_ALREADY_EXISTS")),
    );
  }
  await store.close();
});

test("kill -9 of a writer leaves no part of an object, and everything it was told is stored", async (t) => {
  const path = await temporaryFolder(t);
  let acknowledged = 0;
  for (let round = 0; round < 6; round++) {
    const keys = Array.from({ length: 1000 }, (_, i) => `r${round}/${i}`);
    const run = runWriter({ config: { kind: "fs", path }, keys, size_bytes: 2 * MIB, writer: `w${round}`, lock });
    for (const give_up = Date.now() + 20_000; run.lines.length < 3 && Date.now() < give_up; ) await clock.sleep(5);
    await clock.sleep((random.bytes(1)[0] as number) / 8);
    run.child.kill("SIGKILL");
    assert.equal(await run.ended, "SIGKILL");
    const store = await openStore({ kind: "fs", path }, { clock, random });
    const stored = new Set<string>();
    for await (const stat of store.list(`r${round}/`)) {
      assert.equal(stat.size_bytes, 2 * MIB);
      assert.deepEqual(stat.lock, lock, "never visible unlocked");
      assert.equal(writerOf(await store.get(stat.key)), `w${round}`);
      stored.add(stat.key);
    }
    for (const key of run.lines.slice(1)) assert.ok(stored.has(key), `${key} was acknowledged`);
    acknowledged += run.lines.length - 1;
    await store.close();
  }
  assert.ok(acknowledged >= 12);
});

test("killed at every system call of a put, the old object or the new one is there", { timeout: 60_000 }, async (t) => {
  const points: { on: FaultPoint; nth: number }[] = [];
  const calls = {
    "file.create": 3,
    "file.write": 3,
    "file.datasync": 3,
    "file.rename": 3,
    "file.sync_folder": 4,
  } as const;
  for (const [on, count] of Object.entries(calls) as [FaultPoint, number][]) {
    for (let nth = 1; nth <= count; nth++) points.push({ on, nth });
  }
  const struck: boolean[] = [];
  const check = async ({ on, nth }: { on: FaultPoint; nth: number }, when: "before" | "after") => {
    const path = await temporaryFolder(t);
    const store = await openStore({ kind: "fs", path }, { clock, random });
    await store.put("a/k", provableBody("old", "a/k", 100_000));
    // Opening makes no changes any more, so that the first change counted belongs to the put.
    const fault = { rules: [{ on, nth, when, where: path, action: { kind: "kill" } }] } as const;
    const run = runWriter({
      config: { kind: "fs", path },
      fault,
      keys: ["a/k"],
      size_bytes: 100_000,
      writer: "new",
      lock,
    });
    struck.push((await run.ended) === "SIGKILL");
    await assertWhole(store, run.lines.includes("a/k"), `${when} ${on} ${nth}`);
    await store.close();
  };
  const rest = points.flatMap((point) => [[point, "before"] as const, [point, "after"] as const]).values();
  await Promise.all(
    [1, 2, 3].map(async () => {
      for (const [point, when] of rest) await check(point, when);
    }),
  );
  assert.ok(
    struck.filter(Boolean).length >= 20,
    `${struck.filter(Boolean).length} of ${struck.length} points were reached`,
  );
});

async function assertWhole(store: ObjectStore, acknowledged: boolean, at: string): Promise<void> {
  const writer = writerOf(await store.get("a/k"));
  assert.ok(writer === "new" || (writer === "old" && !acknowledged), `${at}: ${writer}`);
  if (writer === "new") assert.deepEqual((await store.stat("a/k"))?.lock, lock, `${at}: visible but unlocked`);
  await store.put("a/next", Buffer.from("nothing stays blocked"));
}
