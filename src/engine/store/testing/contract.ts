import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test, { type TestContext } from "node:test";
import { HoldfastError, systemClock, systemRandom } from "../../../base/index.ts";
import type { LockMode, ObjectStat, ObjectStore } from "../port.ts";
import { type MovableClock, movableClock } from "./clock.ts";
import { checkTiers } from "./tier-contract.ts";

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

const now_ms = () => Math.trunc(systemClock.now_ms());
const inADay = () => now_ms() + DAY_MS;

/** How the suite gets at one kind of store. */
export interface StoreUnderTest {
  /** Opens the same, at first empty, objects again: as another thread or process would. Closed by the suite. */
  open(): Promise<ObjectStore>;
  /** Where a service's own clock decides about locks: sets it so far off the system's. */
  moveService?(by_ms: number): Promise<void>;
  /** Stores many small objects without the cost of making each durable; by default through `put`. */
  fill?(keys: readonly string[]): Promise<void>;
  /** How many objects the long listing has; several pages of a service that answers in pages. By default 10,000. */
  readonly many?: number;
}

export interface StoreFactory {
  (t: TestContext, options: { readonly clock: MovableClock; readonly quota_bytes?: number }): Promise<StoreUnderTest>;
}

/** What every adapter and every decorated store must do. Mandatory: a store without it does not ship. */
export function storeContract(name: string, make: StoreFactory): void {
  function check(title: string, body: (given: Given) => Promise<void>, quota_bytes?: number): void {
    test(`${name}: ${title}`, { timeout: 60_000 }, async (t) => {
      const clock = movableClock();
      const under = await make(t, quota_bytes === undefined ? { clock } : { clock, quota_bytes });
      const opened: ObjectStore[] = [];
      const open = async () => {
        const store = await under.open();
        opened.push(store);
        return store;
      };
      try {
        await body({ store: await open(), open, clock, under });
      } finally {
        await Promise.all(opened.map((store) => store.close()));
      }
    });
  }

  check("gives back what was put, whole and in ranges", async ({ store, open }) => {
    const body = systemRandom.bytes(300_000);
    const parts = [body.subarray(0, 1), body.subarray(1, 1), body.subarray(1, 70_000), body.subarray(70_000)];
    await store.put("packs/ab/one", parts);
    for (const reader of [store, await open()]) {
      assert.ok((await reader.get("packs/ab/one")).equals(body));
      for (const [offset_bytes, length_bytes] of [
        [0, 0],
        [0, 1],
        [299_999, 1],
        [100_000, 50_000],
        [300_000, 0],
      ] as const) {
        const expected = body.subarray(offset_bytes, offset_bytes + length_bytes);
        assert.ok((await reader.get("packs/ab/one", { offset_bytes, length_bytes })).equals(expected));
      }
      assert.ok((await reader.get("packs/ab/one", { offset_bytes: 299_990 })).equals(body.subarray(299_990)));
      const stat = await reader.stat("packs/ab/one");
      assert.equal(stat?.size_bytes, 300_000);
      assert.ok(Math.abs((stat?.modified_ms ?? 0) - now_ms()) < 120_000);
      assert.equal(stat?.lock, undefined);
    }
  });

  check("never answers a range with fewer bytes", async ({ store }) => {
    await store.put("k", Buffer.alloc(10));
    for (const range of [{ offset_bytes: 5, length_bytes: 6 }, { offset_bytes: 11 }, { length_bytes: 11 }]) {
      await rejects(store.get("k", range), "STORE_SHORT_OBJECT", /k has 10 bytes/);
    }
    await rejects(store.get("k", { offset_bytes: -1 }), "STORE_BAD_REQUEST");
    await rejects(store.get("k", { length_bytes: 1.5 }), "STORE_BAD_REQUEST");
  });

  check("keeps many small parts in order", async ({ store }) => {
    const parts = Array.from({ length: 3000 }, (_, i) => Buffer.from(`${i},`.repeat(i % 4)));
    await store.put("parts", parts);
    assert.ok((await store.get("parts")).equals(Buffer.concat(parts)));
  });

  check("keeps an empty object", async ({ store }) => {
    await store.put("empty", []);
    await store.put("hollow", [new Uint8Array(0), new Uint8Array(0)]);
    assert.equal((await store.get("empty")).byteLength, 0);
    assert.equal((await store.stat("hollow"))?.size_bytes, 0);
  });

  check("keeps a 64 MiB object", async ({ store }) => {
    const body = systemRandom.bytes(64 * MIB);
    await store.put("big", [body.subarray(0, 63 * MIB), body.subarray(63 * MIB)]);
    const read = await store.get("big");
    assert.equal(createHash("sha256").update(read).digest("hex"), createHash("sha256").update(body).digest("hex"));
    const tail = await store.get("big", { offset_bytes: 60 * MIB, length_bytes: 4 * MIB });
    assert.ok(tail.equals(body.subarray(60 * MIB)));
  });

  check("says what is not there", async ({ store }) => {
    await rejects(store.get("no/such"), "STORE_NOT_FOUND", /no\/such/);
    assert.equal(await store.stat("no/such"), undefined);
    await store.delete("no/such");
    await rejects(store.lock("no/such", { mode: "GOVERNANCE", retain_until_ms: inADay() }), "STORE_NOT_FOUND");
    assert.deepEqual(await keysOf(store, "no/"), []);
    await store.put("a/b", Buffer.from("x"));
    await rejects(store.get("a"), "STORE_NOT_FOUND");
    await rejects(store.get("a/b/c"), "STORE_NOT_FOUND");
    assert.equal(await store.stat("a"), undefined);
    assert.equal(await store.stat("a/b/c"), undefined);
    await store.delete("a/b");
    await rejects(store.get("a/b"), "STORE_NOT_FOUND");
    assert.deepEqual(await keysOf(store, ""), []);
  });

  check("refuses keys that are none", async ({ store }) => {
    const long = "x".repeat(241);
    const paths = ["", "/", "a/", "/a", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a/.."];
    const hostile = [...paths, "a\0b", "a\\b", "a b", "ä"];
    for (const key of [...hostile, ".tmp/x", ".locks/x", ".hidden", "a~b", "a\n", long, `${"ab/".repeat(171)}a`]) {
      await rejects(store.put(key, Buffer.from("x")), "STORE_BAD_KEY");
      await rejects(store.get(key), "STORE_BAD_KEY");
      await rejects(store.stat(key), "STORE_BAD_KEY");
      await rejects(store.delete(key), "STORE_BAD_KEY");
      await rejects(store.lock(key, { mode: "GOVERNANCE", retain_until_ms: inADay() }), "STORE_BAD_KEY");
    }
    for (const prefix of ["/", "../", "a/../", ".tmp", "a//", "a b"])
      await rejects(keysOf(store, prefix), "STORE_BAD_KEY");
    assert.deepEqual(await keysOf(store, ""), []);
    const longest = `${"s".repeat(240)}/${"t".repeat(240)}/${"u".repeat(30)}`;
    await store.put(longest, Buffer.from("x"), { lock: { mode: "GOVERNANCE", retain_until_ms: inADay() } });
    assert.equal((await store.stat(longest))?.lock?.mode, "GOVERNANCE");
  });

  check("refuses a key that is the folder of another", async ({ store }) => {
    await store.put("a/b", Buffer.from("x"));
    await rejects(store.put("a", Buffer.from("y")), "STORE_BAD_KEY", /folder/);
    await rejects(store.put("a", Buffer.from("y"), { if_absent: true }), "STORE_BAD_KEY", /folder/);
    await rejects(store.put("a/b/c", Buffer.from("y")), "STORE_BAD_KEY");
    assert.deepEqual(await keysOf(store, ""), ["a/b"]);
  });

  check("lists bytewise by whole key, by prefix, with locks", async ({ store, open }) => {
    const keys = [
      "a-b",
      "a.b",
      "a/b",
      "a0",
      "a_b",
      "aB",
      "a-/x",
      "a./x",
      "a/b.c/d",
      "a/b-c",
      "a/B",
      "A",
      "Z/z",
      "0",
      "a/b0/q",
    ];
    const distinct = keys.filter((key) => !keys.some((other) => other.startsWith(`${key}/`)));
    for (const key of distinct) await store.put(key, Buffer.from(key));
    await store.lock("a/b-c", { mode: "COMPLIANCE", retain_until_ms: inADay() });
    const sorted = distinct.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const reader of [store, await open()]) {
      assert.deepEqual(await keysOf(reader, ""), sorted);
      for (const prefix of ["a", "a-", "a/", "a/b", "a/b.", "a/b.c/", "a/b.c/d", "Z", "q", "a/b-c/"]) {
        assert.deepEqual(
          await keysOf(reader, prefix),
          sorted.filter((key) => key.startsWith(prefix)),
          prefix,
        );
      }
      const stats = await collect(reader.list("a/b-c", { locks: true }));
      assert.equal(stats[0]?.lock?.mode, "COMPLIANCE");
      assert.equal(stats[0]?.size_bytes, 5);
    }
  });

  check("streams a long listing in order", async ({ store, under }) => {
    const many = under.many ?? 10_000;
    const keys = Array.from({ length: many }, (_, i) => `p/${(i % 64).toString(16)}/${(i * 7919) % 10_000}`);
    if (under.fill !== undefined) await under.fill(keys);
    else await atMost(32, keys, (key) => store.put(key, Buffer.from("x")));
    assert.deepEqual(await keysOf(store, "p/"), keys.toSorted());
    const first: string[] = [];
    for await (const { key } of store.list("p/")) if (first.push(key) === 3) break;
    assert.deepEqual(first, keys.toSorted().slice(0, 3));
  });

  check("moves an object between tiers, where every reader finds it", checkTiers);

  check("lets exactly one of eight writers win with if_absent", async ({ store, open }) => {
    const stores = [store, await open(), await open(), await open()];
    for (let round = 0; round < 5; round++) {
      const key = `race/${round}`;
      const bodies = Array.from({ length: 8 }, (_, i) => Buffer.alloc(50_000, i));
      const outcomes = await Promise.allSettled(
        bodies.map((body, i) => (stores[i % 4] as ObjectStore).put(key, body, { if_absent: true })),
      );
      const winners = outcomes.flatMap((outcome, i) => (outcome.status === "fulfilled" ? [i] : []));
      assert.equal(winners.length, 1);
      assert.ok((await store.get(key)).equals(bodies[winners[0] as number] as Buffer));
      for (const outcome of outcomes) {
        if (outcome.status === "rejected") assert.equal(codeOf(outcome.reason), "STORE_ALREADY_EXISTS");
      }
    }
  });

  check("shows a reader the old object or the new one, never a mix", async ({ store, open }) => {
    const writer = await open();
    const sizes = [40_000, 70_000];
    await store.put("replaced", Buffer.alloc(40_000, 0));
    let done = false;
    const writing = (async () => {
      for (let i = 1; i <= 40; i++) await writer.put("replaced", Buffer.alloc(sizes[i % 2] as number, i));
      done = true;
    })();
    let reads = 0;
    while (!done) {
      const seen = await store.get("replaced");
      assert.equal(seen.byteLength, sizes[(seen[0] as number) % 2]);
      assert.ok(seen.every((byte) => byte === seen[0]));
      reads++;
    }
    await writing;
    assert.ok(reads > 0);
    assert.equal((await store.get("replaced"))[0], 40, "what was put last is read next, by every handle");
    assert.equal((await store.stat("replaced"))?.size_bytes, 40_000);
  });

  for (const mode of ["GOVERNANCE", "COMPLIANCE"] as const) {
    check(`keeps a ${mode} lock until its date`, (given) => checkLock(given, mode));
  }

  check("strengthens a lock and never weakens one", async ({ store, clock }) => {
    const in_days = (days: number) => Math.trunc(clock.now_ms()) + days * DAY_MS;
    await store.put("k", Buffer.from("x"), { lock: { mode: "GOVERNANCE", retain_until_ms: in_days(5) } });
    await rejects(store.lock("k", { mode: "GOVERNANCE", retain_until_ms: in_days(4) }), "STORE_LOCKED", /shorten/);
    await rejects(store.lock("k", { mode: "COMPLIANCE", retain_until_ms: in_days(4) }), "STORE_LOCKED", /shorten/);
    await store.lock("k", { mode: "COMPLIANCE", retain_until_ms: in_days(6) });
    await rejects(store.lock("k", { mode: "GOVERNANCE", retain_until_ms: in_days(9) }), "STORE_LOCKED", /weaken/);
    assert.deepEqual((await store.stat("k"))?.lock?.mode, "COMPLIANCE");
    await rejects(store.lock("k", { mode: "COMPLIANCE", retain_until_ms: Number.NaN }), "STORE_BAD_REQUEST");
  });

  check("refuses a lock that ends in the past", async ({ store }) => {
    const lock = { mode: "COMPLIANCE", retain_until_ms: now_ms() - 1000 } as const;
    await rejects(store.put("k", Buffer.from("x"), { lock }), "STORE_BAD_REQUEST", /past/);
    assert.equal(await store.stat("k"), undefined);
    await store.put("k", Buffer.from("x"));
    await rejects(store.lock("k", lock), "STORE_BAD_REQUEST", /past/);
  });

  check("does not let a refused put touch the lock of what is there", async ({ store }) => {
    await store.put("k", Buffer.from("x"));
    const lock = { mode: "COMPLIANCE", retain_until_ms: inADay() } as const;
    await rejects(store.put("k", Buffer.from("y"), { lock, if_absent: true }), "STORE_ALREADY_EXISTS");
    assert.equal((await store.stat("k"))?.lock, undefined);
    await store.delete("k");
  });

  check(
    "refuses what would pass the quota before it is stored, and counts what was freed",
    async ({ store, open }) => {
      await store.put("one", Buffer.alloc(60_000));
      await rejects(store.put("two", Buffer.alloc(60_000)), "STORE_QUOTA_EXCEEDED", /two .*quota/);
      assert.deepEqual(await keysOf(store, ""), ["one"]);
      const other = await open();
      await rejects(other.put("two", Buffer.alloc(60_000)), "STORE_QUOTA_EXCEEDED");
      const error = await failureOf(other.put("two", Buffer.alloc(60_000)));
      assert.equal(error.status_reason, "StorageQuotaExceeded");
      await other.put("one", Buffer.alloc(10_000));
      await store.put("two", Buffer.alloc(60_000));
      await store.delete("two");
      await store.put("three", Buffer.alloc(80_000));
    },
    100_000,
  );

  check("obeys an abort signal", async ({ store }) => {
    const signal = AbortSignal.abort(new Error("the job was cancelled"));
    await store.put("k", Buffer.from("x"));
    await rejects(store.put("n", Buffer.from("x"), { signal }), "STORE_ABORTED");
    await rejects(store.get("k", { signal }), "STORE_ABORTED");
    assert.equal(await store.stat("n"), undefined);
    const late = new AbortController();
    const putting = store.put(
      "late",
      Array.from({ length: 64 }, () => Buffer.alloc(MIB)),
      { signal: late.signal },
    );
    setImmediate(() => late.abort());
    const [outcome] = await Promise.allSettled([putting]);
    if (outcome.status === "rejected") assert.equal(codeOf(outcome.reason), "STORE_ABORTED");
    assert.equal((await store.stat("late"))?.size_bytes, outcome.status === "rejected" ? undefined : 64 * MIB);
  });

  check("is unusable once closed", async ({ store }) => {
    await store.put("k", Buffer.from("x"));
    await store.close();
    await store.close();
    await rejects(store.put("k", Buffer.from("x")), "STORE_CLOSED");
    await rejects(store.get("k"), "STORE_CLOSED");
    await rejects(store.stat("k"), "STORE_CLOSED");
    await rejects(store.delete("k"), "STORE_CLOSED");
    await rejects(keysOf(store, ""), "STORE_CLOSED");
  });
}

