import assert from "node:assert/strict";
import { createDecipheriv, hkdfSync } from "node:crypto";
import { chmod, cp, mkdir, readdir, readFile, rename, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { asHoldfastError, hasCode, systemRandom } from "../../base/index.ts";
import { createKeyFolder, DAY_MS, ROOT_SECRET } from "./testing/key-folder.ts";
import { LocalKeyStore } from "./key-store.ts";
import { isSetUp, setUpKeyFolder } from "./set-up.ts";

const CONTEXT = { repository: "rpo_1", purpose: "epoch-key" };
const SECRET = Buffer.from("0123456789abcdef0123456789abcdef");

function code(expected: string) {
  return (error: unknown) => {
    assert.ok(hasCode(error, expected), `expected ${expected}, got ${error}`);
    return true;
  };
}

/** HKDF + AES-256-GCM as docs/security/key-manager.md has it, written without the room's own code. */
function openByTheDocument(secret: Buffer, info: string, aad: string, envelope: Buffer): Buffer {
  assert.equal(envelope[0], 1);
  const key = Buffer.from(hkdfSync("sha256", secret, envelope.subarray(1, 33), info, 32));
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.alloc(12));
  decipher.setAAD(Buffer.from(aad));
  decipher.setAuthTag(envelope.subarray(-16));
  return Buffer.concat([decipher.update(envelope.subarray(33, -16)), decipher.final()]);
}

test("what lies in the folder and what wrap returns open with node:crypto alone", async (t) => {
  const { dir, open } = await createKeyFolder(t);
  const store = await open();
  const { key_id } = await store.keys.createKey("admin", "acme");
  await store.keys.rotateKey("admin", key_id);
  const wrapped = await store.wrap("server", key_id, SECRET, CONTEXT);
  await store.close();

  assert.equal(wrapped.key_version, 2);
  const file = JSON.parse(await readFile(join(dir, "keys", `${key_id}.json`), "utf8"));
  const sealed = Buffer.from(file.record.versions[1].material, "base64");
  const root = Buffer.from(ROOT_SECRET, "hex");
  const aad = `{"key_id":"${key_id}","version":2}`;
  const material = openByTheDocument(root, "holdfast/keyd-material/v1", aad, sealed);
  const wrap_aad = `{"context":{"purpose":"epoch-key","repository":"rpo_1"},"key_id":"${key_id}","version":2}`;
  const plaintext = openByTheDocument(material, "holdfast/cmk-wrap/v1", wrap_aad, Buffer.from(wrapped.ciphertext));
  assert.deepEqual(plaintext, SECRET);
});

test("only the owner can reach folder and files", async (t) => {
  const { dir, open } = await createKeyFolder(t);
  const store = await open();
  await store.keys.createKey("admin", "acme");
  await store.close();
  for (const name of await readdir(dir, { recursive: true })) {
    const found = await stat(join(dir, name));
    assert.equal(found.mode & 0o777, found.isDirectory() ? 0o700 : 0o600, name);
  }
  await chmod(dir, 0o750);
  await assert.rejects(open(), code("KEY_STORE_UNSAFE"));
});

test("rotation: new wraps take the new version, old ones stay readable, also after a restart", async (t) => {
  const { open } = await createKeyFolder(t);
  let store = await open();
  const { key_id } = await store.keys.createKey("admin", "acme");
  const first = await store.wrap("server", key_id, SECRET, CONTEXT);
  await store.keys.rotateKey("admin", key_id);
  await store.close();
  store = await open();
  assert.equal((await store.wrap("server", key_id, SECRET, CONTEXT)).key_version, 2);
  assert.deepEqual(await store.unwrap("server", first, CONTEXT), SECRET);

  await store.keys.disableKey("admin", key_id, 2);
  assert.equal((await store.wrap("server", key_id, SECRET, CONTEXT)).key_version, 1);
  await store.keys.disableKey("admin", key_id, 1);
  await assert.rejects(store.wrap("server", key_id, SECRET, CONTEXT), code("KEY_DISABLED"));
  await assert.rejects(store.unwrap("server", first, CONTEXT), code("KEY_DISABLED"));
  await store.keys.enableKey("admin", key_id, 1);
  assert.deepEqual(await store.unwrap("server", first, CONTEXT), SECRET);
  await store.keys.disableKey("admin", key_id);
  await assert.rejects(store.unwrap("server", first, CONTEXT), code("KEY_DISABLED"));
  await assert.rejects(store.keys.rotateKey("admin", key_id), code("KEY_STATE_CONFLICT"));
  await store.close();
});

