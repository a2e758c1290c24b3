import assert from "node:assert/strict";
import test from "node:test";
import { duration_ms, durationSchema, policySpecSchema } from "./index.ts";

test("durations are spans in milliseconds, sums of units", () => {
  assert.equal(duration_ms("1h30m"), 5_400_000);
  assert.equal(duration_ms("7d"), 604_800_000);
  assert.equal(durationSchema.safeParse("7 days").success, false);
});

test("a policy with only the published fields gets every default", () => {
  const spec = policySpecSchema.parse({
    name: "prod-daily-7d-30d-monthly-1y",
    schedule: { daily: "02:00 Asia/Dhaka" },
    retention: { daily: 7, weekly: 4, monthly: 12 },
    copy: { cross_region: "bd-ctg-1" },
    target: { storage_class: "ARCHIVE", object_lock: { mode: "GOVERNANCE", days: 365 } },
  });
  assert.equal(spec.immutable, false);
  assert.equal(spec.catch_up, "one");
  assert.deepEqual(spec.retry, { max: 3, backoff: "1m" });
});
