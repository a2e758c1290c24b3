/** Many workloads backed up at once: what came of each, a trial run, the same request again, the log, and whose they are. */
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
const plain = await add("plain");
const bound = await add("bound", { "backup-policy": "critical-1h" });
const excepted = await add("excepted", { "backup-opt-out": "made anew by every build", owner: "ci" });
const foreign = await add("foreign", {}, "other");
const backUp = (workloads: readonly string[], query = "", options = {}) =>
  call("POST", `/v1/workload-backups${query}`, { body: { workloads }, ...options });
const jobs = () => database.db.selectFrom("jobs").selectAll().where("kind", "=", "backup").orderBy("id").execute();
const none = () => database.db.deleteFrom("jobs").where("kind", "=", "backup").execute();

test("each of many is queued, or refused with the reason; a trial queues nothing; the same key queues nothing twice", async () => {
  const asked = [bound.id, excepted.id, plain.id, "wkl_nobody", bound.id];
  const dry = await backUp(asked, "?dry_run=true");
  assert.equal(dry.headers["dry-run"], "true");
  assert.equal(dry.body.queued, 2);
  assert.deepEqual(await jobs(), []);
  const headers = { "idempotency-key": "one-morning" };
  const done = await backUp(asked, "", { headers });
  assert.equal(done.status, 202, JSON.stringify(done.body));
  const { queued, refused, project_id, items } = done.body;
  assert.deepEqual([queued, refused, project_id], [2, 2, null]);
  assert.deepEqual(
    items.map((it: { name: string; outcome: string; error: { code: string } | null }) => [
      it.name,
      it.outcome,
      it.error?.code,
    ]),
    [
      ["bound", "QUEUED", undefined],
      ["excepted", "REFUSED", "WORKLOAD_EXCLUDED"],
      ["plain", "QUEUED", undefined],
      [null, "REFUSED", "WORKLOAD_NOT_FOUND"],
    ],
  );
  const again = await backUp(asked, "", { headers });
  assert.equal(again.headers["idempotency-replayed"], "true");
  assert.deepEqual(again.body, done.body);
  const made = new Map((await jobs()).map((job) => [job.workload_id, job]));
  assert.equal(made.size, 2);
  assert.deepEqual(
    [bound.id, plain.id].map((id) => made.get(id)?.id),
    [items[0].job_id, items[2].job_id],
  );
  const events = await database.db
    .selectFrom("events")
    .select(["subject", "project_id"])
    .where("type", "=", "holdfast.job.state")
    .execute();
  assert.deepEqual(new Set(events.map((it) => it.subject)), new Set([items[0].job_id, items[2].job_id]));
  await none();
});

test("a job of many is what it would be if it were asked for alone", async () => {
  const at_once = (await backUp([bound.id, plain.id])).body.items;
  for (const [index, workload] of [bound.id, plain.id].entries()) {
    const alone = (await call("POST", "/v1/backups", { body: { workload } })).body.job_id;
    const rows = await jobs();
    const same = (id: string) => {
      const row = rows.find((it) => it.id === id);
      assert.ok(row !== undefined);
      const { id: _, created_at, updated_at: __, run_after: ___, complete_until, ...rest } = row;
      const within_ms = complete_until === null ? null : complete_until.getTime() - created_at.getTime();
      return { ...rest, within_ms };
    };
    assert.deepEqual(same(at_once[index].job_id), same(alone));
  }
  await none();
});

test("a thousand are queued by one request", async () => {
  const ids: string[] = [];
  for (let n = 0; n < 1000; n++) ids.push(`wkl_bulk_${n}`);
  const row = await database.db
    .selectFrom("workloads")
    .selectAll()
    .where("id", "=", plain.id)
    .executeTakeFirstOrThrow();
  const tagged = { source: JSON.stringify(row.source), tags: JSON.stringify(row.tags) };
  const rows = ids.map((id) => ({ ...row, ...tagged, exception: null, id, name: id }));
  await database.db.insertInto("workloads").values(rows).execute();
  const { body } = await backUp(ids);
  assert.equal(body.queued, 1000);
  assert.equal(body.project_id, plain.project_id);
  assert.equal(new Set((await jobs()).map((it) => it.workload_id)).size, 1000);
  await none();
  await database.db.deleteFrom("workloads").where("id", "in", ids).execute();
});

test("the log says who asked for which; what is asked for is bounded; who may only read may not", async () => {
  assert.equal((await backUp([plain.id])).body.project_id, plain.project_id);
  const { items } = (await call("GET", "/v1/audit?filter=action%3Dback_up_workloads")).body;
  assert.equal(items[0].outcome, "DONE");
  assert.deepEqual(items[0].request, { workloads: [plain.id] });
  assert.equal(items[0].project_id, plain.project_id);
  assert.equal((await backUp([])).status, 400);
  assert.equal((await backUp(Array.from({ length: 1001 }, (_, n) => `wkl_${n}`))).status, 400);
  assert.equal((await backUp([plain.id], "", { token: await token(["backups:read"]) })).status, 403);
});

test("another project's workload is not there for whoever may not see it", async () => {
  await none();
  const made = (await call("POST", "/v1/tokens", { body: { name: "acme-only" } })).body;
  const grant = { subject_type: "token", subject: made.id, role: "baas.admin", project: "acme" };
  assert.equal((await call("POST", "/v1/bindings", { body: grant })).status, 201);
  const { body } = await backUp([plain.id, foreign.id], "", { token: made.secret });
  assert.deepEqual(
    body.items.map((it: { outcome: string; name: string | null }) => [it.outcome, it.name]),
    [
      ["QUEUED", "plain"],
      ["REFUSED", null],
    ],
  );
  assert.deepEqual(
    (await jobs()).map((it) => it.workload_id),
    [plain.id],
  );
});
