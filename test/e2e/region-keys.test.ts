/** A region with a master key of its own: who loses one region's key still has the other. With a real key manager. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { HoldfastError } from "../../src/base/index.ts";
import { createKeyManagerRig } from "../../src/apps/keyd/testing/rig.ts";
import { setRegionKeys } from "../../src/control/inventory/index.ts";
import { createPolicy } from "../../src/control/policy/index.ts";
import { requestRestore } from "../../src/control/recover/index.ts";
import {
  getProjectKey,
  planReseals,
  requestRetirement,
  requestRotation,
  rotationStatus,
  shredProject,
} from "../../src/control/rotation/index.ts";
import { requestVerification } from "../../src/control/verification/index.ts";
import { withTransaction } from "../../src/platform/db/index.ts";
import { testDatabases } from "../../src/platform/db/testing.ts";
import { type Installation, installation } from "../../src/testing/index.ts";
import { assertSameTree } from "./installation.ts";

const databases = testDatabases();
const [HOME, PEER] = ["bd-dha-1", "bd-ctg-1"];

/** Ids of the CMKs that wrap anything in a region, from the objects themselves. */
function wrappersIn(it: Installation, region: string): string[] {
  const folder = join(it.dir, region, "projects", it.project.id, "keys");
  const objects = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const texts = objects.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  return [...new Set(texts.map((text) => String(JSON.parse(text.split("\n", 1)[0] ?? "").key_id)))].sort();
}

async function restored(it: Installation, backup_id: string, region: string, expected: string) {
  const target = join(it.dir, "back");
  rmSync(target, { recursive: true, force: true });
  try {
    // The plan reads the manifest, and so is refused where the job would be.
    const { job_id } = await requestRestore({ backup_id, region, target_path: target }, it);
    const job = await it.ended(job_id);
    if (job.state === "SUCCEEDED") assertSameTree(expected, target);
    return [job.state, job.status_reason];
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return ["FAILED", error.spec.status_reason];
  }
}

async function rotate(it: Installation) {
  const { job_id } = await withTransaction(it.db, (tx) =>
    requestRotation(tx, { project: "acme", by: "test", reason: "test" }, it),
  );
  const job = await it.ended(job_id);
  assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
  for (let round = 0; round < 400; round++) {
    await planReseals(it.db, it);
    const [status] = await rotationStatus(it.db, { project: "acme" });
    if (status?.state === "DONE") return status;
    await it.clock.sleep(50);
  }
  throw new Error(JSON.stringify(await rotationStatus(it.db)));
}

async function cmkOf(it: Installation, region: string): Promise<string> {
  return (await getProjectKey(it.db, it.key_admin, "acme", region)).key_id;
}

const GOOD = ["SUCCEEDED", null];
const DENIED = ["FAILED", "EncryptionKeyAccessDenied"];

