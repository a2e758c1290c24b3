import assert from "node:assert/strict";
import test from "node:test";
import { type Clock, type Random, systemClock, systemRandom } from "../../base/index.ts";
import { withCounts } from "./count.ts";
import { asStoreError, errnoError } from "./errors.ts";
import { injectedError, withFaults } from "./fault.ts";
import { type FaultConfig, FaultPlan } from "./fault-plan.ts";
import { withLimit } from "./limit.ts";
import { MemoryStore } from "./memory.ts";
import type { ObjectStore } from "./port.ts";
import { withRetry } from "./retry.ts";
import { keysOf, rejects } from "./testing/contract.ts";

/** Time passes only by sleeping, at once. */
function leapingClock(): Clock & { readonly slept_ms: number[] } {
  let now = 0;
  const slept_ms: number[] = [];
  return {
    slept_ms,
    now_ms: () => now,
    monotonic_ms: () => now,
    // Longer sleeps are timeouts of attempts, which never end here.
    sleep: async (delay_ms) => {
      if (delay_ms >= 600_000) return new Promise(() => undefined);
      slept_ms.push(delay_ms);
      now += delay_ms;
    },
  };
}

const highest: Random = { bytes: (count) => Buffer.alloc(count, 0xff) };

function faulty(inner: ObjectStore, config: FaultConfig, clock: Clock = systemClock): ObjectStore {
  return withFaults(inner, new FaultPlan(config, { clock, errorFor: injectedError }));
}

test("retry pauses longer each time, up to its limits, and gives the last error", async () => {
  const clock = leapingClock();
  const inner = new MemoryStore({ clock });
  const counted = withCounts(faulty(inner, { rules: [{ on: "get", action: { kind: "error", errno: "EIO" } }] }), clock);
  const store = withRetry(counted.store, {
    clock,
    random: highest,
    attempts_max: 5,
    pause_ms_first: 100,
    pause_ms_max: 350,
  });
  await rejects(store.get("k"), "STORE_UNAVAILABLE", /EIO/);
  assert.deepEqual(clock.slept_ms.map(Math.round), [100, 200, 350, 350]);
  assert.equal(counted.counts().get.calls, 5);
  const hurried = withRetry(counted.store, {
    clock,
    random: highest,
    attempts_max: 50,
    pause_ms_first: 400,
    total_ms_max: 1000,
  });
  await rejects(hurried.get("k"), "STORE_UNAVAILABLE");
  assert.equal(counted.counts().get.calls, 5 + 2, "the third attempt would have begun after 1200 ms");
});

test("retry passes on at once what will not get better", async () => {
  const clock = leapingClock();
  const counted = withCounts(new MemoryStore({ clock, quota_bytes: 10 }), clock);
  const store = withRetry(counted.store, { clock, random: highest });
  await rejects(store.get("k"), "STORE_NOT_FOUND");
  await rejects(store.put("k", Buffer.alloc(11)), "STORE_QUOTA_EXCEEDED");
  assert.deepEqual(clock.slept_ms, []);
  assert.deepEqual([counted.counts().get.errors, counted.counts().put.errors], [1, 1]);
});

test("a repeated put with if_absent knows its own object from another's", async () => {
  const clock = leapingClock();
  const inner = new MemoryStore({ clock });
  const lostAnswer = {
    rules: [{ on: "put", when: "after", nth: 1, action: { kind: "error", errno: "ETIMEDOUT" } }],
  } as const;
  const lost = withRetry(faulty(inner, lostAnswer), { clock, random: highest });
  await lost.put("mine", [Buffer.from("bo"), Buffer.from("dy")], { if_absent: true });
  assert.equal((await inner.get("mine")).toString(), "body");

  await inner.put("theirs", Buffer.from("ydob"));
  const failsFirst = { rules: [{ on: "put", nth: 1, action: { kind: "error", errno: "ETIMEDOUT" } }] } as const;
  const late = withRetry(faulty(inner, failsFirst), { clock, random: highest });
  await rejects(late.put("theirs", Buffer.from("body"), { if_absent: true }), "STORE_ALREADY_EXISTS");
  await rejects(late.put("mine", Buffer.from("body"), { if_absent: true }), "STORE_ALREADY_EXISTS");
});

test("a repeated put with a lock is not refused by its own lock", async () => {
  const clock = leapingClock();
  const inner = new MemoryStore({ clock });
  const lost = { rules: [{ on: "put", when: "after", action: { kind: "error", errno: "ETIMEDOUT" } }] } as const;
  const store = withRetry(faulty(inner, lost), { clock, random: highest });
  const lock = { mode: "COMPLIANCE", retain_until_ms: 9e12 } as const;
  await store.put("k", Buffer.from("body"), { lock });
  assert.deepEqual((await inner.stat("k"))?.lock, lock);
  await rejects(store.put("k", Buffer.from("ydob"), { lock }), "STORE_LOCKED");
  await rejects(store.put("k", Buffer.from("body"), { lock: { ...lock, mode: "GOVERNANCE" } }), "STORE_LOCKED");
});

