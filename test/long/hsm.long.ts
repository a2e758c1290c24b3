/**
 * A server whose master keys lie in a hardware security module (SoftHSM): backups, a rotation and restores of files.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { softHsm, softHsmMissing } from "../../src/engine/keytoken/testing.ts";
import { assertSameTree, Installation } from "../e2e/installation.ts";
import { changeTree, makeTree } from "../e2e/tree.ts";

test("files are backed up and restored with the master key in a token, also after a rotation and a restart", {
  skip: softHsmMissing,
  timeout: 300_000,
}, async (t) => {
  const hsm = softHsm();
  t.after(() => rmSync(hsm.dir, { recursive: true, force: true }));
  const it = new Installation(t, "hsm");
  const env = { BAAS_KEYS_VAULT: hsm.vault_file };
  const tree = makeTree(it.path("web"), 60);
  await it.start(env);
  await it.ok("workload", "add", "web-1", "--project", "default", "--path", tree);
  const first = await it.ok("backup", "run", "--workload", "web-1");
  await it.ok("restore", "--backup-id", first.id, "--target", it.path("out-1"));
  assertSameTree(tree, it.path("out-1"));

  await it.ok("key", "rotate", "--project", "default");
  changeTree(tree, 1);
  const second = await it.ok("backup", "run", "--workload", "web-1");
  await it.kill();
  await it.start(env);
  await it.ok("restore", "--backup-id", second.id, "--target", it.path("out-2"));
  assertSameTree(tree, it.path("out-2"));
  for (const { id } of [first, second]) assert.equal((await it.ok("verify", "--backup-id", id)).verdict, "VALID");

  // Of no version is there any material in the key manager's folder.
  const files = readdirSync(join(it.keys, "keys"));
  const materials = files.flatMap((name) => {
    const { record } = JSON.parse(readFileSync(join(it.keys, "keys", name), "utf8"));
    return record.versions.map((version: { material: string }) => version.material) as string[];
  });
  assert.ok(materials.length >= 3, materials.join());
  assert.deepEqual(new Set(materials), new Set(["vault:pkcs11"]));

  // Without the token nothing opens; with it everything does again.
  await it.stop();
  renameSync(join(hsm.dir, "tokens"), join(hsm.dir, "away"));
  const denied = await it.start(env).then(
    () => it.baas("restore", "--backup-id", first.id, "--target", it.path("out-3")),
    (error: Error) => error,
  );
  assert.ok(denied instanceof Error || denied.code !== 0, "nothing opens without the token");
  renameSync(join(hsm.dir, "away"), join(hsm.dir, "tokens"));
  if (denied instanceof Error) await it.start(env);
  await it.ok("restore", "--backup-id", first.id, "--target", it.path("out-4"));
  assertSameTree(it.path("out-1"), it.path("out-4"));
  await it.stop();
});
