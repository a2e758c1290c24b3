/** Deleting backups through the server, bringing them back, and the refusal of an immutable one. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import test from "node:test";
import { HOME, Installation } from "./installation.ts";

test("baas backup delete and undelete, baas sweep, and what immutable means", { timeout: 120_000 }, async (t) => {
  const it = new Installation(t, "delete");
  await it.start();
  mkdirSync(it.path("source"));
  writeFileSync(it.path("source", "a"), "alpha");
  const policy = (name: string, more: string) => {
    writeFileSync(it.path(name), `name: ${name}\nschedule:\n  daily: "02:00 UTC"\nretention:\n  daily: 7\n${more}`);
    return it.ok("policy", "create", "-f", it.path(name));
  };
  await policy("open", "");
  await policy("worm", "immutable: true\n");
  const add = (name: string, tag: string) =>
    it.ok(
      "workload",
      "add",
      name,
      "--project",
      "default",
      "--path",
      it.path("source"),
      "--tag",
      `backup-policy=${tag}`,
    );
  await add("web-1", "open");
  await add("web-2", "worm");
  const open = (await it.ok("backup", "run", "--workload", "web-1")).id;
  const worm = (await it.ok("backup", "run", "--workload", "web-2")).id;

  await it.ok("backup", "delete", open);
  assert.equal((await it.ok("list", "--policy", "open")).items.length, 0);
  assert.equal((await it.ok("backup", "show", open)).state, "DELETED");
  await it.ok("backup", "undelete", open);
  assert.equal((await it.ok("backup", "show", open)).state, "AVAILABLE");
  assert.equal((await it.ok("verify", open)).verdict, "VALID");

  const refused = await it.baas("backup", "delete", worm);
  assert.notEqual(refused.code, 0);
  assert.match(refused.text, /BACKUP_IMMUTABLE/);
  assert.match(refused.text, /is immutable \(COMPLIANCE\) and cannot be deleted before \d{4}-/);
  assert.match(refused.text, /[Ww]orking as designed/);
  assert.equal((await it.ok("backup", "show", worm)).state, "AVAILABLE");

  const swept = await it.ok("sweep", "--region", HOME);
  assert.equal(swept.result["status"], "done");
  assert.equal((await it.ok("verify", worm)).verdict, "VALID");
  await it.stop();
});
