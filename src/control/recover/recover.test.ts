import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import type { Installation } from "../../testing/index.ts";
import { listWorkloads } from "../inventory/index.ts";
import { listJobs } from "../jobs/index.ts";
import { createPolicy } from "../policy/index.ts";
import { listRestores, previewRestore, requestRestore } from "./index.ts";
import type { RestoreInput } from "./index.ts";

const databases = testDatabases();

async function protectedFolder(it: Installation): Promise<{ source: string; backup_id: string }> {
  const source = join(it.dir, "source");
  await mkdir(join(source, "deep"), { recursive: true });
  await writeFile(join(source, "a.txt"), "first");
  await writeFile(join(source, "deep", "b.txt"), "second");
  const spec = {
    name: "two",
    schedule: { daily: "02:00 UTC" },
    retention: { daily: 3 },
    copy: { cross_region: "bd-ctg-1" },
  };
  await createPolicy(it.db, spec, it);
  await it.workload("web-1", [source], { "backup-policy": "two" });
  const job = await it.backUp("web-1");
  assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
  const [copy] = await listJobs(it.db, { kind: "copy" });
  assert.equal((await it.ended(copy?.id ?? "")).state, "SUCCEEDED");
  return { source, backup_id: job.backup_id ?? "" };
}

async function restore(it: Installation, input: RestoreInput) {
  const { job_id, restore_id } = await requestRestore(input, it);
  const job = await it.ended(job_id);
  assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error ?? job.result));
  return (await listRestores(it.db, { id: restore_id }))[0];
}

test("restores to a new resource, a single path, from the other region, and in place only when confirmed", async (t) => {
  const it = await installation(t, databases);
  await it.run();
  const { source, backup_id } = await protectedFolder(it);

  const record = await restore(it, { backup_id, new_name: "web-1-test" });
  const resource = (await listWorkloads(it.db)).find((each) => each.name === "web-1-test");
  const [path] = resource?.source.kind === "files" ? resource.source.paths : [];
  assert.equal(await readFile(join(path ?? "", "deep", "b.txt"), "utf8"), "second");
  assert.deepEqual([record?.mode, record?.restored_files], ["new_resource", 2]);
  assert.equal(resource?.tags["restored-from"], backup_id);

  const single = join(it.dir, "single");
  await restore(it, { backup_id, target_path: single, paths: ["deep/b.txt"] });
  assert.equal(await readFile(join(single, "deep", "b.txt"), "utf8"), "second");
  await assert.rejects(readFile(join(single, "a.txt")), { code: "ENOENT" });

  await rm(join(it.dir, "bd-dha-1", "projects"), { recursive: true });
  const other = join(it.dir, "other");
  await restore(it, { backup_id, target_path: other, region: "bd-ctg-1" });
  assert.equal(await readFile(join(other, "a.txt"), "utf8"), "first");

  await writeFile(join(source, "a.txt"), "overwritten by mistake");
  const in_place = { backup_id, in_place: true, region: "bd-ctg-1" };
  const preview = await previewRestore(in_place, it);
  assert.equal(preview.confirm_with, "web-1");
  assert.ok(preview.overwrites_total >= 1);
  await assert.rejects(requestRestore(in_place, it), { code: "RESTORE_NOT_CONFIRMED" });
  await assert.rejects(requestRestore({ ...in_place, confirm: "web-2" }, it), { code: "RESTORE_NOT_CONFIRMED" });
  assert.equal(await readFile(join(source, "a.txt"), "utf8"), "overwritten by mistake");
  await restore(it, { ...in_place, confirm: "web-1" });
  assert.equal(await readFile(join(source, "a.txt"), "utf8"), "first");
});

test("a damaged backup is not read unasked: its copy is offered; the server's own folders are no target", async (t) => {
  const it = await installation(t, databases);
  await it.run();
  const { backup_id } = await protectedFolder(it);
  await it.db.updateTable("backups").set({ state: "DAMAGED", verified_state: "INVALID" }).execute();
  const target_path = join(it.dir, "target");
  await assert.rejects(
    requestRestore({ backup_id, target_path }, it),
    (error: Error & { context?: { copies?: string[] } }) => {
      assert.deepEqual(error.context?.copies, ["bd-ctg-1"]);
      return true;
    },
  );
  await restore(it, { backup_id, target_path, region: "bd-ctg-1" });
  await assert.rejects(
    requestRestore({ backup_id, region: "bd-ctg-1", target_path: join(it.dir, "bd-dha-1", "x") }, it),
    {
      code: "RESTORE_TARGET_FORBIDDEN",
    },
  );
  await assert.rejects(requestRestore({ backup_id, region: "bd-ctg-1" }, it), { code: "RESTORE_TARGET_MISSING" });
});
