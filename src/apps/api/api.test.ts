import assert from "node:assert/strict";
import test from "node:test";
import { testApi } from "./testing.ts";

const api = await testApi();
const { call } = api;
const region = (name: string) => ({ name, country: "BD", store: { kind: "fs", path: `${api.dir}/${name}` } });
const workload = (name: string, tags = {}) => ({
  name,
  project: "acme",
  type: "host",
  source: { kind: "files", paths: ["/srv"] },
  tags,
});

test("regions, projects, workloads: made, read by id and by name", async () => {
  const made = await call("POST", "/v1/regions", { body: region("bd-dha-1") });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.match(made.body.id, /^reg_/);
  assert.deepEqual((await call("GET", "/v1/regions/bd-dha-1")).body, made.body);
  assert.equal((await call("POST", "/v1/projects", { body: { name: "acme", region: "bd-dha-1" } })).status, 201);
  const vm = await call("POST", "/v1/workloads", { body: workload("web-1", { env: "prod" }) });
  assert.equal(vm.status, 201, JSON.stringify(vm.body));
  assert.equal(vm.body.region_name, "bd-dha-1");
  assert.deepEqual((await call("GET", `/v1/workloads/${vm.body.id}`)).body, vm.body);
  assert.deepEqual((await call("GET", "/v1/workloads/web-1?project=acme")).body, vm.body);
});

test("errors are problem details with code, fix and context", async () => {
  const { status, headers, body } = await call("GET", "/v1/regions/atlantis");
  assert.equal(status, 404);
  assert.match(String(headers["content-type"]), /^application\/problem\+json/);
  assert.equal(body.code, "REGION_NOT_FOUND");
  assert.equal(body.status, 404);
  assert.equal(body.retryable, false);
  assert.ok(body.fix.length > 0);
  assert.deepEqual(body.context, { region: "atlantis" });
  assert.equal(body.instance, headers["x-request-id"]);
  assert.equal((await call("GET", "/v1/nothing")).body.code, "API_ROUTE_NOT_FOUND");
});

test("unknown fields are refused, in body and in query, and named", async () => {
  const wrong = await call("POST", "/v1/regions", { body: { ...region("x"), colour: "red", country: "bd" } });
  assert.equal(wrong.status, 400);
  assert.equal(wrong.body.code, "API_REQUEST_INVALID");
  assert.match(wrong.body.detail, /colour/);
  assert.match(wrong.body.detail, /country/);
  assert.equal((await call("GET", "/v1/regions?colour=red")).body.code, "API_REQUEST_INVALID");
  const garbled = await call("POST", "/v1/regions", { body: "{", headers: { "content-type": "application/json" } });
  assert.equal(garbled.body.code, "API_REQUEST_INVALID");
});

test("no token, a wrong one, and one without the scope", async () => {
  const none = await call("GET", "/v1/regions", { token: null });
  assert.equal(none.status, 401);
  assert.equal(none.body.code, "API_TOKEN_MISSING");
  assert.equal((await call("GET", "/v1/regions", { token: "baas_wrong" })).body.code, "TOKEN_INVALID");
  const reader = await api.token(["regions:read"]);
  assert.equal((await call("GET", "/v1/regions", { token: reader })).status, 200);
  const refused = await call("POST", "/v1/regions", { token: reader, body: region("y") });
  assert.equal(refused.status, 403);
  assert.equal(refused.body.context.scope, "regions:write");
  assert.equal((await call("GET", "/healthz", { token: null })).status, 200);
});

