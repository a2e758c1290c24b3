import assert from "node:assert/strict";
import test from "node:test";
import { systemClock, systemRandom } from "../../base/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { createProject, createRegion, createWorkload } from "../inventory/index.ts";
import { previewAttachment } from "./attachment-preview.ts";
import { attachPolicy } from "./attachments.ts";
import { createPolicy } from "./policies.ts";
import { matches, parseSelector } from "./selector.ts";
import { selectorCondition } from "./selector-sql.ts";

const databases = testDatabases();
const ports = { clock: systemClock, random: systemRandom };

const TAGS: Readonly<Record<string, Record<string, string>>> = {
  bare: {},
  prod: { env: "prod", tier: "1" },
  dev: { env: "dev", tier: "2" },
  odd: { env: "p%d", name: "web_1", path: "a\\b" },
  web: { name: "web-12", env: "" },
  star: { env: "*", temporary: "yes" },
};
const SELECTORS = [
  "env=prod",
  "env!=prod",
  "tier in (1,2)",
  "tier notin (1,3)",
  "temporary",
  "!temporary",
  "name=web-*",
  "name=web?1",
  "env=p%d",
  "env=p?d",
  "path=a\\b",
  "env=prod,tier=1",
  "env!=dev,!temporary,name=*",
];

async function world() {
  const { db } = await databases.create();
  await createRegion(db, { name: "bd-dha-1", country: "BD", store: { kind: "fs", path: "/srv/dha" } }, ports);
  await createProject(db, { name: "acme-prod", region: "bd-dha-1" }, ports);
  for (const [name, tags] of Object.entries(TAGS)) {
    const source = { kind: "files" as const, paths: ["/srv"] };
    await createWorkload(db, { name, project: "acme-prod", type: "vm", source, tags }, ports);
  }
  return db;
}

test("the database finds the workloads that a policy's selector finds", async () => {
  const db = await world();
  for (const text of SELECTORS) {
    const selector = parseSelector(text);
    const rows = await db
      .selectFrom("workloads")
      .select("name")
      .where(selectorCondition(selector, "workloads.tags"))
      .orderBy("name")
      .execute();
    const expected = Object.keys(TAGS).filter((name) => matches(selector, TAGS[name] ?? {}));
    assert.deepEqual(
      rows.map(({ name }) => name),
      expected.sort(),
      text,
    );
  }
});

test("a preview of an attachment says who gains the policy, and of its removal who loses it and is left bare", async () => {
  const db = await world();
  await createPolicy(db, { name: "daily", schedule: { daily: "08:00 Asia/Dhaka" }, retention: { daily: 7 } }, ports);
  const gain = await previewAttachment(db, { policy: "daily", target: { selectors: ["env=prod", "env=dev"] } }, ports);
  assert.deepEqual([gain.added_total, gain.removed_total, gain.unchanged_total], [2, 0, 0]);
  assert.deepEqual(gain.added.map(({ name }) => name).sort(), ["dev", "prod"]);
  const made = await attachPolicy(db, "daily", { selectors: ["env=prod"] }, ports);
  const again = await previewAttachment(db, { policy: "daily", target: { selectors: ["env=prod", "env=dev"] } }, ports);
  assert.deepEqual([again.added_total, again.unchanged_total], [1, 1]);
  const loss = await previewAttachment(db, { remove: made.id }, ports);
  assert.deepEqual([loss.removed_total, loss.left_bare_total], [1, 1]);
  assert.deepEqual(
    loss.removed.map(({ name }) => name),
    ["prod"],
  );
  assert.equal((await db.selectFrom("attachments").select("id").execute()).length, 1);
});
