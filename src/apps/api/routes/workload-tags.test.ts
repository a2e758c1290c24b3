/** Many workloads tagged at once: what came of each, a trial run, the log, and whose they are. */
import assert from "node:assert/strict";
import test from "node:test";
import { testApi } from "../testing.ts";

const { call, database, dir, token } = await testApi();
await call("POST", "/v1/regions", {
  body: { name: "here", country: "BD", store: { kind: "fs", path: `${dir}/here` } },
});
await call("POST", "/v1/projects", { body: { name: "acme", region: "here" } });
await call("POST", "/v1/projects", { body: { name: "other", region: "here" } });
const add = async (name: string, tags: Record<string, string> = {}, project = "acme") => {
  const body = { name, project, type: "host", source: { kind: "files", paths: ["/srv"] }, tags };
  return (await call("POST", "/v1/workloads", { body })).body;
};
const MANY_TAGS = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`tag-${n}`, "x"]));
const plain = await add("plain");
const has = await add("has", { env: "prod" });
const differs = await add("differs", { env: "dev", old: "1", kept: "yes" });
const full = await add("full", MANY_TAGS);
const foreign = await add("foreign", {}, "other");
const tag = (workloads: readonly string[], tags: object, query = "", options = {}) =>
  call("POST", `/v1/workload-tags${query}`, { body: { workloads, tags }, ...options });
const read = async (id: string) => (await call("GET", `/v1/workloads/${id}`)).body;

test("each of many is changed, left as it is, or refused with the reason; a trial changes nothing", async () => {
  const asked = [differs.id, plain.id, has.id, full.id, "wkl_nobody", plain.id];
  const dry = await tag(asked, { env: "prod", old: null }, "?dry_run=true");
  assert.equal(dry.headers["dry-run"], "true");
  assert.deepEqual((await read(differs.id)).tags, differs.tags);
  const done = await tag(asked, { env: "prod", old: null });
  assert.equal(done.status, 200, JSON.stringify(done.body));
  assert.deepEqual(done.body, dry.body);
  const { changed, unchanged, refused, project_id, items } = done.body;
  assert.deepEqual([changed, unchanged, refused, project_id], [2, 1, 2, null]);
  assert.deepEqual(
    items.map((it: { name: string; outcome: string; error: { code: string } | null }) => [
      it.name,
      it.outcome,
      it.error?.code,
    ]),
    [
      ["differs", "CHANGED", undefined],
      ["plain", "CHANGED", undefined],
      ["has", "UNCHANGED", undefined],
      ["full", "REFUSED", "INVENTORY_INVALID"],
      [null, "REFUSED", "WORKLOAD_NOT_FOUND"],
    ],
  );
  assert.deepEqual(items[0].before, { env: "dev", old: "1" });
  assert.deepEqual((await read(differs.id)).tags, { env: "prod", kept: "yes" });
  assert.equal((await read(differs.id)).revision, differs.revision + 1);
  assert.equal((await read(has.id)).revision, has.revision);
  assert.deepEqual((await read(full.id)).tags, MANY_TAGS);
  const events = await database.db
    .selectFrom("events")
    .selectAll()
    .where("type", "=", "holdfast.workload.changed")
    .orderBy("sequence")
    .execute();
  assert.deepEqual(
    events.map((it) => [it.subject, it.data["revision"]]),
    [
      [differs.id, 2],
      [plain.id, 2],
    ],
  );
});

test("the log says who asked, what was before, and of which project", async () => {
  const body = { workloads: [plain.id, has.id], tags: { team: "db" } };
  assert.equal((await call("POST", "/v1/workload-tags", { body })).body.changed, 2);
  const { items } = (await call("GET", "/v1/audit?filter=action%3Dtag_workloads")).body;
  assert.equal(items[0].outcome, "DONE");
  assert.deepEqual(items[0].request, body);
  assert.equal(items[0].project_id, plain.project_id);
  assert.deepEqual(items[0].after.items[0].before, { team: null });
});

test("what is asked for is bounded and named; who may only read may not", async () => {
  assert.equal((await tag([], { a: "b" })).status, 400);
  assert.equal((await tag([plain.id], {})).status, 400);
  const ids = Array.from({ length: 1001 }, (_, n) => `wkl_${n}`);
  const many = await tag(ids, { a: "b" });
  assert.equal(many.status, 400);
  assert.match(JSON.stringify(many.body), /workloads/);
  assert.equal((await tag([plain.id], { a: "b" }, "", { token: await token(["workloads:read"]) })).status, 403);
});

test("another project's workload is not there for whoever may not see it", async () => {
  const made = (await call("POST", "/v1/tokens", { body: { name: "acme-only" } })).body;
  const grant = { subject_type: "token", subject: made.id, role: "baas.admin", project: "acme" };
  assert.equal((await call("POST", "/v1/bindings", { body: grant })).status, 201);
  const { body } = await tag([plain.id, foreign.id], { seen: "yes" }, "", { token: made.secret });
  assert.deepEqual(
    body.items.map((it: { outcome: string; name: string | null }) => [it.outcome, it.name]),
    [
      ["CHANGED", "plain"],
      ["REFUSED", null],
    ],
  );
  assert.deepEqual((await read(foreign.id)).tags, {});
});
