/** A backup that fails says why, in the words of the product: real causes, seen by `baas backup show`. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { renameSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { HOME, Installation, type Printed } from "./installation.ts";
import { makeTree } from "./tree.ts";

const KEYD = fileURLToPath(new URL("../../src/apps/keyd/main.ts", import.meta.url));

/** Asks the key manager as its administrator does. */
async function keyd(it: Installation, ...argv: string[]): Promise<Printed[]> {
  const who = ["--socket", join(it.data, "run", "keyd.sock"), "--token-file", join(it.data, "tokens", "admin.token")];
  return JSON.parse((await promisify(execFile)(process.execPath, [KEYD, ...argv, ...who])).stdout) as Printed[];
}

/** Asks for a backup, which must fail; the id it would have had. */
async function failingJob(it: Installation, workload: string, reason: string): Promise<string> {
  const { code, json, text } = await it.baas("backup", "run", "--workload", workload);
  assert.equal(code, 1, text);
  assert.equal(json.status_reason, reason, text);
  const [job] = (await it.ok("job", "list", "--workload", workload, "--limit", "1")).items;
  assert.ok(job !== undefined);
  assert.deepEqual([job.state, job.status_reason], ["FAILED", reason]);
  return job.backup_id;
}

/** The same, and as `baas backup show` and `baas list` tell it. */
async function failing(it: Installation, workload: string, reason: string): Promise<void> {
  const id = await failingJob(it, workload, reason);
  const shown = await it.backup(id);
  assert.deepEqual([shown.state, shown.status_reason], ["FAILED", reason]);
  assert.ok(String(shown.error?.["message"]) !== "" && String(shown.error?.["fix"]) !== "", JSON.stringify(shown));
  const listed = (await it.ok("list", "--workload", workload, "--state", "FAILED")).items;
  assert.equal(listed[0]?.id, id);
}

/** The cause is gone: the next backup is good. */
async function succeeding(it: Installation, workload: string): Promise<void> {
  const made = await it.ok("backup", "run", "--workload", workload);
  assert.deepEqual([made.state, made.status_reason], ["AVAILABLE", null]);
}

test("SourceUnreachable, EncryptionKeyAccessDenied and StorageQuotaExceeded have real causes", {
  timeout: 145_000,
}, async (t) => {
  const it = new Installation(t, "reasons");
  await it.start();
  const add = (name: string, project: string, path: string) =>
    it.ok("workload", "add", name, "--project", project, "--path", path);

  // Each cause in a project of its own, and so with a repository and a master key of its own.
  const tree = makeTree(it.path("tree"), 40);
  await it.ok("region", "add", "small-1", "--country", "BD", "--path", it.path("small-1"), "--quota", "1MiB");
  await it.ok("project", "add", "full", "--region", "small-1");
  await it.ok("project", "add", "locked", "--region", HOME);
  await it.ok("project", "add", "refused", "--region", HOME);
  await add("moved", "default", tree);
  await add("much", "full", makeTree(it.path("much"), 5));
  await add("sealed", "locked", tree);
  await add("never", "refused", tree);
  await succeeding(it, "moved");
  await succeeding(it, "sealed");

  renameSync(tree, it.path("away"));
  await Promise.all([
    failing(it, "moved", "SourceUnreachable"), //
    failing(it, "much", "StorageQuotaExceeded"),
  ]);
  renameSync(it.path("away"), tree);
  await succeeding(it, "moved");

  // A server that starts anew has no key in its memory.
  const project = (await it.ok("project", "list")).items.find((each) => each.name === "locked");
  const key = (await keyd(it, "list")).find((each) => each.alias.includes(String(project?.id)));
  assert.ok(key !== undefined, "the project has a key");
  await keyd(it, "disable", "--key", key.key_id);
  await keyd(it, "revoke", "--principal", "server", "--key", "*", "--right", "wrap", "unwrap");
  await it.stop();
  await it.start();
  await Promise.all([
    failing(it, "sealed", "EncryptionKeyAccessDenied"),
    failingJob(it, "never", "EncryptionKeyAccessDenied"), // the project's very first: there is no repository yet
  ]);
  await keyd(it, "grant", "--principal", "server", "--key", "*", "--right", "wrap", "unwrap");
  await failing(it, "sealed", "EncryptionKeyAccessDenied"); // the grant is back, the key itself still disabled
  await succeeding(it, "never");
  await keyd(it, "enable", "--key", key.key_id);
  await succeeding(it, "sealed");
  await it.stop();
});
