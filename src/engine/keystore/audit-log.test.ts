import assert from "node:assert/strict";
import { appendFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { createKeyFolder, ROOT_SECRET } from "./testing/key-folder.ts";
import { chainEntry } from "./audit-format.ts";
import { verifyAuditLog } from "./audit-verify.ts";
import { RootSecret } from "./root-secret.ts";

const head_key = new RootSecret(ROOT_SECRET).auditKey();

/** A closed log of about 40 entries in several segments. */
async function createLog(t: TestContext) {
  const folder = await createKeyFolder(t);
  const open = () => folder.open({ audit_segment_bytes: 4_000 });
  const store = await open();
  const { key_id } = await store.keys.createKey("admin", "acme");
  for (let index = 0; index < 36; index++) await store.wrap("server", key_id, Buffer.of(1), { backup: `bkp_${index}` });
  await store.close();
  const dir = join(folder.dir, "audit");
  const segments = (await readdir(dir)).filter((name) => name.endsWith(".jsonl")).sort();
  assert.ok(segments.length >= 3, `${segments.length} segments`);
  return { ...folder, dir, segments, open, key_id };
}

async function editLine(path: string, index: number, edit: (line: string) => string | null): Promise<void> {
  const lines = (await readFile(path, "utf8")).split("\n");
  const edited = edit(lines[index] ?? "");
  lines.splice(index, 1, ...(edited === null ? [] : [edited]));
  await writeFile(path, lines.join("\n"));
}

test("a whole log verifies, with and without the secret", async (t) => {
  const { dir } = await createLog(t);
  const verdict = await verifyAuditLog(dir);
  assert.equal(verdict.first_broken, null);
  assert.equal(verdict.entries_count, 40); // start, create (STARTED, OK), 36 wraps, stop
  assert.deepEqual(await verifyAuditLog(dir, { head_key }), verdict);
});

test("an edited line is found, also when its own hash was made anew", async (t) => {
  const { dir, segments } = await createLog(t);
  const path = join(dir, segments[1] ?? "");
  await editLine(path, 2, (line) => line.replace('"server"', '"nobody"'));
  const verdict = await verifyAuditLog(dir);
  assert.equal(verdict.ok, false);
  assert.equal(verdict.first_broken?.segment, segments[1]);
  assert.equal(verdict.first_broken?.line, 3);

  await editLine(path, 2, (line) => {
    const { hash: _, ...entry } = JSON.parse(line);
    return JSON.stringify(chainEntry(entry));
  });
  assert.equal((await verifyAuditLog(dir)).first_broken?.line, 4);
});

test("a missing line, a missing segment and a cut end are found", async (t) => {
  const { dir, segments } = await createLog(t);
  const last = join(dir, segments.at(-1) ?? "");
  const whole = await readFile(last, "utf8");
  await writeFile(last, `${whole.trimEnd().split("\n").slice(0, -1).join("\n")}\n`);
  assert.match((await verifyAuditLog(dir)).first_broken?.reason ?? "", /cut off/);
  await writeFile(last, whole);

  const second = join(dir, segments[1] ?? "");
  const text = await readFile(second, "utf8");
  await editLine(second, 1, () => null);
  assert.equal((await verifyAuditLog(dir)).first_broken?.line, 2);
  await writeFile(second, text);
  assert.equal((await verifyAuditLog(dir)).ok, true);

  await rm(second);
  assert.match((await verifyAuditLog(dir)).first_broken?.reason ?? "", /no segment/);
});

test("a log and head rewritten together are found by the seal, and by a head remembered elsewhere", async (t) => {
  const { dir, segments } = await createLog(t);
  const known_head = (await verifyAuditLog(dir)).head;
  for (const name of segments.slice(1)) await rm(join(dir, name));
  const entries = (await readFile(join(dir, segments[0] ?? ""), "utf8")).trimEnd().split("\n");
  const { seq, hash } = JSON.parse(entries.at(-1) ?? "");
  await writeFile(join(dir, "head.json"), JSON.stringify({ seq, hash, mac: "0".repeat(64) }));
  assert.equal((await verifyAuditLog(dir)).ok, true, "without any secret this cannot be seen");
  assert.match((await verifyAuditLog(dir, { head_key })).first_broken?.reason ?? "", /head file was altered/);
  assert.match((await verifyAuditLog(dir, { known_head })).first_broken?.reason ?? "", /remembered head/);
});

test("damage is recorded at the next start and stays provable", async (t) => {
  const { dir, segments, open } = await createLog(t);
  await rm(join(dir, segments.at(-1) ?? ""));
  const store = await open();
  const found = await store.auditLog("admin", { action: "audit.damage_found" });
  assert.match(String(found.entries[0]?.detail?.reason), /are missing/);
  await store.close();
  await (await open()).close();
  assert.equal((await verifyAuditLog(dir, { head_key })).ok, false);
});

test("a line torn by a power cut is removed, and that is recorded", async (t) => {
  const { dir, segments, open } = await createLog(t);
  await appendFile(join(dir, segments.at(-1) ?? ""), '{"seq":42,"at":"20');
  const store = await open();
  assert.equal((await store.auditLog("admin", { action: "audit.repaired" })).entries.length, 1);
  assert.equal((await store.verifyAuditLog("admin")).ok, true);
  await store.close();
});

test("reads by filter, page by page", async (t) => {
  const { open, key_id } = await createLog(t);
  const store = await open();
  const backups: string[] = [];
  let after_seq: number | undefined = 0;
  let pages = 0;
  while (after_seq !== undefined && after_seq !== null) {
    const page = await store.auditLog("admin", { key_id, action: "key.wrap", outcome: "OK", after_seq, limit: 10 });
    for (const entry of page.entries) backups.push(entry.context?.backup ?? "");
    after_seq = page.next_after_seq ?? undefined;
    pages++;
  }
  assert.deepEqual(
    backups,
    Array.from({ length: 36 }, (_, index) => `bkp_${index}`),
  );
  assert.equal(pages, 4);
  assert.deepEqual((await store.auditLog("admin", { to_at: "2026-01-01" })).entries, []);
  assert.throws(() => store.auditLog("server-2"));
  await assert.rejects(store.auditLog("admin", { limit: 1001 }));
  await store.close();
});

test("uses made while a verification runs do not disturb it", async (t) => {
  const { open, key_id } = await createLog(t);
  const store = await open();
  const verdicts = [];
  for (let index = 0; index < 5; index++) {
    verdicts.push(store.verifyAuditLog("admin"));
    for (let use = 0; use < 20; use++) await store.wrap("server", key_id, Buffer.of(1), {});
    await store.audit.sync();
  }
  for (const verdict of await Promise.all(verdicts)) assert.deepEqual(verdict.first_broken, null);
  await store.close();
});
