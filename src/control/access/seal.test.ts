import assert from "node:assert/strict";
import test from "node:test";
import { systemClock, systemRandom } from "../../base/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { createSeal, createUser, sealStoredSecrets } from "./index.ts";

const databases = testDatabases();

test("what is sealed opens with the same key for the same owner, and in no other way", () => {
  const key = systemRandom.bytes(32);
  const { seal, open } = createSeal(key, systemRandom);
  const sealed = seal("JBSWY3DPEHPK3PXP", "usr_1");
  assert.doesNotMatch(sealed, /JBSWY3DP/);
  assert.notEqual(seal("JBSWY3DPEHPK3PXP", "usr_1"), sealed);
  assert.equal(open(sealed, "usr_1"), "JBSWY3DPEHPK3PXP");
  const broken = { code: "SEAL_BROKEN" };
  assert.throws(() => open(sealed, "usr_2"), broken);
  assert.throws(() => createSeal(systemRandom.bytes(32), systemRandom).open(sealed, "usr_1"), broken);
  assert.throws(() => open(`${sealed.slice(0, -6)}AAAA==`, "usr_1"), broken);
  assert.throws(() => open("JBSWY3DPEHPK3PXP", "usr_1"), broken);
});

test("secrets of second factors that are there already are sealed, once", async () => {
  const { db } = await databases.create();
  const ports = { clock: systemClock, random: systemRandom };
  const it = createSeal(systemRandom.bytes(32), systemRandom);
  const { id } = await createUser(db, { name: "karim", kind: "local", password: "correct horse battery" }, ports);
  await db.updateTable("users").set({ totp_secret: "OLDPLAIN" }).where("id", "=", id).execute();
  assert.equal(await sealStoredSecrets(db, it), 1);
  assert.equal(await sealStoredSecrets(db, it), 0);
  const { totp_secret } = await db.selectFrom("users").select("totp_secret").executeTakeFirstOrThrow();
  assert.equal(it.open(totp_secret ?? "", id), "OLDPLAIN");
});
