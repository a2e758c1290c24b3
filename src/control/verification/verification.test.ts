import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import type { Installation } from "../../testing/index.ts";
import { getBackup } from "../catalog/index.ts";
import { listVerifications, requestVerification } from "./index.ts";

const databases = testDatabases();

async function backUp(it: Installation): Promise<string> {
  const job = await it.backUp("web-1");
  assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
  return job.backup_id ?? "";
}

async function verify(it: Installation, backup_id: string) {
  const { job_id } = await requestVerification({ backup_id }, it);
  const job = await it.ended(job_id);
  const [verification] = await listVerifications(it.db, { job_id });
  return { job, verification };
}

/** Flips one bit in the middle of a file. */
async function damage(path: string): Promise<void> {
  const bytes = await readFile(path);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  await chmod(path, 0o600);
  await writeFile(path, bytes);
}

test("a whole backup is valid; a flipped bit is named with every backup it hurts; the config's hurts all", async (t) => {
  const it = await installation(t, databases);
  const source = join(it.dir, "source");
  await mkdir(source);
  await writeFile(join(source, "a.bin"), it.random.bytes(200_000));
  await it.workload("web-1", [source]);
  await it.run();
  const first = await backUp(it);
  await writeFile(join(source, "b.bin"), it.random.bytes(1000));
  const second = await backUp(it);

  const good = await verify(it, first);
  assert.deepEqual([good.job.state, good.verification?.verdict], ["SUCCEEDED", "VALID"]);
  assert.ok((good.verification?.checked_bytes ?? 0) > 200_000);
  assert.equal((await getBackup(it.db, first)).verified_state, "VALID");

  const repository = join(it.dir, "bd-dha-1", "projects", it.project.id);
  const packs = (await readdir(join(repository, "packs"), { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  );
  const sizes = await Promise.all(
    packs.map(async (pack) => ({
      path: join(pack.parentPath, pack.name),
      size: (await readFile(join(pack.parentPath, pack.name))).length,
    })),
  );
  sizes.sort((a, b) => b.size - a.size);
  await damage(sizes[0]?.path ?? "");
  const bad = await verify(it, second);
  assert.deepEqual([bad.job.state, bad.job.status_reason], ["SUCCEEDED_WITH_WARNINGS", "RepositoryDamaged"]);
  assert.deepEqual([bad.verification?.verdict, bad.verification?.cause], ["PARTIAL", "StorageBackend"]);
  const [finding] = bad.verification?.findings ?? [];
  assert.deepEqual(finding?.["paths"], [join(source, "a.bin")]);
  assert.ok(String(finding?.["object"]).startsWith("packs/"));
  assert.deepEqual(finding?.["backup_ids"], [first, second].sort());
  for (const id of [first, second]) {
    const backup = await getBackup(it.db, id);
    assert.deepEqual([backup.state, backup.verified_state], ["DAMAGED", "PARTIAL"], id);
  }
  // Nothing of the first one is left, which its own verification finds out.
  assert.equal((await verify(it, first)).verification?.verdict, "INVALID");

  await damage(join(repository, "config"));
  const lost = await verify(it, second);
  assert.deepEqual([lost.verification?.verdict, lost.verification?.cause], ["INVALID", "StorageBackend"]);
  assert.equal(lost.verification?.findings[0]?.["object"], "config");
  assert.equal((await getBackup(it.db, first)).verified_state, "INVALID");
});