test("an alias belongs to one key", async (t) => {
  const { open } = await createKeyFolder(t);
  const store = await open();
  await store.keys.createKey("admin", "acme");
  await assert.rejects(store.keys.createKey("admin", "acme"), code("KEY_ALIAS_TAKEN"));
  await assert.rejects(store.keys.createKey("admin", "Acme Corp"), code("KEY_REQUEST_INVALID"));
  assert.equal(store.listKeys("server").length, 1);
  await store.close();
});

test("destruction: not before 7 days, unusable meanwhile, can be cancelled, and then really gone", async (t) => {
  const { dir, clock, open } = await createKeyFolder(t);
  const store = await open();
  const { key_id } = await store.keys.createKey("admin", "acme");
  const first = await store.wrap("server", key_id, SECRET, CONTEXT);
  await store.keys.rotateKey("admin", key_id);
  await assert.rejects(store.keys.scheduleDestruction("admin", key_id, { after_days: 6 }), code("KEY_REQUEST_INVALID"));

  const pending = await store.keys.scheduleDestruction("admin", key_id, { version: 1 });
  assert.equal(pending.versions[0]?.destroy_at, "2026-05-31T00:00:00.000Z");
  await assert.rejects(store.unwrap("server", first, CONTEXT), code("KEY_DISABLED"));
  await assert.rejects(store.keys.enableKey("admin", key_id, 1), code("KEY_STATE_CONFLICT"));
  assert.equal((await store.keys.cancelDestruction("admin", key_id, 1)).versions[0]?.state, "DISABLED");
  await store.keys.enableKey("admin", key_id, 1);
  assert.deepEqual(await store.unwrap("server", first, CONTEXT), SECRET);

  await store.keys.scheduleDestruction("admin", key_id, { version: 1, after_days: 7 });
  const file = join(dir, "keys", `${key_id}.json`);
  const sealed = JSON.parse(await readFile(file, "utf8")).record.versions[0].material;
  clock.pass(7 * DAY_MS - 1);
  assert.deepEqual(await store.sweep(), []);
  clock.pass(1);
  assert.deepEqual(await store.sweep(), [], "due, but seen due only now");
  clock.pass(3_600_000);
  assert.deepEqual(await store.sweep(), [`${key_id}/1`]);
  assert.equal((await readFile(file, "utf8")).includes(sealed), false);
  await assert.rejects(store.unwrap("server", first, CONTEXT), code("KEY_DESTROYED"));
  await assert.rejects(store.keys.cancelDestruction("admin", key_id, 1), code("KEY_DESTROYED"));
  assert.equal((await store.wrap("server", key_id, SECRET, CONTEXT)).key_version, 2);

  await store.keys.scheduleDestruction("admin", key_id, { after_days: 7 });
  clock.pass(8 * DAY_MS);
  await store.sweep();
  clock.pass(3_600_000);
  assert.deepEqual(await store.sweep(), [key_id]);
  assert.equal(store.describeKey("admin", key_id).state, "DESTROYED");
  await store.keys.createKey("admin", "acme"); // the alias is free again
  const { entries } = await store.auditLog("admin", { action: "key.destroy", outcome: "OK" });
  assert.deepEqual(
    entries.map(({ principal, key_version }) => [principal, key_version]),
    [
      ["keyd", 1],
      ["keyd", undefined],
    ],
  );
  await store.close();
});

test("a clock set wrong destroys nothing", async (t) => {
  const { clock, open } = await createKeyFolder(t);
  const store = await open();
  const { key_id } = await store.keys.createKey("admin", "acme");
  await store.keys.scheduleDestruction("admin", key_id);
  await store.sweep();
  clock.wall_ms += 365 * DAY_MS;
  assert.deepEqual(await store.sweep(), []);
  clock.pass(3_500_000);
  assert.deepEqual(await store.sweep(), []);
  clock.wall_ms -= 365 * DAY_MS; // noticed and set right within the hour
  clock.pass(3_600_000);
  assert.deepEqual(await store.sweep(), []);
  assert.equal(store.describeKey("admin", key_id).state, "PENDING_DESTRUCTION");
  await store.close();
});

