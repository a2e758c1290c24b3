import assert from "node:assert/strict";
import test from "node:test";
import { hasCode, systemClock, systemRandom } from "../../base/index.ts";
import { readEvents } from "../../platform/db/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import {
  createProject,
  createRegion,
  createWorkload,
  everyWorkload,
  getWorkload,
  removeWorkload,
  tagWorkload,
  updateWorkload,
  tagsInUse,
} from "./index.ts";

const databases = testDatabases();
const ports = { clock: systemClock, random: systemRandom };
const source = { kind: "files" as const, paths: ["/srv"] };

async function populated(): Promise<Db> {
  const { db } = await databases.create();
  await createRegion(db, { name: "bd-dha-1", country: "BD", store: { kind: "fs", path: "/srv/dha" } }, ports);
  await createProject(db, { name: "acme-prod", region: "bd-dha-1" }, ports);
  return db;
}

test("a workload is created, found by name, tagged, excepted and removed, each with an event", async () => {
  const db = await populated();
  const made = await createWorkload(
    db,
    { name: "web", project: "acme-prod", type: "vm", source, tags: { env: "prod" } },
    ports,
  );
  assert.deepEqual(made.source, { ...source, exclude: [] });
  assert.equal((await getWorkload(db, "web")).id, made.id);
  const tagged = await tagWorkload(db, made.id, { env: null, tier: "1" }, ports);
  assert.deepEqual(tagged.tags, { tier: "1" });
  assert.equal(tagged.revision, 2);
  const exception = { owner: "ops", reason: "rebuilt nightly", expires_at: "2027-01-01T00:00:00Z" };
  assert.deepEqual((await updateWorkload(db, made.id, { exception }, ports)).exception, exception);
  await removeWorkload(db, made.id, ports);
  await assert.rejects(getWorkload(db, "web"), (error) => hasCode(error, "WORKLOAD_NOT_FOUND"));
  const types = (await readEvents(db, { after_sequence: 0, limit: 10 })).map((event) => event.type);
  assert.deepEqual(types, [
    "holdfast.workload.created",
    "holdfast.workload.changed",
    "holdfast.workload.changed",
    "holdfast.workload.removed",
  ]);
  await createWorkload(db, { name: "web", project: "acme-prod", type: "vm", source }, ports); // The name is free again.
});

test("wrong input is refused by name of the field; names and revisions do not clash silently", async () => {
  const db = await populated();
  const bad = {
    name: "w b",
    project: "acme-prod",
    type: "vm" as const,
    source: { kind: "files" as const, paths: ["rel"] },
  };
  await assert.rejects(
    createWorkload(db, bad, ports),
    (error) =>
      hasCode(error, "INVENTORY_INVALID") && /name: .*; source\.paths\.0: an absolute path/.test(error.message),
  );
  const { id } = await createWorkload(db, { name: "web", project: "acme-prod", type: "vm", source }, ports);
  await assert.rejects(createWorkload(db, { name: "web", project: "acme-prod", type: "vm", source }, ports), (error) =>
    hasCode(error, "WORKLOAD_EXISTS"),
  );
  await tagWorkload(db, id, { a: "1" }, ports, { revision: 1 });
  await assert.rejects(tagWorkload(db, id, { a: "2" }, ports, { revision: 1 }), (error) =>
    hasCode(error, "REVISION_CONFLICT"),
  );
  await createProject(db, { name: "acme-test", region: "bd-dha-1" }, ports);
  const of_test = { project: "acme-test", type: "vm" as const, source };
  await createWorkload(db, { ...of_test, name: "a", tags: { env: "prod", tier: "1" } }, ports);
  await createWorkload(db, { ...of_test, name: "b", tags: { env: "prod" } }, ports);
  const { id: gone } = await createWorkload(db, { ...of_test, name: "c", tags: { env: "dev", old: "yes" } }, ports);
  await createWorkload(db, { ...of_test, name: "d", tags: { env: "dev" } }, ports);
  await removeWorkload(db, gone, ports);
  assert.deepEqual((await tagsInUse(db)).slice(0, 1), [
    {
      key: "env",
      values: [
        { value: "prod", workloads: 2 },
        { value: "dev", workloads: 1 },
      ],
    },
  ]);
  assert.ok(!(await tagsInUse(db)).some(({ key }) => key === "old"), "of what was removed nothing is told");
  await createWorkload(db, { name: "web", project: "acme-test", type: "vm", source }, ports);
  await assert.rejects(getWorkload(db, "web"), (error) => hasCode(error, "WORKLOAD_AMBIGUOUS"));
  const names: string[] = [];
  for await (const workload of everyWorkload(db)) names.push(workload.name);
  assert.deepEqual(names.sort(), ["a", "b", "d", "web", "web"]);
});
