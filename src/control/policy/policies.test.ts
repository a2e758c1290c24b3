import assert from "node:assert/strict";
import test from "node:test";
import { hasCode, systemClock, systemRandom } from "../../base/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import {
  attachPolicy,
  createPolicy,
  deletePolicy,
  detachPolicy,
  getPolicy,
  getPolicyVersion,
  listAttachments,
  listPolicies,
  rpo_ms,
  seedTemplates,
  setPolicy,
} from "./index.ts";

const databases = testDatabases();
const ports = { clock: systemClock, random: systemRandom };
const input = { name: "p", schedule: { daily: "02:00 Asia/Dhaka" }, retention: { daily: 7, weekly: 4 } };

test("the four templates are there from the first start, with their RPO, and stay as users leave them", async () => {
  const { db } = await databases.create();
  await Promise.all([seedTemplates(db, {}, ports), seedTemplates(db, {}, ports)]);
  const policies = await listPolicies(db);
  const rpo_hours = policies.map((policy) => [policy.name, rpo_ms(policy.spec) / 3_600_000]);
  assert.deepEqual(rpo_hours, [
    ["compliance-7yr", 24],
    ["critical-1h", 1],
    ["standard-daily", 24],
    ["weekly-light", 168],
  ]);
  const immutable = await setPolicy(db, "compliance-7yr", { immutable: true }, ports);
  assert.deepEqual([immutable.version, immutable.spec.immutable], [2, true]);
  await deletePolicy(db, "weekly-light", ports);
  await seedTemplates(db, {}, ports);
  assert.equal((await listPolicies(db)).length, 3);
  assert.equal((await getPolicy(db, "compliance-7yr")).spec.immutable, true);
});

test("an edit makes a version, checks what it was based on, and keeps the old ones", async () => {
  const { db } = await databases.create();
  const made = await createPolicy(db, input, ports);
  await assert.rejects(createPolicy(db, input, ports), (error) => hasCode(error, "POLICY_EXISTS"));
  const changed = await setPolicy(db, "p", { retention: { weekly: null, monthly: 12 } }, ports, { version: 1 });
  assert.deepEqual(changed.spec.retention, { daily: 7, monthly: 12 });
  assert.equal(
    (await setPolicy(db, "p", { retention: { monthly: 12 } }, ports)).version,
    2,
    "nothing changed, no version",
  );
  await assert.rejects(setPolicy(db, "p", { immutable: true }, ports, { version: 1 }), (error) =>
    hasCode(error, "POLICY_VERSION_CONFLICT"),
  );
  await assert.rejects(setPolicy(db, "p", { retention: null }, ports), (error) => hasCode(error, "POLICY_INVALID"));
  await assert.rejects(setPolicy(db, "p", { name: "q" }, ports), (error) => hasCode(error, "POLICY_INVALID"));
  assert.deepEqual((await getPolicyVersion(db, made.id, 1)).retention, { daily: 7, weekly: 4 });
});

test("attaching twice is attaching once; an attached policy cannot be deleted", async () => {
  const { db } = await databases.create();
  await createPolicy(db, input, ports);
  const target = { types: ["vm" as const], selectors: ["env=prod,tier=1"] };
  const first = await attachPolicy(db, "p", target, ports);
  assert.deepEqual(await attachPolicy(db, "p", target, ports), first);
  assert.equal((await listAttachments(db)).length, 1);
  await assert.rejects(attachPolicy(db, "p", {}, ports), (error) => hasCode(error, "ATTACHMENT_INVALID"));
  await assert.rejects(attachPolicy(db, "p", { selectors: [" "] }, ports), (error) =>
    hasCode(error, "SELECTOR_INVALID"),
  );
  await assert.rejects(deletePolicy(db, "p", ports), (error) => hasCode(error, "POLICY_IN_USE"));
  await detachPolicy(db, first.id, ports);
  await deletePolicy(db, "p", ports);
  await assert.rejects(getPolicy(db, "p"), (error) => hasCode(error, "POLICY_NOT_FOUND"));
});