test("access: denied unless granted, and the error says what is missing and how to grant it", async (t) => {
  const { tokens, open } = await createKeyFolder(t);
  let store = await open();
  assert.equal(store.authenticate(tokens.server ?? ""), "server");
  assert.throws(() => store.authenticate("hkt_guess"), code("KEY_ACCESS_DENIED"));
  const { key_id } = await store.keys.createKey("admin", "acme");
  const wrapped = await store.wrap("server", key_id, SECRET, CONTEXT);
  await assert.rejects(store.unwrap("admin", wrapped, CONTEXT), code("KEY_ACCESS_DENIED"));
  await assert.rejects(store.keys.createKey("server", "mine"), code("KEY_ACCESS_DENIED"));
  await assert.rejects(store.access.grant("server", "server", key_id, ["admin"]), code("KEY_ACCESS_DENIED"));

  await store.access.revoke("admin", "server", "*", ["wrap"]);
  try {
    await store.wrap("server", key_id, SECRET, CONTEXT);
    assert.fail("wrapped without a grant");
  } catch (error) {
    const denied = asHoldfastError(error);
    assert.equal(denied.code, "KEY_ACCESS_DENIED");
    assert.equal(denied.status_reason, "EncryptionKeyAccessDenied");
    assert.match(denied.message, new RegExp(`server lacks "wrap" on key ${key_id}`));
    assert.ok(denied.guidance.includes(`grant --principal server --key '${key_id}' --right wrap`));
  }
  await store.access.grant("admin", "server", key_id, ["wrap"]);
  await store.wrap("server", key_id, SECRET, CONTEXT);

  const agent = await store.access.addPrincipal("admin", "agent-1");
  assert.throws(() => store.listKeys("agent-1"), code("KEY_ACCESS_DENIED"));
  await store.access.grant("admin", "agent-1", key_id, ["describe"]);
  assert.equal(store.listKeys("agent-1").length, 1);
  assert.throws(() => store.auditLog("agent-1"), code("KEY_ACCESS_DENIED"));
  await assert.rejects(store.access.revoke("admin", "admin", "*", ["admin"]), code("KEY_LAST_ADMIN"));
  await assert.rejects(store.access.removePrincipal("admin", "admin"), code("KEY_LAST_ADMIN"));
  await assert.rejects(store.access.addPrincipal("admin", "keyd"), code("KEY_REQUEST_INVALID"));

  await store.close();
  store = await open();
  assert.equal(store.authenticate(agent.token), "agent-1");
  const renewed = await store.access.rotateToken("operator", "agent-1");
  assert.throws(() => store.authenticate(agent.token), code("KEY_ACCESS_DENIED"));
  assert.equal(store.authenticate(renewed.token), "agent-1");
  await store.access.removePrincipal("admin", "agent-1");
  assert.throws(() => store.authenticate(renewed.token), code("KEY_ACCESS_DENIED"));

  const denied = await store.auditLog("admin", { outcome: "DENIED" });
  assert.deepEqual(
    denied.entries.map(({ principal, action }) => `${principal} ${action}`),
    [
      "unknown access.authenticate",
      "admin key.unwrap",
      "server key.create",
      "server access.grant",
      "server key.wrap",
      "agent-1 key.list",
      "agent-1 audit.read",
      "unknown access.authenticate",
      "unknown access.authenticate",
    ],
  );
  assert.equal(JSON.stringify(await store.auditLog("admin", { limit: 1000 })).includes("hkt_"), false);
  await store.close();
});

test("one process per folder", async (t) => {
  const { open } = await createKeyFolder(t);
  const store = await open();
  await assert.rejects(open(), code("KEY_STORE_LOCKED"));
  await store.close();
  await (await open()).close();
});

