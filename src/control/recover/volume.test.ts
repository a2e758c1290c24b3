import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { previewRestore, requestRestore } from "./index.ts";
import { requestBackup } from "../protect/index.ts";
import { createWorkload, listWorkloads } from "../inventory/index.ts";
import { getBackupRow } from "../catalog/index.ts";
import { openVolume } from "../../engine/source/volume/index.ts";
import { installation } from "../../testing/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";

const databases = testDatabases();
const MIB = 1024 * 1024;

test("an image file is backed up with its holes, restored as a new resource, and says when it is gone", async (t) => {
  const it = await installation(t, databases);
  await it.run();
  const image = join(it.dir, "disk.img");
  const fd = openSync(image, "w");
  writeSync(fd, randomBytes(3 * MIB), 0, 3 * MIB, 5 * MIB);
  writeSync(fd, randomBytes(5000), 0, 5000, 20 * MIB + 70_000); // within a block, with holes on both sides
  closeSync(fd);
  truncateSync(image, 40 * MIB + 512);
  const input = { name: "disk", project: "acme", type: "volume", source: { kind: "volume", path: image }, tags: {} };
  await createWorkload(it.db, input as Parameters<typeof createWorkload>[1], it);
  const { job_id } = await requestBackup(it.db, { workload: "disk" }, it);
  const job = await it.ended(job_id);
  assert.equal(job.state, "SUCCEEDED_WITH_WARNINGS", "no snapshot was taken, and that is said");
  const backup_id = String(job.backup_id);
  const { source_bytes, details } = await getBackupRow(it.db, backup_id);
  assert.equal(Number(source_bytes), 40 * MIB + 512);
  assert.deepEqual(
    [details["kind"], details["source"]],
    ["volume", { size_bytes: 40 * MIB + 512, snapshot: "none", base: null, read: "full" }],
  );

  await assert.rejects(previewRestore({ backup_id, new_name: "d2", options: { to_time: "x" } }, it), {
    code: "RESTORE_OPTION_UNKNOWN",
  });
  await assert.rejects(previewRestore({ backup_id, in_place: true }, it), { code: "RESTORE_IN_PLACE_UNSUPPORTED" });
  const restore = await requestRestore({ backup_id, new_name: "disk-copy" }, it);
  assert.equal((await it.ended(restore.job_id)).state, "SUCCEEDED");
  const copy = (await listWorkloads(it.db)).find(({ name }) => name === "disk-copy");
  const [folder] = copy?.source.kind === "files" ? copy.source.paths : [];
  const restored = join(folder ?? "", "volume.raw");
  execFileSync("cmp", [image, restored]);
  assert.ok(statSync(restored).blocks * 512 < 4 * MIB, "holes stay holes");

  rmSync(image);
  await assert.rejects(
    openVolume({ root: "/volume", path: image, snapshot: "none", backup_id: "bkp_1", parent: null }),
    { code: "VOLUME_UNREACHABLE" },
  );
});