test("a copy is under its region's own key: each region opens without the other's", { timeout: 300_000 }, async (t) => {
  const rig = await createKeyManagerRig(t);
  await rig.start();
  const [keys, key_admin] = [await rig.connect("server"), await rig.connect("admin")];
  const it = await installation(t, databases, { keys: { keys, key_admin } });
  await withTransaction(it.db, (tx) => setRegionKeys(tx, PEER, true, "test", it));
  const source = join(it.dir, "source");
  mkdirSync(source);
  for (let i = 0; i < 4; i++) writeFileSync(join(source, `f${i}`), it.random.bytes(300_000));
  const spec = { schedule: { daily: "02:00 UTC" }, retention: { daily: 7 }, copy: { cross_region: PEER } };
  await createPolicy(it.db, { name: "both", ...spec }, it);
  await it.workload("web-1", [source], { "backup-policy": "both" });
  await it.run();
  const backUp = async () => {
    const id = (await it.backUp("web-1")).backup_id ?? "";
    const copy = await it.db
      .selectFrom("copies")
      .select("job_id")
      .where("backup_id", "=", id)
      .executeTakeFirstOrThrow();
    assert.equal((await it.ended(copy.job_id ?? "")).state, "SUCCEEDED");
    return id;
  };
  const first = await backUp();
  const [home, peer] = [await cmkOf(it, HOME), await cmkOf(it, PEER)];
  assert.notEqual(home, peer);
  assert.deepEqual([wrappersIn(it, HOME), wrappersIn(it, PEER)], [[home], [peer]]);

  await key_admin.disableKey(home);
  assert.deepEqual(await restored(it, first, PEER, source), GOOD);
  assert.deepEqual(await restored(it, first, HOME, source), DENIED);
  await assert.rejects(it.backUp("web-1"), /EncryptionKeyAccessDenied|FAILED/);
  await key_admin.enableKey(home);

  await key_admin.disableKey(peer);
  assert.deepEqual(await restored(it, first, HOME, source), GOOD);
  assert.deepEqual(await restored(it, first, PEER, source), DENIED);
  const verified = async (region: string) => {
    const asked = { backup_id: first, region };
    const { job_id } = await requestVerification(asked, it);
    return String((await it.ended(job_id)).result?.["verdict"]);
  };
  assert.deepEqual([await verified(HOME), await verified(PEER)], ["valid", "invalid"]);
  await key_admin.enableKey(peer);
  assert.equal(await verified(PEER), "valid");

  const status = await rotate(it);
  assert.deepEqual(
    status.keys.map(({ key_id, new_version }) => [key_id, new_version]).sort(),
    [
      [home, 2],
      [peer, 2],
    ].sort(),
  );
  assert.deepEqual([wrappersIn(it, HOME), wrappersIn(it, PEER)], [[home], [peer]]);
  writeFileSync(join(source, "f0"), it.random.bytes(300_000));
  const second = await backUp();
  await key_admin.disableKey(home);
  assert.deepEqual(await restored(it, second, PEER, source), GOOD);
  await key_admin.enableKey(home);

  const retire = async (region: string) => {
    const { job_id } = await withTransaction(it.db, (tx) =>
      requestRetirement(tx, { project: "acme", region, version: 1, by: "test" }, it),
    );
    return it.ended(job_id);
  };
  const refused = await retire(PEER);
  assert.equal(refused.error?.code, "KEY_VERSION_NEEDED", "the first backup's manifest is under what it opened");
  await it.db.updateTable("backups").set({ state: "DELETED" }).where("id", "=", first).execute();
  for (const region of it.regions) {
    await it.repositories.use(await it.repositories.find(it.project.id, region.id), async (repository) => {
      await repository.forget(first, it.clock.now_ms() - 1);
      await it.engine.runSweep({ repository, fresh_ms: 0, unused_share_max: 0 });
    });
  }
  const gone = await retire(PEER);
  assert.equal(gone.state, "SUCCEEDED", JSON.stringify(gone.error));
  const states = async (id: string) => (await key_admin.describeKey(id)).versions.map(({ state }) => state);
  assert.deepEqual(await states(peer), ["PENDING_DESTRUCTION", "ENABLED"]);
  assert.deepEqual(await states(home), ["ENABLED", "ENABLED"], "the other region's key has a life of its own");
  assert.deepEqual(await restored(it, second, PEER, source), GOOD);
  for (const key_id of [home, peer]) {
    const { entries } = await key_admin.auditLog({ key_id, action: "key.rotate", limit: 10 });
    assert.ok(entries.length > 0, "each key's rotation is in the key manager's own log");
  }

  // Both change over: what was shared gets its own, what had its own comes back.
  await withTransaction(it.db, async (tx) => {
    await setRegionKeys(tx, PEER, false, "test", it);
    await setRegionKeys(tx, HOME, true, "test", it);
  });
  await rotate(it);
  assert.equal(await cmkOf(it, PEER), home, "the key that serves all regions without their own");
  const own = await cmkOf(it, HOME);
  assert.ok(own !== home && own !== peer);
  assert.deepEqual([wrappersIn(it, HOME), wrappersIn(it, PEER)], [[own], [home]]);
  const third = await backUp();
  for (const region of [HOME, PEER]) assert.deepEqual(await restored(it, third, region, source), GOOD);

  await withTransaction(it.db, (tx) => shredProject(tx, { project: "acme", confirm: "acme", by: "test" }, false, it));
  for (const id of [home, peer, own]) assert.equal((await key_admin.describeKey(id)).state, "PENDING_DESTRUCTION");
  for (const region of [HOME, PEER]) assert.equal((await restored(it, third, region, source))[0], "FAILED");
});
