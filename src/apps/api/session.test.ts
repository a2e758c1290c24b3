import assert from "node:assert/strict";
import test from "node:test";
import { Secret, TOTP } from "otpauth";
import { systemClock, systemRandom } from "../../base/index.ts";
import { confirmTotp, createUser, enrolTotp, getUserRow } from "../../control/access/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import { testApi } from "./testing.ts";

const api = await testApi({ sign_ins_per_minute: 1000 });
const ports = { clock: systemClock, random: systemRandom };
const password = "correct horse battery staple";
const open = { token: null } as const;

async function signIn(body: object) {
  const answer = await api.call("POST", "/v1/session", { ...open, body });
  return { ...answer, cookie: String(answer.headers["set-cookie"] ?? "").split(";")[0] ?? "" };
}

test("the first start's admin token opens a session, and signing out ends it", async () => {
  const { status, body, headers, cookie } = await signIn({ token: api.admin_token });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.status, "signed_in");
  assert.match(String(headers["set-cookie"]), /HttpOnly.*SameSite=Strict/i);
  assert.equal(body.me.projects, null);
  assert.ok(body.me.permissions.includes("backups:delete"));
  const seen = await api.call("GET", "/v1/session", { ...open, headers: { cookie } });
  assert.equal(seen.body.csrf_token, body.csrf_token);
  assert.deepEqual((await api.call("GET", "/v1/me", { ...open, headers: { cookie } })).body, body.me);
  assert.equal((await api.call("GET", "/v1/regions", { ...open, headers: { cookie } })).status, 200);

  const project = { name: "nobody", region: "none" };
  const forged = await api.call("POST", "/v1/projects", { ...open, headers: { cookie }, body: project });
  assert.equal(forged.status, 403);
  assert.equal(forged.body.code, "API_CSRF");
  const csrf = { cookie, "x-csrf-token": body.csrf_token };
  assert.equal((await api.call("POST", "/v1/projects", { ...open, headers: csrf, body: project })).status, 404);

  assert.equal((await api.call("DELETE", "/v1/session", { ...open, headers: csrf })).status, 200);
  const gone = await api.call("GET", "/v1/regions", { ...open, headers: { cookie } });
  assert.equal(gone.status, 401);
  assert.equal(gone.body.code, "SESSION_INVALID");
});