test("pages go on where the one before ended, whatever is added meanwhile", async () => {
  for (let i = 0; i < 5; i++) {
    await call("POST", "/v1/workloads", { body: workload(`page-${i}`) });
  }
  const filter = encodeURIComponent("project=acme,type=host");
  const first = await call("GET", `/v1/workloads?page_size=2&filter=${filter}&order_by=name%20desc`);
  assert.equal(first.body.items.length, 2);
  await call("POST", "/v1/workloads", { body: workload("zz-new") });
  const names = first.body.items.map((item: { name: string }) => item.name);
  for (let token = first.body.next_page_token; token !== null; ) {
    const next = await call(
      "GET",
      `/v1/workloads?page_size=2&filter=${filter}&order_by=name%20desc&page_token=${token}`,
    );
    assert.equal(next.status, 200, JSON.stringify(next.body));
    names.push(...next.body.items.map((item: { name: string }) => item.name));
    token = next.body.next_page_token;
  }
  assert.deepEqual(names, ["web-1", "page-4", "page-3", "page-2", "page-1", "page-0"]);
  const other = await call("GET", `/v1/workloads?page_token=${first.body.next_page_token}`);
  assert.equal(other.body.code, "API_PAGE_TOKEN_INVALID");
  assert.equal((await call("GET", "/v1/workloads?page_token=nonsense")).body.code, "API_PAGE_TOKEN_INVALID");
  assert.equal((await call("GET", "/v1/workloads?page_size=1001")).status, 400);
});

test("filters know their fields, and quote", async () => {
  const list = async (filter: string) => call("GET", `/v1/workloads?filter=${encodeURIComponent(filter)}`);
  assert.equal((await list("name=web-1|page-1")).body.items.length, 2);
  assert.equal((await list('name="web-1"')).body.items.length, 1);
  assert.equal((await list("created_at>2999-01-01T00:00:00Z")).body.items.length, 0);
  assert.equal((await list("name!=web-1,name!=zz-new")).body.items.length, 5);
  const unknown = await list("colour=red");
  assert.equal(unknown.body.code, "API_FILTER_INVALID");
  assert.match(unknown.body.detail, /created_at/);
  assert.equal((await list("created_at<yesterday")).body.code, "API_FILTER_INVALID");
  assert.equal((await list("name=' or 1=1 --")).body.items.length, 0);
});

test("a POST repeated with its key gets the first answer; another body is refused", async () => {
  const headers = { "idempotency-key": "k-1" };
  const first = await call("POST", "/v1/regions", { body: region("bd-ctg-1"), headers });
  const again = await call("POST", "/v1/regions", { body: region("bd-ctg-1"), headers });
  assert.equal(again.status, 201);
  assert.deepEqual(again.body, first.body);
  assert.equal(again.headers["idempotency-replayed"], "true");
  const other = await call("POST", "/v1/regions", { body: region("bd-ctg-2"), headers });
  assert.equal(other.status, 409);
  assert.equal(other.body.code, "API_IDEMPOTENCY_KEY_REUSED");
  const failed = { "idempotency-key": "k-2" };
  assert.equal(
    (await call("POST", "/v1/regions", { body: region("bd-ctg-1"), headers: failed })).body.code,
    "REGION_EXISTS",
  );
  assert.equal((await call("POST", "/v1/regions", { body: region("bd-ctg-3"), headers: failed })).status, 201);
});

test("ten of the same at once are done once", async () => {
  const headers = { "idempotency-key": "k-many" };
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => call("POST", "/v1/workloads", { body: workload("once"), headers })),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
});

test("a key is forgotten after 24 hours, and its row goes", async () => {
  const { db } = api.database;
  const yesterday = new Date(Date.now() - 1000);
  await db.updateTable("idempotency_keys").set({ expires_at: yesterday }).execute();
  const headers = { "idempotency-key": "k-1" };
  assert.equal((await call("POST", "/v1/regions", { body: region("bd-new-1"), headers })).status, 201);
  const rows = await db.selectFrom("idempotency_keys").select("key").execute();
  assert.deepEqual(
    rows.map(({ key }) => key),
    ["k-1"],
  );
});