test("a repeated listing goes on where it broke", async () => {
  const clock = leapingClock();
  const inner = new MemoryStore({ clock });
  for (const key of ["a", "b", "c", "d"]) await inner.put(key, Buffer.from(key));
  let broken = 0;
  const breaking: ObjectStore = {
    ...withCounts(inner, clock).store,
    async *list(prefix) {
      let given = 0;
      for await (const stat of inner.list(prefix)) {
        yield stat;
        if (++given !== 2 + broken || broken === 2) continue;
        broken++;
        throw asStoreError(errnoError("EIO", "x", "broke"), "listing", {});
      }
    },
  };
  assert.deepEqual(await keysOf(withRetry(breaking, { clock, random: highest }), ""), ["a", "b", "c", "d"]);
  assert.equal(broken, 2);
});

test("an attempt that hangs is given up as a timeout and its signal aborts", async () => {
  const clock = systemClock;
  const inner = withCounts(new MemoryStore({ clock }), clock).store;
  let aborted = 0;
  const hanging: ObjectStore = {
    ...inner,
    get: (_key, options) => {
      options?.signal?.addEventListener("abort", () => aborted++);
      return new Promise(() => undefined);
    },
  };
  const store = withRetry(hanging, {
    clock,
    random: systemRandom,
    attempt_ms_max: 20,
    attempts_max: 2,
    pause_ms_first: 1,
  });
  await rejects(store.get("k"), "STORE_TIMEOUT", /over 20 ms/);
  assert.equal(aborted, 2);
});

test("limit bounds what runs and what waits, and lets the waiting give up", async () => {
  const clock = systemClock;
  let running = 0;
  let peak = 0;
  const slow: ObjectStore = {
    ...withCounts(new MemoryStore({ clock }), clock).store,
    get: async () => {
      peak = Math.max(peak, ++running);
      await clock.sleep(20);
      running--;
      return Buffer.alloc(0);
    },
  };
  const store = withLimit(slow, { clock, concurrency_max: 2, queue_max: 3 });
  const aborting = new AbortController();
  const four = Array.from({ length: 4 }, () => store.get("k"));
  const fifth = store.get("k", { signal: aborting.signal });
  await rejects(store.get("k"), "STORE_OVERLOADED", /3 operations already wait/);
  aborting.abort();
  await rejects(fifth, "STORE_ABORTED");
  await Promise.all(four);
  assert.equal(peak, 2);
  await store.get("k");
  assert.equal(running, 0);
});

test("limit paces bytes over the whole store", async () => {
  const clock = leapingClock();
  const options = { clock, concurrency_max: 4, queue_max: 4, bytes_per_second: 1000 };
  const store = withLimit(new MemoryStore({ clock }), options);
  for (let i = 0; i < 5; i++) await store.put(`k${i}`, Buffer.alloc(1000)); // the first second is free
  assert.equal(clock.now_ms(), 4000);
  await store.get("k1");
  assert.equal(clock.now_ms(), 5000);
});

test("counts tell calls, errors and bytes by operation", async () => {
  const clock = leapingClock();
  const { store, counts } = withCounts(new MemoryStore({ clock }), clock);
  await store.put("k", [Buffer.alloc(10), Buffer.alloc(5)]);
  await store.get("k", { length_bytes: 4 });
  await rejects(store.get("n"), "STORE_NOT_FOUND");
  await keysOf(store, "");
  const { put, get, list } = counts();
  assert.deepEqual([put.calls, put.bytes, get.calls, get.bytes, get.errors, list.calls], [1, 15, 2, 4, 1, 1]);
});

test("a seeded plan strikes at the same calls every time", async () => {
  const run = async (seed: number) => {
    const rules = [{ on: "get", probability: 0.3, where: "k", action: { kind: "error", errno: "ENOSPC" } }] as const;
    const inner = new MemoryStore({ clock: systemClock });
    await inner.put("k", Buffer.alloc(1));
    const store = faulty(inner, { seed, rules });
    const outcomes: string[] = [];
    for (let i = 0; i < 50; i++) outcomes.push((await Promise.allSettled([store.get("k")]))[0].status[0] as string);
    return outcomes.join("");
  };
  const first = await run(5);
  assert.equal(await run(5), first);
  assert.notEqual(await run(6), first);
  assert.match(first, /r.*f|f.*r/);
});

test("a delay delays, and rules count only the calls they are about", async () => {
  const clock = leapingClock();
  const inner = new MemoryStore({ clock });
  const rules = [{ on: "put", where: "slow", nth: 2, times: 2, action: { kind: "delay", delay_ms: 70 } }] as const;
  const store = faulty(inner, { rules }, clock);
  for (const key of ["slow/1", "fast/1", "slow/2", "fast/2", "slow/3", "slow/4"]) await store.put(key, Buffer.alloc(1));
  assert.deepEqual(clock.slept_ms, [70, 70]);
});
