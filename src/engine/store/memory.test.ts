import assert from "node:assert/strict";
import test from "node:test";
import { systemClock } from "../../base/index.ts";
import { MemoryStore } from "./memory.ts";
import type { ObjectStore } from "./port.ts";
import { readOnly } from "./readonly.ts";
import { keysOf, rejects, storeContract } from "./testing/contract.ts";

storeContract("memory", async (_t, options) => {
  const store = new MemoryStore(options);
  return { open: async () => store };
});

test("a read-only store reads and refuses every change", async () => {
  const inner = new MemoryStore({ clock: systemClock });
  await inner.put("k", Buffer.from("x"));
  const store: ObjectStore = readOnly(inner);
  assert.equal((await store.get("k")).toString(), "x");
  assert.deepEqual(await keysOf(store, ""), ["k"]);
  assert.equal((await store.stat("k"))?.size_bytes, 1);
  await rejects(store.put("k", Buffer.from("y")), "STORE_READ_ONLY");
  await rejects(store.delete("k"), "STORE_READ_ONLY");
  await rejects(store.lock("k", { mode: "GOVERNANCE", retain_until_ms: 9e12 }), "STORE_READ_ONLY");
  assert.equal((await inner.get("k")).toString(), "x");
});
