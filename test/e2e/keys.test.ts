/** Keys through the server: who may use which, what happens without, and the log of it all. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { HOME, Installation, PEER } from "./installation.ts";

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
  assert.match(verified.text, /is invalid: key version revoked/);
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

test("a rotation from the command line: plan, run, status, schedule, refusal, in both regions; shredding", {
  timeout: 145_000,
}, async (t) => {
  const it = new Installation(t, "rotate");
  await it.start();
  mkdirSync(it.path("source"));
  writeFileSync(it.path("source", "a"), "alpha");
  writeFileSync(
    it.path("two.yaml"),
    `name: two\nschedule:\n  daily: "02:00 UTC"\nretention:\n  daily: 7\ncopy:\n  cross_region: ${PEER}\n`,
  );
  await it.ok("policy", "create", "-f", it.path("two.yaml"));
  const add = ["--project", "default", "--path", it.path("source"), "--tag", "backup-policy=two"];
  await it.ok("workload", "add", "web-1", ...add);
  const { id } = await it.ok("backup", "run", "--workload", "web-1");
  await it.settled(); // its copy, too

  const plan = (await it.ok("key", "rotate", "--project", "default", "--dry-run")) as unknown as {
    regions: { region: string; phases: { packs: number }[] }[];
  };
  assert.deepEqual(plan.regions.map(({ region }) => region).sort(), [PEER, HOME].sort());
  assert.ok(plan.regions.every(({ phases }) => (phases[0]?.packs ?? 0) > 0));
  await it.ok("key", "rotate", "--project", "default");
  const status = async () =>
    (await it.ok("key", "rotation", "status")).items[0] as unknown as {
      state: string;
      epoch: number;
      phases: { packs_left: number; bytes_done: number }[];
    };
  await it.settled();
  const after = await status();
  assert.equal(after.epoch, 2);
  assert.ok(
    after.phases.every(({ packs_left }) => packs_left === 0),
    JSON.stringify(after),
  );
  for (const region of [HOME, PEER]) {
    const epochs = it.objects(region, "packs/").map((key) => {
      const bytes = readFileSync(join(it.repository(region), key));
      return bytes.readUInt32LE(8);
    });
    assert.deepEqual([...new Set(epochs)], [2], region);
    assert.equal((await it.ok("verify", id, "--region", region)).verdict, "VALID");
    const target = it.path(`restored-${region}`);
    await it.ok("restore", "--backup-id", id, "--target", target, "--from-region", region);
  }
  const again = await it.ok("backup", "run", "--workload", "web-1");
  assert.equal(again.state, "AVAILABLE");

  const early = await it.baas("key", "retire", "--project", "default", "--key-version", "1");
  assert.notEqual(early.code, 0);
  assert.match(early.text, /KEY_VERSION_NEEDED/);
  const every = ["key", "schedule", "--project", "default", "--every", "monthly"];
  assert.match(JSON.stringify(await it.ok(...every)), /"every":"monthly","last_at":"\d{4}.*"next_at":"\d{4}/);

  assert.equal((await it.baas("project", "shred", "default")).json.code, "CONFIRMATION_MISSING");
  await it.ok("project", "shred", "default", "--confirm", "default");
  const refused = await it.baas("restore", "--backup-id", id, "--target", it.path("never"), "--from-region", HOME);
  assert.notEqual(refused.code, 0, refused.text);
  assert.equal((await it.ok("backup", "show", id)).status_reason, "EncryptionKeyAccessDenied");
  await it.stop();
});
