/** Two tenants: whatever one asks, by any route, it cannot tell what the other has from what is not there. */
import assert from "node:assert/strict";
import test from "node:test";
import { newId, systemClock, systemRandom } from "../../base/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import { eachOf, testApi } from "./testing.ts";

const api = await testApi({ requests_per_minute: 1_000_000 });
const { db } = api.database;
const ports = { clock: systemClock, random: systemRandom };
const id = (prefix: Parameters<typeof newId>[0]) => newId(prefix, systemClock, systemRandom);

interface Tenant {
  readonly name: string;
  readonly token: string;
  readonly project_id: string;
  /** By kind: ids and names that belong to this tenant alone. */
  readonly ids: Readonly<Record<string, string>>;
}

await api.call("POST", "/v1/regions", {
  body: { name: "here", country: "BD", store: { kind: "fs", path: `${api.dir}/here` } },
});
const alpha = await tenant("alpha");
const beta = await tenant("beta");

async function tenant(name: string): Promise<Tenant> {
  const must = async (url: string, body: object, token = api.admin_token) => {
    const made = await api.call("POST", url, { body, token });
    assert.ok(made.status < 300, `${url}: ${JSON.stringify(made.body)}`);
    return made.body;
  };
  const project = await must("/v1/projects", { name, region: "here" });
  const { id: token_id, secret: token } = await must("/v1/tokens", { name: `${name}-admin` });
  const grant = { subject_type: "token", subject: token_id, role: "baas.admin", project: name };
  const binding = await must("/v1/bindings", grant);
  const source = { kind: "files", paths: [`/srv/${name}`] };
  const workload = await must(
    "/v1/workloads",
    { name: `${name}-db`, project: name, type: "host", source, tags: { team: name } },
    token,
  );
  const spec = { name: `${name}-nightly`, schedule: { daily: "02:00 Asia/Dhaka" }, retention: { daily: 7 } };
  const policy = await must("/v1/policies", { spec }, token);
  const attachment = await must("/v1/attachments", { policy: policy.id, target: { project: name } }, token);
  const job = await must("/v1/backups", { workload: workload.id }, token);
  const place = { project_id: project.id, region_id: project.region_id };
  const [repository_id, backup_id, copy_id, restore_id, verification_id] = [
    id("rpo"),
    id("bkp"),
    id("cpy"),
    id("rst"),
    id("vfy"),
  ];
  const now = new Date();
  await db
    .insertInto("repositories")
    .values({ id: repository_id, ...place, repository_id: name, store_prefix: name, cmk_id: "k", created_at: now })
    .execute();
  const of = { workload_id: workload.id, region_id: place.region_id, created_at: now };
  await db
    .insertInto("backups")
    .values({
      ...of,
      id: backup_id,
      project_id: project.id,
      repository_id,
      policy_id: policy.id,
      policy_version: 1,
      state: "AVAILABLE",
    })
    .execute();
  await db
    .insertInto("copies")
    .values({ id: copy_id, backup_id, region_id: place.region_id, repository_id, state: "AVAILABLE", created_at: now })
    .execute();
  await db
    .insertInto("restores")
    .values({
      ...of,
      id: restore_id,
      job_id: job.job_id,
      backup_id,
      project_id: project.id,
      mode: "path",
      target: "{}",
    })
    .execute();
  await db
    .insertInto("verifications")
    .values({ id: verification_id, backup_id, region_id: place.region_id, started_at: now, job_id: job.job_id })
    .execute();
  await appendEvent(db, { type: "holdfast.test", subject: name, project_id: project.id, data: { name } }, ports);
  return {
    name,
    token,
    project_id: project.id,
    ids: {
      project: project.id,
      project_name: name,
      workload: workload.id,
      workload_name: `${name}-db`,
      policy: policy.id,
      policy_name: `${name}-nightly`,
      attachment: attachment.id,
      job: job.job_id,
      backup: backup_id,
      copy: copy_id,
      restore: restore_id,
      verification: verification_id,
      token: token_id,
      binding: binding.id,
    },
  };
}

const { body: document } = await api.call("GET", "/openapi.json", { token: null });
const operations = Object.entries(document.paths as Record<string, Record<string, { operationId: string }>>)
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      path,
      method: method.toUpperCase() as "GET",
      operationId,
    })),
  )
  .filter(({ path }) => (path.startsWith("/v1/") || path === "/metrics") && !path.startsWith("/v1/session"));

