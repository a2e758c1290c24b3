import assert from "node:assert/strict";
import { createDecipheriv, hkdfSync, scryptSync } from "node:crypto";
import test from "node:test";
import { hasCode, systemRandom } from "../../base/index.ts";
import { createPassphraseSlot, parsePassphraseSlot, passphraseKeyManager } from "./passphrase.ts";
import { keyManagerContract } from "./testing/contract.ts";

const passphrase = "correct horse battery staple";

keyManagerContract("passphrase", async () => {
  const slot = createPassphraseSlot(systemRandom);
  return {
    manager: passphraseKeyManager({ passphrase, slot }),
    key_id: slot.slot_id,
    unknown_key_id: createPassphraseSlot(systemRandom).slot_id,
    close: async () => {},
  };
});

test("opens with node:crypto alone, after docs/security/key-manager.md", async () => {
  const slot = createPassphraseSlot(systemRandom);
  const context = { repository: "rpo_1", purpose: "epoch-key" };
  const wrapped = await passphraseKeyManager({ passphrase, slot }).wrap(slot.slot_id, Buffer.from("secret"), context);

  const bytes = Buffer.from(wrapped.ciphertext);
  const kek = scryptSync(passphrase, Buffer.from(slot.salt, "hex"), 32, { N: 32768, r: 8, p: 3, maxmem: 2 ** 27 });
  const salt = bytes.subarray(17, 49);
  const check = Buffer.from(hkdfSync("sha256", kek, salt, "holdfast/passphrase-check/v1", 16));
  assert.deepEqual(bytes.subarray(0, 16), check);
  assert.equal(bytes[16], 1);
  const key = Buffer.from(hkdfSync("sha256", kek, salt, "holdfast/passphrase-wrap/v1", 32));
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.alloc(12));
  decipher.setAAD(
    Buffer.from(`{"context":{"purpose":"epoch-key","repository":"rpo_1"},"key_id":"${slot.slot_id}","version":1}`),
  );
  decipher.setAuthTag(bytes.subarray(-16));
  const plaintext = Buffer.concat([decipher.update(bytes.subarray(49, -16)), decipher.final()]);
  assert.equal(plaintext.toString(), "secret");
});

test("a wrong passphrase is called so, with what to check", async () => {
  const slot = createPassphraseSlot(systemRandom);
  const wrapped = await passphraseKeyManager({ passphrase, slot }).wrap(slot.slot_id, Buffer.from("secret"), {});
  await assert.rejects(passphraseKeyManager({ passphrase: `${passphrase} `, slot }).unwrap(wrapped, {}), (error) => {
    assert.ok(hasCode(error, "KEY_WRONG_PASSPHRASE"));
    assert.equal(error.status_reason, "EncryptionKeyAccessDenied");
    assert.match(error.guidance, /keyboard layout/);
    return true;
  });
  assert.throws(
    () => passphraseKeyManager({ passphrase: "", slot }),
    (error) => hasCode(error, "KEY_WRONG_PASSPHRASE"),
  );
});

test("the same characters typed as other code points are the same passphrase", async () => {
  const slot = createPassphraseSlot(systemRandom);
  const wrapped = await passphraseKeyManager({ passphrase: "Zu\u0308rich", slot }).wrap(slot.slot_id, Buffer.of(1), {});
  const opened = await passphraseKeyManager({ passphrase: "Z\u00fcrich", slot }).unwrap(wrapped, {});
  assert.deepEqual(opened, Buffer.of(1));
});

test("a hostile slot is refused before any work is done for it", () => {
  const slot = createPassphraseSlot(systemRandom);
  const hostile: Record<string, unknown>[] = [
    { n: 2 ** 31 },
    { n: 2 ** 20, r: 32 },
    { n: 2 ** 18, r: 8, p: 16 },
    { n: 2 },
    { n: 40_000 },
    { n: "32768" },
    { p: 1000 },
    { r: 0 },
    { salt: "" },
    { kdf: "md5" },
    { extra: 1 },
  ];
  for (const change of hostile) {
    assert.throws(
      () => parsePassphraseSlot({ ...slot, ...change }),
      (error) => hasCode(error, "KEY_SLOT_INVALID"),
      JSON.stringify(change),
    );
  }
  assert.throws(
    () => parsePassphraseSlot(null),
    (error) => hasCode(error, "KEY_SLOT_INVALID"),
  );
  assert.deepEqual(parsePassphraseSlot(JSON.parse(JSON.stringify(slot))), slot);
});
