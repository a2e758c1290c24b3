import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import test from "node:test";
import { createApi } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { testApi } from "./testing.ts";

const api = await testApi();
const region = (name: string) => ({ name, country: "BD", store: { kind: "fs", path: `${api.dir}/${name}` } });
const audit = async (filter: string) => {
  const { body } = await api.call("GET", `/v1/audit?filter=${encodeURIComponent(filter)}`);
  return body.items;
};
await api.call("POST", "/v1/regions", { body: region("here"), headers: { "x-reason": "ticket 42" } });

test("a change is written down with who, what, from where and why; what failed left nothing but its refusal", async () => {
  const [made] = await audit("action=create_region");
  assert.equal(made.actor_name, "admin");
  assert.equal(made.outcome, "DONE");
  assert.equal(made.reason, "ticket 42");
  assert.equal(made.after.name, "here");
  assert.equal(made.address, "127.0.0.1");
  await api.call("POST", "/v1/regions?dry_run=true", { body: region("not-made") });
  const reader = await api.token(["regions:read"]);
  assert.equal((await api.call("POST", "/v1/regions", { body: region("refused"), token: reader })).status, 403);
  const [refused, ...others] = await audit("action=create_region,sequence>" + made.sequence);
  assert.deepEqual([refused.outcome, refused.status, refused.actor_name], ["REFUSED", 403, "test"]);
  assert.deepEqual(others, []);
});

test("an edit is written down with what was there before", async () => {
  const edit = { changes: { retention: { daily: 40 } } };
  assert.equal((await api.call("PATCH", "/v1/policies/standard-daily", { body: edit })).status, 200);
  const [entry] = await audit("action=update_policy");
  assert.notEqual(entry.before.spec.retention.daily, 40);
  assert.equal(entry.after.spec.retention.daily, 40);
});

test("secrets are not written down, sign-ins are", async () => {
  const password = "correct horse battery staple";
  await api.call("POST", "/v1/users", { body: { name: "rahim", password } });
  await api.call("POST", "/v1/session", { body: { name: "rahim", password: "wrong wrong wrong" }, token: null });
  const { body: token } = await api.call("POST", "/v1/tokens", { body: { name: "ci" } });
  const text = JSON.stringify(await audit("sequence>0"));
  assert.match(text, /"action":"sign_in".*"outcome":"REFUSED"/);
  for (const secret of [password, "wrong wrong wrong", token.secret]) assert.ok(!text.includes(secret));
  assert.equal((await api.call("GET", "/v1/audit/verify")).body.valid, true);
});

test("four eyes: what was asked for runs when another person approves it, and not before", async () => {
  const rule = { kind: "retention_shortening", required: true };
  assert.equal((await api.call("POST", "/v1/approval-rules", { body: rule })).status, 200);
  const days = async () => (await api.call("GET", "/v1/policies/standard-daily")).body.spec.retention.daily;
  const shorten = { changes: { retention: { daily: 3 } } };
  const asked = await api.call("PATCH", "/v1/policies/standard-daily", { body: shorten });
  assert.equal(asked.status, 202, JSON.stringify(asked.body));
  assert.equal(await days(), 40);
  const approve = `/v1/approvals/${asked.body.approval_id}/approve`;
  assert.equal((await api.call("POST", approve)).body.code, "APPROVAL_OWN_REQUEST");
  const clerk = await api.token(["approvals:write"]);
  assert.equal((await api.call("POST", approve, { token: clerk })).status, 403, "lacks policies:write");
  const second = await api.token(["approvals:write", "policies:write"]);
  const done = await api.call("POST", approve, { token: second });
  assert.equal(done.status, 200, JSON.stringify(done.body));
  assert.equal(done.body.state, "APPROVED");
  assert.equal(await days(), 3);
  assert.equal((await api.call("POST", approve, { token: second })).body.code, "APPROVAL_DECIDED");

  assert.equal(
    (await api.call("PATCH", "/v1/policies/standard-daily", { body: { changes: { retention: { daily: 9 } } } })).status,
    200,
    "longer",
  );
  const again = await api.call("PATCH", "/v1/policies/standard-daily", { body: shorten });
  const past = new Date(Date.now() - 1);
  await api.database.db
    .updateTable("approvals")
    .set({ expires_at: past })
    .where("id", "=", again.body.approval_id)
    .execute();
  const late = await api.call("POST", `/v1/approvals/${again.body.approval_id}/approve`, { token: second });
  assert.equal(late.body.context.state, "EXPIRED");
  const outcomes = (await audit("action=update_policy|approve")).map((it: { outcome: string }) => it.outcome);
  assert.ok(outcomes.includes("PENDING_APPROVAL"));
});

test("with a certificate the address speaks TLS 1.3, and refuses 1.2", async (t) => {
  const [cert, key] = [join(api.dir, "cert.pem"), join(api.dir, "key.pem")];
  const words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  execFileSync("openssl", [...words, ...names, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const tls = { cert: readFileSync(cert), key: readFileSync(key) };
  const app = await createApi({ ...api.deps, tls } as ApiDeps);
  t.after(() => app.close());
  const url = new URL("/healthz", (await app.listen({ host: "127.0.0.1", port: 0 })).replace("127.0.0.1", "localhost"));
  assert.equal(url.protocol, "https:");
  const get = (options: object) =>
    new Promise<string>((resolve, reject) => {
      const asking = request(url, { ca: tls.cert, family: 4, ...options }, (answer) => {
        answer.resume();
        resolve((answer.socket as unknown as { getProtocol(): string }).getProtocol());
      });
      asking.on("error", reject).end();
    });
  assert.equal(await get({}), "TLSv1.3");
  await assert.rejects(get({ maxVersion: "TLSv1.2" }));
});
