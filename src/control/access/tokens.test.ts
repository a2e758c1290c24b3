import assert from "node:assert/strict";
import test from "node:test";
import { hasCode, systemClock, systemRandom } from "../../base/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { createToken, ensureAdminToken, revokeToken, verifyToken } from "./tokens.ts";

const databases = testDatabases();
const ports = { clock: systemClock, random: systemRandom };
const invalid = (error: unknown) => hasCode(error, "TOKEN_INVALID");

test("the admin token is made once, even by two first starts at once, and kept as a hash", async () => {
  const { db } = await databases.create();
  const made = await Promise.all([ensureAdminToken(db, ports), ensureAdminToken(db, ports)]);
  const secrets = made.filter((it) => it !== undefined);
  assert.equal(secrets.length, 1);
  const secret = secrets[0] ?? "";
  assert.deepEqual((await verifyToken(db, secret, systemClock)).scopes, ["*"]);
  const stored = await db.selectFrom("tokens").selectAll().executeTakeFirstOrThrow();
  assert.ok(!JSON.stringify(stored).includes(secret));
});

test("a start that dies before the admin token is valid is made up for by the next one", async () => {
  const { db } = await databases.create();
  const kept: string[] = [];
  const keep = async (secret: string) => void kept.push(secret);
  const died = ensureAdminToken(db, ports, async (secret) => {
    await keep(secret);
    throw new Error("killed");
  });
  await assert.rejects(died, /killed/);
  const shown = await ensureAdminToken(db, ports, keep);
  assert.equal(kept[1], shown);
  await assert.rejects(verifyToken(db, kept[0] ?? "", systemClock), invalid);
  assert.equal((await verifyToken(db, kept[1] ?? "", systemClock)).name, "admin");
});

test("unknown, expired and revoked tokens are refused alike", async () => {
  const { db } = await databases.create();
  await assert.rejects(verifyToken(db, "baas_nonsense", systemClock), invalid);
  const old = await createToken(db, { name: "old", scopes: [], expires_at: new Date(systemClock.now_ms() - 1) }, ports);
  await assert.rejects(verifyToken(db, old.secret, systemClock), invalid);
  const { id, secret } = await createToken(db, { name: "ci", scopes: ["backups:read"] }, ports);
  assert.equal((await verifyToken(db, secret, systemClock)).token_id, id);
  await revokeToken(db, id, systemClock);
  await assert.rejects(verifyToken(db, secret, systemClock), invalid);
});
