/**
 * The audit chain after 10,000 random operations by several callers at once: whole, complete, and told to be broken
 * wherever somebody who owns the database changes it. `HOLDFAST_AUDIT_OPERATIONS` makes it shorter, to try it.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import fc from "fast-check";
import { sql } from "kysely";
import { eachOf, type TestApi, testApi } from "../../src/apps/api/testing.ts";
import { verifyAudit } from "../../src/control/audit/index.ts";

const OPERATIONS = Number(process.env["HOLDFAST_AUDIT_OPERATIONS"] ?? 10_000);
const api = await testApi({ requests_per_minute: 10_000_000 });
const { db } = api.database;

const name = fc.integer({ min: 0, max: 40 }).map((n) => `w-${n}`);
const text = fc.string({ unit: "binary", maxLength: 60 });
type Operation = (it: TestApi, viewer: string) => Promise<{ readonly status: number }>;

const workload = (of: string, tag: string) => ({
  name: of,
  project: "acme",
  type: "host",
  source: { kind: "files", paths: ["/srv"] },
  tags: { note: tag.replace(/[^a-z]/gi, "x") || "x" },
});

/** Every kind of entry: done, refused for want of a right, refused for what it asked, a sign-in that failed. */
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(name, text).map(
    ([of, tag]): Operation =>
      (it) =>
        it.call("POST", "/v1/workloads", { body: workload(of, tag) }),
  ),
  fc.tuple(name, text).map(
    ([of, tag]): Operation =>
      (it) =>
        it.call("PATCH", `/v1/workloads/${of}`, { body: { tags: workload(of, tag).tags } }),
  ),
  name.map(
    (of): Operation =>
      (it) =>
        it.call("DELETE", `/v1/workloads/${of}`),
  ),
  name.map(
    (of): Operation =>
      (it, viewer) =>
        it.call("DELETE", `/v1/workloads/${of}`, { token: viewer }),
  ),
  text.map(
    (body): Operation =>
      (it) =>
        it.call("POST", "/v1/policies", { body: { spec: { name: body } } }),
  ),
  fc.tuple(name, text).map(
    ([of, reason]): Operation =>
      (it) =>
        it.call("POST", "/v1/tokens", { body: { name: of }, headers: { "x-reason": encodeURIComponent(reason) } }),
  ),
  fc.tuple(name, text).map(
    ([of, password]): Operation =>
      (it) =>
        it.call("POST", "/v1/session", { body: { name: of, password: password || "x" }, token: null }),
  ),
);

/** By what docs/access.md says, and no code of the product. */
function sorted(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${sorted(member)}`).join(",")}}`;
}

test(`the chain holds after ${OPERATIONS} random operations, and breaks where it is touched`, async () => {
  const here = { name: "here", country: "BD", store: { kind: "fs", path: `${api.dir}/here` } };
  assert.equal((await api.call("POST", "/v1/regions", { body: here })).status, 201);
  assert.equal((await api.call("POST", "/v1/projects", { body: { name: "acme", region: "here" } })).status, 201);
  const viewer = await api.token(["*:read"]);
  const operations = fc.sample(operation, { numRuns: OPERATIONS, seed: 20_261_126 });
  const answers = new Map<string, number>();
  await eachOf(operations, async (run) => {
    const { status } = await run(api, viewer);
    answers.set(`${Math.floor(status / 100)}xx`, (answers.get(`${Math.floor(status / 100)}xx`) ?? 0) + 1);
    assert.ok(status < 500, String(status));
  });

  const verdict = await verifyAudit(db);
  assert.deepEqual([verdict.valid, verdict.detail], [true, null]);
  assert.equal(verdict.entries, OPERATIONS + 2, JSON.stringify([...answers]));
  const rows = await db.selectFrom("audit_log").selectAll().orderBy("sequence").execute();
  let before = "0".repeat(64);
  for (const { hash, time, ...row } of rows) {
    assert.equal(row.prev_hash, before);
    const content = sorted({ ...row, time: time.toISOString() });
    assert.equal(createHash("sha256").update(content).digest("hex"), hash, String(row.sequence));
    before = hash;
  }

  await assert.rejects(db.updateTable("audit_log").set({ status: 1 }).execute(), /append-only/);
  const target = Math.floor(OPERATIONS / 2);
  await sql`alter table audit_log disable trigger user`.execute(db);
  await sql`update audit_log set actor_name = 'somebody else' where sequence = ${target}`.execute(db);
  assert.equal((await verifyAudit(db)).broken_at, target);
  await sql`delete from audit_log where sequence = ${target}`.execute(db);
  assert.match((await verifyAudit(db)).detail ?? "", /is missing/);
});