/** An answer without what differs between any two requests, and with the id asked for blanked. */
function comparable(answer: { status: number; body: unknown }, asked: string): string {
  const { instance: _, ...body } = (answer.body ?? {}) as Record<string, unknown>;
  return `${answer.status} ${JSON.stringify(body).replaceAll(asked, "ID")}`;
}

/** As like the other as can be, and nobody's. */
function unknownLike(wanted: string): string {
  return wanted.includes("_") ? `${wanted.slice(0, 4)}${"0".repeat(wanted.length - 4)}` : "x".repeat(wanted.length);
}

test("one's own things are there", async () => {
  for (const [noun, kind] of [
    ["workloads", "workload"],
    ["policies", "policy"],
    ["jobs", "job"],
    ["backups", "backup"],
    ["copies", "copy"],
    ["restores", "restore"],
    ["verifications", "verification"],
    ["projects", "project"],
  ] as const) {
    const { status, body } = await api.call("GET", `/v1/${noun}/${beta.ids[kind]}`, { token: beta.token });
    assert.equal(status, 200, `${noun}: ${JSON.stringify(body)}`);
    const list = await api.call("GET", `/v1/${noun}`, { token: beta.token });
    assert.ok(JSON.stringify(list.body).includes(String(beta.ids[kind])), noun);
  }
});

test("every route answers another tenant's id exactly as an unknown one", async () => {
  const asked = operations
    .filter(({ path }) => path.includes("{"))
    .flatMap((operation) => Object.values(beta.ids).map((theirs) => ({ ...operation, theirs })));
  assert.ok(asked.length > 200, String(asked.length));
  await eachOf(asked, async ({ path, method, operationId, theirs }) => {
    const ask = (value: string) =>
      api.call(method, path.replace(/\{\w+\}/g, value), { token: alpha.token, ...bodyOf(operationId, value) });
    const unknown = unknownLike(theirs);
    const [found, missing] = [comparable(await ask(theirs), theirs), comparable(await ask(unknown), unknown)];
    assert.equal(found, missing, operationId);
  });
});

/** A body that is valid, where the route wants one: otherwise the schema answers, and never the look-up. */
function bodyOf(operationId: string, value: string): { body?: object } {
  const bodies: Record<string, object> = {
    update_workload: { tags: { a: "b" } },
    update_policy: { changes: { retention: { daily: 9 } } },
    update_user: { display_name: "x" },
    create_backup: { workload: value },
    create_restore: { backup_id: value, in_place: true },
    create_verification: { backup_id: value },
    create_sweep: { project: value, region: "here" },
    create_attachment: { policy: value, target: { project: "alpha" } },
  };
  const body = bodies[operationId];
  return body === undefined ? {} : { body };
}

test("bodies that name another tenant's things are answered as if those were not there", async () => {
  const routes: [string, (value: string) => object][] = [
    ["/v1/backups", (value) => ({ workload: value })],
    ["/v1/backups", (value) => ({ workload: "alpha-db", policy: value })],
    ["/v1/backups", (value) => ({ workload: "alpha-db", project: value })],
    ["/v1/restores", (value) => ({ backup_id: value, in_place: true })],
    ["/v1/restores", (value) => ({ backup_id: alpha.ids["backup"], target_project: value, new_name: "x" })],
    ["/v1/verifications", (value) => ({ backup_id: value })],
    ["/v1/sweeps", (value) => ({ project: value, region: "here" })],
    ["/v1/attachments", (value) => ({ policy: value, target: { project: "alpha" } })],
    ["/v1/attachments", (value) => ({ policy: "alpha-nightly", target: { project: value } })],
    [
      "/v1/workloads",
      (value) => ({ name: "w", project: value, type: "host", source: { kind: "files", paths: ["/a"] } }),
    ],
  ];
  const asked = routes.flatMap(([url, body]) => Object.values(beta.ids).map((theirs) => ({ url, body, theirs })));
  await eachOf(asked, async ({ url, body, theirs }) => {
    const ask = (value: string) => api.call("POST", `${url}?dry_run=true`, { token: alpha.token, body: body(value) });
    const unknown = unknownLike(theirs);
    const [found, missing] = [comparable(await ask(theirs), theirs), comparable(await ask(unknown), unknown)];
    assert.equal(found, missing, `${url} ${JSON.stringify(body(theirs))}`);
  });
});

