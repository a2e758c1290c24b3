import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { BackupReader, BackupTree } from "../../engine/browse/index.ts";
import { mountTree, showBackup } from "../../engine/mount/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { getBackupRow } from "../catalog/index.ts";
import { createWorkload } from "../inventory/index.ts";
import { requestBackup } from "../protect/index.ts";
import { previewRestore, requestRestore } from "./index.ts";

const run = promisify(execFile);
const databases = testDatabases();
const skip = existsSync("/dev/fuse") ? false : "this machine has no /dev/fuse";

test("a share is backed up where it is mounted, and not where it is not", { skip }, async (t) => {
  const it = await installation(t, databases);
  await it.run();
  const origin = join(it.dir, "origin");
  mkdirSync(join(origin, ".snapshot", "nightly"), { recursive: true });
  writeFileSync(join(origin, "plan.txt"), "plan");
  writeFileSync(join(origin, ".snapshot", "nightly", "old.txt"), "old");
  await run("setfattr", ["-n", "user.owner", "-v", "ada", join(origin, "plan.txt")]);
  await it.workload("origin", [origin]);
  const backup_id = String((await it.backUp("origin")).backup_id);

  // This kernel mounts no NFS and no SMB: a backup, mounted, stands for a file server.
  const mnt = join(it.dir, "mnt");
  mkdirSync(mnt);
  const row = await it.repositories.find(it.project.id, it.regions[0].id);
  await it.repositories.use(row, async (repository) => {
    const tree = showBackup(new BackupTree(await BackupReader.open(repository, backup_id)));
    const mounted = await mountTree(tree, { dir: mnt });
    const path = join(mnt, origin);
    const share = (name: string, snapshot?: string) => {
      const source = { kind: "share" as const, path, exclude: [], ...(snapshot === undefined ? {} : { snapshot }) };
      return createWorkload(it.db, { name, project: "acme", type: "share", source, tags: {} }, it);
    };
    const attempt = async (workload: string) => it.ended((await requestBackup(it.db, { workload }, it)).job_id);
    let id = "";
    try {
      await share("team");
      await share("team-snapshot", ".snapshot/nightly");
      await share("team-lost-snapshot", ".snapshot/weekly");
      const done = await attempt("team");
      assert.equal(done.state, "SUCCEEDED", JSON.stringify(done.error));
      id = String(done.backup_id);
      assert.equal(Number((await getBackupRow(it.db, id)).file_count), 2);
      const target = join(it.dir, "out");
      await it.ended((await requestRestore({ backup_id: id, target_path: target }, it)).job_id);
      await run("diff", ["-r", origin, target]);
      assert.match((await run("getfattr", ["-d", "--absolute-names", join(target, "plan.txt")])).stdout, /owner="ada"/);
      const snapshot = await attempt("team-snapshot");
      assert.equal(Number((await getBackupRow(it.db, String(snapshot.backup_id))).file_count), 1);
      assert.equal((await attempt("team-lost-snapshot")).status_reason, "SnapshotFailed");
    } finally {
      await mounted.unmount();
      await tree.close?.();
    }
    mkdirSync(path, { recursive: true }); // the mount point is there, and is not the share
    assert.equal((await attempt("team")).status_reason, "SourceUnreachable");
    await assert.rejects(previewRestore({ backup_id: id, in_place: true }, it), { code: "SHARE_NOT_MOUNTED" });
  });
});