test("a dry run answers as if, and changes nothing", async () => {
  const dry = await call("POST", "/v1/workloads?dry_run=true", { body: workload("ghost") });
  assert.equal(dry.status, 201);
  assert.equal(dry.headers["dry-run"], "true");
  assert.equal(dry.body.name, "ghost");
  assert.equal((await call("GET", "/v1/workloads/ghost")).status, 404);
  const clash = await call("POST", "/v1/workloads?dry_run=true", { body: workload("web-1") });
  assert.equal(clash.body.code, "WORKLOAD_EXISTS");
});

test("edits name the revision they are made on", async () => {
  const { body: before } = await call("GET", "/v1/workloads/web-1");
  const url = `/v1/workloads/${before.id}`;
  const edited = await call("PATCH", url, {
    body: { tags: { tier: "1", env: null } },
    headers: { "if-match": `"${before.revision}"` },
  });
  assert.equal(edited.status, 200, JSON.stringify(edited.body));
  assert.deepEqual(edited.body.tags, { tier: "1" });
  const stale = await call("PATCH", url, { body: { tags: { x: "y" }, revision: before.revision } });
  assert.equal(stale.status, 409);
  assert.equal(stale.body.code, "REVISION_CONFLICT");
  assert.equal((await call("PATCH", url, { body: {} })).status, 400);
});

test("policies: templates are there; YAML with errors by line; versions", async () => {
  const list = await call("GET", "/v1/policies");
  const names = list.body.items.map((item: { name: string }) => item.name);
  for (const name of ["critical-1h", "standard-daily", "weekly-light", "compliance-7yr"])
    assert.ok(names.includes(name));
  const yaml = 'name: nightly\nschedule:\n  daily: "02:00 Asia/Dhaka"\nretention:\n  daily: 7\n';
  const made = await call("POST", "/v1/policies", { body: { yaml } });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.equal(made.body.version, 1);
  const wrong = await call("POST", "/v1/policies", { body: { yaml: yaml.replace("02:00", "25:00") } });
  assert.equal(wrong.status, 400);
  assert.match(wrong.body.detail, /line 3/);
  const set = await call("PATCH", "/v1/policies/nightly", { body: { changes: { immutable: true } } });
  assert.equal(set.body.version, 2);
  assert.equal(set.body.spec.immutable, true);
  const stale = await call("PATCH", "/v1/policies/nightly", {
    body: { changes: { immutable: false } },
    headers: { "if-match": "1" },
  });
  assert.equal(stale.status, 409);
});

test("attachments: by tag and type, once, and taken away", async () => {
  const target = { types: ["vm"], selectors: ["env=prod,tier=1"], project: "acme" };
  const made = await call("POST", "/v1/attachments", { body: { policy: "critical-1h", target } });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.match(made.body.target_text, /env=prod,tier=1/);
  const list = await call("GET", "/v1/attachments?filter=policy%3Dcritical-1h");
  assert.deepEqual(list.body.items, [made.body]);
  assert.equal((await call("DELETE", `/v1/attachments/${made.body.id}`)).status, 200);
  assert.equal((await call("DELETE", `/v1/attachments/${made.body.id}`)).status, 404);
  assert.equal((await call("POST", "/v1/attachments", { body: { policy: "critical-1h", target: {} } })).status, 400);
});

test("empty lists and unknown ids of what jobs make", async () => {
  for (const noun of ["backups", "copies", "restores", "verifications", "jobs"]) {
    assert.deepEqual((await call("GET", `/v1/${noun}`)).body, { items: [], next_page_token: null });
    assert.equal((await call("GET", `/v1/${noun}/nope`)).status, 404, noun);
  }
});

test("a region's storage is claimed for it, and refused to another", async () => {
  const place = { kind: "fs", path: `${api.dir}/claimed` };
  const made = await call("POST", "/v1/regions", { body: { name: "claim-1", country: "BD", store: place } });
  assert.equal(made.status, 201);
  const again = await call("POST", "/v1/regions", { body: { name: "claim-2", country: "BD", store: place } });
  assert.equal(again.status, 409);
  assert.equal(again.body.code, "REGION_MISMATCH");
  assert.equal((await call("GET", "/v1/regions/claim-2")).status, 404);
});

