import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import test, { after } from "node:test";
import { hasCode, systemRandom as random } from "../../base/index.ts";
import { keyManagerContract } from "../keys/testing/contract.ts";
import { openVault } from "./index.ts";
import { pkcs11Vault } from "./manager.ts";
import { managerWith, softHsm, softHsmMissing as skip } from "./testing.ts";

const hsm = skip === false ? softHsm() : undefined;
after(() => rm(hsm?.dir ?? "/nonexistent", { recursive: true, force: true }));
const place = () => ({ module: hsm?.module ?? "", token: hsm?.token ?? "", pin: hsm?.pin ?? "", random });

if (skip === false) {
  keyManagerContract("a key manager with its keys in a token (PKCS#11, SoftHSM)", async () => {
    const vault = pkcs11Vault(place());
    const { keys, key_admin, close } = await managerWith(vault);
    const { key_id } = await key_admin.createKey("test");
    const unknown_key_id = "cmk_00000000000000000000000000";
    return { manager: keys, key_id, unknown_key_id, close: async () => (await close(), vault.close()) };
  });
}

test("versions are objects of the token: their material is nowhere else, and goes when it is destroyed", {
  skip,
}, async (t) => {
  const vault = await openVault(hsm?.vault_file ?? "", random);
  const { folder, store, keys, key_admin, close } = await managerWith(vault);
  t.after(close);
  const { key_id } = await key_admin.createKey("acme");
  const context = { kind: "epoch" };
  const old = await keys.wrap(key_id, Buffer.from("secret"), context);
  await key_admin.rotateKey(key_id);
  const wrapped = await keys.wrap(key_id, Buffer.from("secret"), context);
  assert.deepEqual([old.key_version, wrapped.key_version, old.manager], [1, 2, "local"]);
  assert.equal((await keys.unwrap(old, context)).toString(), "secret");
  const file = JSON.parse(await readFile(join(folder.dir, "keys", `${key_id}.json`), "utf8"));
  assert.deepEqual(
    file.record.versions.map((version: { material: string }) => version.material),
    ["vault:pkcs11", "vault:pkcs11"],
  );

  // Disabled, it is the key manager that refuses; destroyed, the token has lost it.
  await key_admin.disableKey(key_id, 1);
  await assert.rejects(keys.unwrap(old, context), (error) => hasCode(error, "KEY_DISABLED"));
  await vault.unwrap(key_id, 1, old.ciphertext, context);
  await key_admin.scheduleDestruction(key_id, { version: 1, after_days: 7 });
  folder.clock.pass(8 * 86_400_000);
  await store.sweep();
  folder.clock.pass(2 * 3_600_000);
  assert.deepEqual(await store.sweep(), [`${key_id}/1`]);
  await assert.rejects(vault.unwrap(key_id, 1, old.ciphertext, context), (error) => hasCode(error, "KEY_NOT_FOUND"));
  assert.equal((await keys.unwrap(wrapped, context)).toString(), "secret");
  await vault.destroyVersion(key_id, 1); // once more, as after a crash
  assert.equal((await store.verifyAuditLog("admin")).ok, true);
});

test("what does not fit is told: no token of that name, a vault that is not configured", {
  skip,
}, async (t) => {
  assert.throws(
    () => pkcs11Vault({ ...place(), token: "nobody" }),
    (error) => hasCode(error, "KEY_MANAGER_UNREACHABLE"),
  );
  await assert.rejects(openVault("/nonexistent/vault.json", random), (error) => hasCode(error, "KEY_REQUEST_INVALID"));
  const vault = pkcs11Vault(place());
  const { folder, store, keys, key_admin } = await managerWith(vault);
  const { key_id } = await key_admin.createKey("acme");
  const wrapped = await keys.wrap(key_id, Buffer.from("secret"), {});
  await store.close();
  const without = await folder.open();
  t.after(() => without.close());
  await assert.rejects(without.unwrap("server", wrapped, {}), (error) => hasCode(error, "KEY_MANAGER_UNREACHABLE"));
  const info = await without.keys.rotateKey("admin", key_id);
  assert.equal(info.versions.length, 2, "new versions lie in the folder again");
  assert.equal((await without.wrap("server", key_id, Buffer.from("secret"), {})).key_version, 2);
});
