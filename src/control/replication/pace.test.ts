import assert from "node:assert/strict";
import test from "node:test";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { setRegionLink } from "./index.ts";
import { createLinks } from "./pace.ts";

const databases = testDatabases();

test("what waits for a link's limit hears of a changed one; one second's worth passes at once, and in order", async (t) => {
  const it = await installation(t, databases);
  const [home, peer] = it.regions;
  const limit = (bytes_per_second: number | null) =>
    withTransaction(it.db, (tx) => setRegionLink(tx, { from: home.name, to: peer.name, bytes_per_second }, "test", it));
  let now_ms = 1_000_000;
  const clock = {
    now_ms: () => Date.now(),
    monotonic_ms: () => now_ms,
    sleep: async (ms: number) => {
      now_ms += ms;
      await onSleep();
    },
  };
  let onSleep = async () => undefined as unknown;
  const links = createLinks({ db: it.db, clock });
  const signal = new AbortController().signal;
  const took = async (bytes: number) => {
    const began_ms = now_ms;
    await links.pass(home.id, peer.id, bytes, signal);
    return now_ms - began_ms;
  };
  await limit(1000);
  assert.equal(await took(1000), 0, "one second's worth");
  assert.equal(await took(3000), 3000);
  now_ms += 60_000;
  assert.equal(await took(2000), 1000, "a long pause gives one second of credit, and no more");

  onSleep = async () => {
    onSleep = async () => undefined;
    await limit(100_000);
  };
  const waited_ms = await took(1_000_000); // 1,000 seconds by the limit in force when it asks
  assert.ok(waited_ms > 10_000 && waited_ms < 20_000, `${waited_ms} ms`);
  onSleep = async () => limit(null);
  assert.ok((await took(100_000_000)) <= 10_000, "no limit any more");
});