test("no list, filter, search or page shows anything of another tenant", async () => {
  const secret = new RegExp(`beta|${Object.values(beta.ids).join("|")}`);
  for (const { path, method, operationId } of operations) {
    if (method !== "GET" || path.includes("{") || operationId === "stream_events") continue;
    const queries = ["", "?page_size=1", "?filter=project%3Dbeta", `?filter=project_id%3D${beta.project_id}`];
    for (const query of [...queries, "?project=beta", `?policy=${beta.ids["policy"]}`]) {
      const { status, body } = await api.call("GET", path + query, { token: alpha.token });
      // What is refused repeats the question: that is said to everyone alike.
      if (status === 200) assert.doesNotMatch(JSON.stringify(body), secret, `${path}${query}`);
      else
        assert.ok(
          !JSON.stringify(body)
            .replaceAll(query.split("=").at(-1) ?? "", "")
            .match(/beta-|"allowed/),
          path,
        );
    }
  }
});

test("the stream of events tells of one's own alone", async () => {
  const url = await api.app.listen({ host: "127.0.0.1", port: 0 });
  const leaving = new AbortController();
  const headers = { authorization: `Bearer ${alpha.token}`, "last-event-id": "0" };
  const answer = await fetch(`${url}/v1/events`, { headers, signal: leaving.signal });
  let text = "";
  for await (const piece of answer.body as AsyncIterable<Uint8Array>) {
    text += Buffer.from(piece).toString();
    if (text.includes('"name":"alpha"')) break;
  }
  leaving.abort();
  assert.ok(text.includes(String(alpha.ids["job"])));
  assert.doesNotMatch(text, new RegExp(`beta|${Object.values(beta.ids).join("|")}`));
});

test("names are each tenant's own: the other's do not get in the way", async () => {
  const body = { spec: { name: "beta-nightly", schedule: { daily: "02:00 Asia/Dhaka" }, retention: { daily: 7 } } };
  const made = await api.call("POST", "/v1/policies", { token: alpha.token, body });
  assert.equal(made.status, 201, JSON.stringify(made.body));
});

test("what belongs to everyone is not changed by one tenant", async () => {
  const edit = { changes: { retention: { daily: 1 } } };
  for (const [method, url, body] of [
    ["PATCH", "/v1/policies/standard-daily", edit],
    ["DELETE", "/v1/policies/weekly-light", undefined],
    ["POST", "/v1/attachments", { policy: "standard-daily", target: { selectors: ["team=beta"] } }],
    ["POST", "/v1/projects", { name: "gamma", region: "here" }],
    ["GET", "/v1/users", undefined],
    ["GET", "/v1/tokens", undefined],
    ["GET", "/v1/bindings", undefined],
  ] as const) {
    const { status } = await api.call(method, url, { token: alpha.token, ...(body === undefined ? {} : { body }) });
    assert.equal(status, 403, `${method} ${url}`);
  }
  assert.equal((await api.call("GET", "/v1/policies/weekly-light")).status, 200);
});

test("a role bound to a tag sees the workloads that have it, and what hangs on them", async () => {
  const source = { kind: "files", paths: ["/srv/more"] };
  const more = { name: "alpha-web", project: "alpha", type: "host", source, tags: { team: "web" } };
  assert.equal((await api.call("POST", "/v1/workloads", { body: more })).status, 201);
  const token = (await api.call("POST", "/v1/tokens", { body: { name: "tagged" } })).body;
  const grant = {
    subject_type: "token",
    subject: token.id,
    role: "baas.viewer",
    project: "alpha",
    tags: { team: "web" },
  };
  assert.equal((await api.call("POST", "/v1/bindings", { body: grant })).status, 201);
  const names = async (noun: string) => {
    const { body } = await api.call("GET", `/v1/${noun}`, { token: token.secret });
    return body.items.map((item: { name?: string; id: string }) => item.name ?? item.id);
  };
  assert.deepEqual(await names("workloads"), ["alpha-web"]);
  assert.deepEqual(await names("backups"), []);
  assert.deepEqual(await names("projects"), ["alpha"]);
});