test("backup now: a job, asked for once with a key; not for what is excluded", async () => {
  const headers = { "idempotency-key": "backup-1" };
  const body = { workload: "web-1", project: "acme" };
  const first = await call("POST", "/v1/backups", { body, headers });
  assert.equal(first.status, 202, JSON.stringify(first.body));
  assert.deepEqual((await call("POST", "/v1/backups", { body, headers })).body, first.body);
  const job = await call("GET", `/v1/jobs/${first.body.job_id}`);
  assert.equal(job.body.kind, "backup");
  assert.equal(job.body.state, "QUEUED");
  assert.equal(job.body.workload_name, "web-1");
  const listed = await call("GET", "/v1/jobs?filter=workload%3Dweb-1,state%3DQUEUED");
  assert.equal(listed.body.items.length, 1);
  assert.equal((await call("POST", `/v1/jobs/${first.body.job_id}/cancel`)).status, 202);
  await call("POST", "/v1/workloads", { body: workload("spared", { "backup-opt-out": "scratch" }) });
  const excluded = await call("POST", "/v1/backups", { body: { workload: "spared" } });
  assert.equal(excluded.body.code, "WORKLOAD_EXCLUDED");
});

test("preview and reattach", async () => {
  const stored = await call("GET", "/v1/policies/standard-daily/preview?runs=3");
  assert.equal(stored.status, 200, JSON.stringify(stored.body));
  assert.equal(stored.body.runs.length, 3);
  const spec = { name: "p", schedule: { daily: "02:00 Asia/Dhaka" }, retention: { daily: 7 } };
  const unsaved = await call("POST", "/v1/policies/preview", { body: { spec } });
  assert.equal(unsaved.status, 200, JSON.stringify(unsaved.body));
  assert.deepEqual(unsaved.body.runs[0].classes, ["daily"]);
  await call("POST", "/v1/workloads", { body: workload("tagged", { "backup-policy": "standard-daily" }) });
  const dry = await call("POST", "/v1/policies/standard-daily/reattach?dry_run=true");
  assert.deepEqual(
    dry.body.added.map((it: { name: string }) => it.name),
    ["tagged"],
  );
  const done = await call("POST", "/v1/policies/standard-daily/reattach");
  assert.deepEqual(
    done.body.added.map((it: { name: string }) => it.name),
    ["tagged"],
  );
  const again = await call("POST", "/v1/policies/standard-daily/reattach");
  assert.deepEqual(
    again.body.unchanged.map((it: { name: string }) => it.name),
    ["tagged"],
  );
});

test("replication status, and a rebuild as a job", async () => {
  const status = await call("GET", "/v1/replication?policy=critical-1h");
  assert.deepEqual(status.body, { lag_seconds: 0, failures_24h: 0, pairs: [] });
  assert.equal((await call("GET", "/v1/replication?policy=nope")).status, 404);
  const rebuild = await call("POST", "/v1/catalog/rebuild", { body: {} });
  assert.equal(rebuild.status, 202, JSON.stringify(rebuild.body));
});

test("too large a body, and too many requests", async () => {
  const large = await call("POST", "/v1/policies", { body: { yaml: "x".repeat(1_100_000) } });
  assert.equal(large.status, 413);
  assert.equal(large.body.code, "API_BODY_TOO_LARGE");
  const limited = await testApi({ requests_per_minute: 3 });
  const codes: number[] = [];
  for (let i = 0; i < 5; i++) codes.push((await limited.call("GET", "/v1/regions")).status);
  assert.deepEqual(codes, [200, 200, 200, 429, 429]);
  assert.equal((await limited.call("GET", "/v1/regions")).body.code, "API_RATE_LIMITED");
});
