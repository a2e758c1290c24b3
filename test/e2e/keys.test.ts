/** Keys through the server: who may use which, what happens without, and the log of it all. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import test from "node:test";
import { HOME, Installation } from "./installation.ts";

test("a key denied to the server stops the backups of its project and nothing else", {
  timeout: 120_000,
}, async (t) => {
  const it = new Installation(t, "keys");
  await it.start();
  mkdirSync(it.path("source"));
  writeFileSync(it.path("source", "a"), "alpha");
  await it.ok("project", "add", "acme", "--region", HOME);
  const made = await it.ok("key", "create", "--project", "acme");
  assert.match(made.key_id, /^cmk_/);
  for (const [name, project] of [
    ["web-1", "acme"],
    ["web-2", "default"],
  ] as const) {
    await it.ok("workload", "add", name, "--project", project, "--path", it.path("source"));
  }
  const backup = (await it.ok("backup", "run", "--workload", "web-1")).id;
  await it.ok("backup", "run", "--workload", "web-2");
  const listed = (await it.ok("key", "list")).items as unknown as { key_id: string; project: string }[];
  assert.ok(listed.some(({ project }) => project === "default"));
  assert.equal(listed.find(({ project }) => project === "acme")?.key_id, made.key_id);

  const rights = ["--key", "acme", "--principal", "server", "--right", "wrap", "unwrap"];
  await it.ok("key", "revoke", ...rights);
  const shown = (await it.ok("key", "show", "acme")) as unknown as { grants: { denied: boolean; principal: string }[] };
  assert.equal(shown.grants.find(({ denied }) => denied)?.principal, "server");
  const failed = await it.baas("backup", "run", "--workload", "web-1");
  assert.equal(failed.json.status_reason, "EncryptionKeyAccessDenied", failed.text);
  await it.ok("backup", "run", "--workload", "web-2");
  const verified = await it.baas("verify", backup);
  assert.deepEqual([verified.code, verified.json.verdict], [1, "INVALID"], verified.text);
  assert.match(verified.text, /KeyRevoked/);
  assert.deepEqual((await it.ok("backup", "show", backup)).state, "AVAILABLE");

  await it.ok("key", "grant", ...rights);
  await it.ok("backup", "run", "--workload", "web-1");
  assert.equal((await it.ok("verify", backup)).verdict, "VALID");
  await it.ok("key", "disable", "acme");
  assert.equal((await it.baas("backup", "run", "--workload", "web-1")).json.status_reason, "EncryptionKeyAccessDenied");
  await it.ok("key", "enable", made.key_id);

  const denied = (await it.ok("key", "events", "--key", "acme", "--action", "key.unwrap")).items as unknown as {
    outcome: string;
  }[];
  assert.ok(denied.some(({ outcome }) => outcome === "DENIED"));
  const log = (await it.ok("key", "verify-log")) as unknown as { ok: boolean; head: { seq: number; hash: string } };
  assert.equal(log.ok, true);
  const wrong = await it.baas("key", "verify-log", "--seq", String(log.head.seq), "--hash", "0".repeat(64));
  assert.equal(wrong.code, 1, wrong.text);
  assert.equal((await it.baas("key", "show", "nobody")).json.code, "PROJECT_NOT_FOUND");
  await it.stop();
});