test("a local user signs in with a password; a wrong name and a wrong password are answered alike", async () => {
  await createUser(api.database.db, { name: "rahim", kind: "local", password }, ports);
  const { body } = await signIn({ name: "rahim", password });
  assert.equal(body.me.name, "rahim");
  assert.deepEqual(body.me.permissions, []);
  const wrong = await signIn({ name: "rahim", password: "wrong" });
  const unknown = await signIn({ name: "nobody", password: "wrong" });
  assert.equal(wrong.status, 401);
  for (const answer of [wrong, unknown]) delete answer.body.instance;
  assert.deepEqual(wrong.body, unknown.body);
  const { password_hash } = await getUserRow(api.database.db, "rahim");
  assert.match(password_hash ?? "", /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test("five failures lock the account, even against the right password", async () => {
  await createUser(api.database.db, { name: "locked", kind: "local", password }, ports);
  for (let i = 0; i < 5; i++) assert.equal((await signIn({ name: "locked", password: `wrong ${i}` })).status, 401);
  const refused = await signIn({ name: "locked", password });
  assert.equal(refused.body.code, "SIGN_IN_REFUSED");
  const row = await getUserRow(api.database.db, "locked");
  assert.ok((row.locked_until?.getTime() ?? 0) > systemClock.now_ms() + 50_000);
});

test("with a second factor the password alone opens nothing, and a code is good once", async () => {
  const { db } = api.database;
  await createUser(db, { name: "karim", kind: "local", password }, ports);
  const karim = await getUserRow(db, "karim");
  const asked = { password, session_id: null };
  const outside = { ...api.deps, outside: db };
  await assert.rejects(
    withTransaction(db, (tx) => enrolTotp(tx, karim, { ...asked, password: "not it" }, outside)),
    { code: "PASSWORD_WRONG" },
  );
  const { secret, uri } = await withTransaction(db, (tx) => enrolTotp(tx, karim, asked, outside));
  assert.match(uri, /^otpauth:\/\/totp\/Holdfast:karim/);
  const codes = new TOTP({ secret: Secret.fromBase32(secret) });
  const wrong = confirmTotp(db, await getUserRow(db, "karim"), "000000", api.deps);
  await assert.rejects(wrong, { code: "TOTP_CODE_WRONG" });
  const timestamp = systemClock.now_ms();
  await confirmTotp(db, await getUserRow(db, "karim"), codes.generate({ timestamp: timestamp - 30_000 }), api.deps);

  const first = await signIn({ name: "karim", password });
  assert.equal(first.body.status, "second_factor");
  assert.deepEqual(first.body.methods, ["totp"]);
  assert.equal(first.cookie, "");
  const code = codes.generate({ timestamp });
  const send = (challenge: string, typed: string) =>
    api.call("POST", "/v1/session/totp", { ...open, body: { challenge, code: typed } });
  assert.equal((await send(first.body.challenge, "000000")).status, 401);
  const done = await send(first.body.challenge, code);
  assert.equal(done.status, 200, JSON.stringify(done.body));
  assert.equal(done.body.method, "password+totp");
  assert.equal(done.body.me.totp, true);

  const second = await signIn({ name: "karim", password });
  assert.equal((await send(second.body.challenge, code)).status, 401, "used before");

  // Whoever came in without a code neither takes it away nor puts another in its place; whoever came in with one does.
  const without = api.call("POST", "/v1/tokens", { body: { name: "karims", owner: "karim", scopes: ["self:write"] } });
  const token = (await without).body.secret;
  for (const path of ["/v1/me/totp", "/v1/me/totp/remove"]) {
    const refused = await api.call("POST", path, { token, body: { password } });
    assert.deepEqual([refused.status, refused.body.code], [409, "LAST_FACTOR"], path);
  }
  const cookie = String(done.headers["set-cookie"] ?? "").split(";")[0] ?? "";
  const headers = { cookie, "x-csrf-token": done.body.csrf_token };
  const remove = (typed: string) =>
    api.call("POST", "/v1/me/totp/remove", { ...open, headers, body: { password: typed } });
  assert.equal((await remove("not it")).body.code, "PASSWORD_WRONG");
  assert.deepEqual((await remove(password)).body, { totp: false });
  assert.equal((await remove(password)).body.code, "TOTP_REFUSED");
  assert.equal((await signIn({ name: "karim", password })).body.status, "signed_in");
});

test("one address may only try so often", async () => {
  const limited = await testApi({ sign_ins_per_minute: 3 });
  const codes: number[] = [];
  for (let i = 0; i < 4; i++) {
    const { status } = await limited.call("POST", "/v1/session", { ...open, body: { name: "x", password: "y" } });
    codes.push(status);
  }
  assert.deepEqual(codes, [401, 401, 401, 429]);
});

test("a session that nobody uses ends, and so does the oldest", async () => {
  const { cookie } = await signIn({ token: api.admin_token });
  const past = (ms: number) => new Date(systemClock.now_ms() - ms);
  const row = await api.database.db
    .selectFrom("sessions")
    .select("id")
    .where("ended_at", "is", null)
    .orderBy("created_at", "desc")
    .executeTakeFirstOrThrow();
  const set = (values: object) =>
    api.database.db.updateTable("sessions").set(values).where("id", "=", row.id).execute();
  const status = async () => (await api.call("GET", "/v1/session", { ...open, headers: { cookie } })).status;
  assert.equal(await status(), 200);
  await set({ last_seen_at: past(31 * 60_000) });
  assert.equal(await status(), 401);
  await set({ last_seen_at: past(0), expires_at: past(1) });
  assert.equal(await status(), 401);
});