interface Given {
  readonly store: ObjectStore;
  readonly open: () => Promise<ObjectStore>;
  readonly clock: MovableClock;
  readonly under: StoreUnderTest;
}

async function checkLock({ store, open, clock, under }: Given, mode: LockMode): Promise<void> {
  let moved_ms = 0;
  const move = async (by_ms: number) => {
    clock.move(by_ms);
    moved_ms += by_ms;
    await under.moveService?.(moved_ms);
  };
  const retain_until_ms = Math.trunc(clock.now_ms()) + 2 * DAY_MS;
  const date = new RegExp(new Date(retain_until_ms).toISOString().slice(0, 19));
  await store.put("x/k", Buffer.from("kept"), { lock: { mode, retain_until_ms } });
  const other = await open();
  for (const one of [store, other]) {
    assert.deepEqual((await one.stat("x/k"))?.lock, { mode, retain_until_ms });
    await rejects(one.put("x/k", Buffer.from("new")), "STORE_LOCKED", date);
    await rejects(one.delete("x/k"), "STORE_LOCKED", date);
    await rejects(one.put("x/k", Buffer.from("new"), { if_absent: true }), "STORE_ALREADY_EXISTS");
  }
  await store.lock("x/k", { mode, retain_until_ms }); // once more is no change
  await move(-10 * DAY_MS);
  await rejects(other.delete("x/k"), "STORE_LOCKED", date);
  await move(11 * DAY_MS); // one day from the start
  await rejects(other.delete("x/k"), "STORE_LOCKED", date);
  await other.lock("x/k", { mode, retain_until_ms: retain_until_ms + DAY_MS });
  await move(1.5 * DAY_MS); // past the first date
  await rejects(store.delete("x/k"), "STORE_LOCKED");
  assert.equal((await store.get("x/k")).toString(), "kept");
  await move(DAY_MS); // past the second
  await store.put("x/k", Buffer.from("replaced"));
  assert.equal((await store.stat("x/k"))?.lock, undefined, "a replaced object does not inherit the ended lock");
  await store.delete("x/k");
  await store.put("x/k", Buffer.from("again"));
  assert.equal((await store.stat("x/k"))?.lock, undefined);
}

export async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await collect(store.list(prefix))).map((stat) => stat.key);
}

async function collect(listing: AsyncIterable<ObjectStat>): Promise<ObjectStat[]> {
  const stats: ObjectStat[] = [];
  for await (const stat of listing) stats.push(stat);
  return stats;
}

export async function failureOf(work: Promise<unknown>): Promise<HoldfastError> {
  const [outcome] = await Promise.allSettled([work]);
  assert.equal(outcome.status, "rejected", "should have been refused");
  assert.ok(outcome.reason instanceof HoldfastError, `not of the catalogue: ${String(outcome.reason)}`);
  return outcome.reason;
}

export async function rejects(work: Promise<unknown>, code: string, message?: RegExp): Promise<void> {
  const error = await failureOf(work);
  assert.equal(error.code, code, error.message);
  if (message !== undefined) assert.match(error.message, message);
}

function codeOf(reason: unknown): string {
  return reason instanceof HoldfastError ? reason.code : `not of the catalogue: ${String(reason)}`;
}

async function atMost<T>(count: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: count }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}
