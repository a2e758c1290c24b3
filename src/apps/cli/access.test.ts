import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import test from "node:test";
import { testApi } from "../api/testing.ts";
import { cli } from "./testing.ts";

const api = await testApi();
const url = await api.app.listen({ host: "127.0.0.1", port: 0 });
const admin = { BAAS_SERVER: url, BAAS_TOKEN: api.admin_token };
await api.call("POST", "/v1/regions", {
  body: { name: "here", country: "BD", store: { kind: "fs", path: `${api.dir}/here` } },
});

async function baas(words: string, env: Record<string, string> = admin, stdin?: string) {
  const typed = stdin === undefined ? {} : { stdin: new PassThrough().end(stdin) as unknown as NodeJS.ReadStream };
  const run = await cli(words.split(" "), { env, ...typed });
  return {
    ...run,
    json: run.stdout.startsWith("{") || run.stdout.startsWith("[") ? JSON.parse(run.stdout) : undefined,
  };
}

async function ok(words: string, env?: Record<string, string>, stdin?: string) {
  const run = await baas(`${words} --json`, env, stdin);
  assert.equal(run.code, 0, `${words}: ${run.stderr}`);
  return run.json;
}

test("users, roles and grants: who may do what, and why", async () => {
  await ok("project create acme --region here");
  await ok("user add rahim --password-stdin --group auditors", admin, "correct horse battery staple\n");
  await ok("role create reader --permission backups:read --permission jobs:read");
  const grant = await ok("access grant --role baas.builder --user rahim --project acme");
  await ok("access grant --role reader --group auditors");
  assert.equal((await baas("access check --user rahim --permission policies:write --project acme")).code, 0);
  const no = await baas("access check --user rahim --permission policies:write");
  assert.equal(no.code, 5, no.stdout);
  assert.match(no.stdout, /only by baas\.builder/);
  assert.equal((await baas("access check --user rahim --permission backups:read")).code, 0, "by the group");
  assert.equal((await baas("access grant --role baas.builder --user rahim --project acme")).code, 5, "granted already");
  assert.match((await baas("access list")).stdout, /user rahim +baas\.builder +acme/);
  await ok(`access revoke ${grant.id}`);
  assert.equal((await baas("access check --user rahim --permission policies:write --project acme")).code, 5);
  assert.match((await baas("role list")).stdout, /baas\.restore-operator/);
  assert.equal((await ok("role show reader")).permissions.length, 2);
});

test("a token acts for its owner, within its scopes, until it is revoked", async () => {
  await ok("user add robot --service");
  await ok("access grant --role baas.viewer --service-account robot");
  const token = await ok("token create ci --owner robot --scope regions:read");
  const robot = { BAAS_SERVER: url, BAAS_TOKEN: token.secret };
  assert.equal((await baas("region list", robot)).code, 0);
  assert.equal((await baas("project list", robot)).code, 5, "the owner may, the token may not");
  const listed = (await ok("token list")).items.find((it: { name: string }) => it.name === "ci");
  assert.ok(listed.last_used_at !== null && !JSON.stringify(listed).includes(token.secret));
  await ok(`token revoke ${token.id}`);
  assert.notEqual((await baas("region list", robot)).code, 0);
});

test("nobody grants more than they have", async () => {
  const keeper = await ok("token create keeper --scope access:write --scope access:read");
  const env = { BAAS_SERVER: url, BAAS_TOKEN: keeper.secret };
  const run = await baas("access grant --role baas.admin --for-token keeper", env);
  assert.equal(run.code, 5);
  assert.match(run.stderr, /does not have \*/);
  assert.equal((await baas("token create more --scope backups:delete", env)).code, 5);
});