test("an altered, exchanged or foreign file keeps the store shut", async (t) => {
  const { dir, open } = await createKeyFolder(t);
  const store = await open();
  const one = (await store.keys.createKey("admin", "one")).key_id;
  const two = (await store.keys.createKey("admin", "two")).key_id;
  await store.keys.disableKey("admin", one);
  await store.close();
  const path = join(dir, "keys", `${one}.json`);
  const text = await readFile(path, "utf8");
  const damages = [
    text.replace('"DISABLED"', '"ENABLED"'),
    text.slice(0, -20),
    await readFile(join(dir, "keys", `${two}.json`), "utf8"),
  ];
  for (const damaged of damages) {
    await writeFile(path, damaged);
    await assert.rejects(open(), code("KEY_STORE_DAMAGED"));
  }
  await writeFile(path, text);
  await assert.rejects(open({ root_secret: "6b".repeat(32) }), code("KEY_ROOT_SECRET_WRONG"));
  await assert.rejects(open({ root_secret: "short" }), code("KEY_ROOT_SECRET_WRONG"));
  await (await open()).close();
});

test("a change that cannot be written is not acknowledged, and memory follows the disk", async (t) => {
  const { dir, open } = await createKeyFolder(t);
  const store = await open();
  const { key_id } = await store.keys.createKey("admin", "acme");
  // A folder where the file belongs makes the rename fail, for root as well.
  const hidden = join(dir, "keys", "hidden");
  const path = join(dir, "keys", `${key_id}.json`);
  await rename(path, hidden);
  await mkdir(join(path, "in-the-way"), { recursive: true });
  await assert.rejects(store.keys.rotateKey("admin", key_id));
  await rmdir(join(path, "in-the-way"));
  await rmdir(path);
  await rename(hidden, path);
  assert.equal((await store.wrap("server", key_id, SECRET, CONTEXT)).key_version, 1);
  assert.equal((await store.keys.rotateKey("admin", key_id)).versions.length, 2);
  await store.close();
  await (await open()).close();
});

test("after a crash between change and log, the log says what became of it", async (t) => {
  const { base, dir, clock, open } = await createKeyFolder(t);
  const store = await open();
  const { key_id } = await store.keys.createKey("admin", "acme");
  const crashed = join(base, "crashed");
  const started = store.keys.rotateKey("admin", key_id);
  // The moment between STARTED and the new file: the copy is what a crash there leaves behind.
  while ((await store.audit.read({ action: "key.rotate" })).entries.length === 0) await new Promise(setImmediate);
  await cp(dir, crashed, { recursive: true });
  await started;
  await store.close();

  const options = { dir: crashed, root_secret: ROOT_SECRET, clock, random: systemRandom };
  const reopened = await LocalKeyStore.open(options);
  const { entries } = await reopened.auditLog("admin", { action: "key.rotate" });
  const made = reopened.describeKey("admin", key_id).versions.length === 2;
  assert.deepEqual(
    entries.map(({ outcome }) => outcome),
    ["STARTED", made ? "OK" : "INTERRUPTED"],
  );
  assert.equal((await reopened.verifyAuditLog("admin")).ok, true);
  await reopened.close();
});

test("set-up: once, begun again when interrupted, refused where other things lie", async (t) => {
  const { base, clock } = await createKeyFolder(t);
  const dir = join(base, "other");
  const options = {
    dir,
    root_secret: null,
    root_secret_file: join(base, "root-secret"),
    clock,
    random: systemRandom,
  };
  const interrupted = new Error("no room for the tokens");
  await assert.rejects(setUpKeyFolder({ ...options, deliver: () => Promise.reject(interrupted) }), interrupted);
  assert.equal(await isSetUp(dir), false);
  await assert.rejects(LocalKeyStore.open({ ...options, root_secret: ROOT_SECRET }), code("KEY_STORE_NOT_SET_UP"));
  assert.equal(await setUpKeyFolder({ ...options, deliver: async () => {} }), true);
  assert.equal(await setUpKeyFolder({ ...options, deliver: () => Promise.reject(interrupted) }), false);

  const foreign = join(base, "foreign");
  await cp(join(dir, "keys"), join(foreign, "documents"), { recursive: true });
  await chmod(foreign, 0o700);
  const refused = setUpKeyFolder({ ...options, dir: foreign, deliver: async () => {} });
  await assert.rejects(refused, code("KEY_STORE_DAMAGED"));
});
