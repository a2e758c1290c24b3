import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { hasCode, systemClock as clock, systemRandom as random } from "../../base/index.ts";
import { keyManagerContract } from "../keys/testing/contract.ts";
import { pkcs11KeyManager } from "./index.ts";

const MODULE = "/usr/lib/softhsm/libsofthsm2.so";
const skip = existsSync(MODULE) ? false : "needs the Debian package softhsm2";
const dir = mkdtempSync(join(tmpdir(), "holdfast-hsm-"));
after(() => rmSync(dir, { recursive: true, force: true }));

/** A token of its own, in a folder that goes with the test. */
function place() {
  if (!existsSync(join(dir, "softhsm2.conf"))) {
    mkdirSync(join(dir, "tokens"));
    writeFileSync(
      join(dir, "softhsm2.conf"),
      `directories.tokendir = ${join(dir, "tokens")}\nobjectstore.backend = file\n`,
    );
    process.env["SOFTHSM2_CONF"] = join(dir, "softhsm2.conf");
    execFileSync("softhsm2-util", [
      "--init-token",
      "--free",
      "--label",
      "holdfast",
      "--pin",
      "1234",
      "--so-pin",
      "5678",
    ]);
  }
  return { module: MODULE, token: "holdfast", pin: "1234", clock, random };
}

if (skip === false) {
  keyManagerContract("PKCS#11 (SoftHSM)", async () => {
    const manager = pkcs11KeyManager(place());
    const key_id = await manager.createKey();
    return { manager, key_id, unknown_key_id: "cmk_00000000000000000000000000", close: async () => manager.close() };
  });
}

test("versions are objects of their own: older ones unwrap until they are destroyed", { skip }, async () => {
  const manager = pkcs11KeyManager(place());
  const key_id = await manager.createKey();
  const old = await manager.wrap(key_id, Buffer.from("secret"), { kind: "epoch" });
  assert.equal(await manager.rotateKey(key_id), 2);
  const wrapped = await manager.wrap(key_id, Buffer.from("secret"), { kind: "epoch" });
  assert.deepEqual([old.key_version, wrapped.key_version], [1, 2]);
  assert.equal((await manager.unwrap(old, { kind: "epoch" })).toString(), "secret");
  await manager.destroyVersion(key_id, 1);
  await assert.rejects(manager.unwrap(old, { kind: "epoch" }), (error) => hasCode(error, "KEY_NOT_FOUND"));
  assert.equal((await manager.unwrap(wrapped, { kind: "epoch" })).toString(), "secret");
  manager.close();
  assert.throws(
    () => pkcs11KeyManager({ ...place(), token: "nobody" }),
    (error) => hasCode(error, "KEY_MANAGER_UNREACHABLE"),
  );
});
