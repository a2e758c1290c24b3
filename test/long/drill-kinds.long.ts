/**
 * Drills of a machine, a bucket and a share: the machine boots from its backup, the others are laid and compared; each
 * has a report in pages. With HOLDFAST_KEEP_REPORTS=FOLDER the pages are kept, to be looked at.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after, type TestContext } from "node:test";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { requestDrill } from "../../src/control/drill/index.ts";
import { createProject, createWorkload } from "../../src/control/inventory/index.ts";
import { watchJob } from "../../src/control/jobs/index.ts";
import { requestBackup } from "../../src/control/protect/index.ts";
import { listReportFiles, planReports, readReportFile } from "../../src/control/report/index.ts";
import { BackupReader, BackupTree } from "../../src/engine/browse/index.ts";
import { mountTree, showBackup } from "../../src/engine/mount/index.ts";
import { bootArgs, linuxGuest } from "../../src/engine/source/vm/testing/linux.ts";
import { TestMachine } from "../../src/engine/source/vm/testing/machine.ts";
import { joinGateway } from "../../src/engine/store/testing/ceph/gateway.ts";
import { gatewayMissing } from "../../src/engine/store/testing/ceph/programs.ts";
import { testDatabases } from "../../src/platform/db/testing.ts";
import { installation, type Installation } from "../../src/testing/index.ts";

const databases = testDatabases();
const guest = existsSync("/usr/bin/qemu-system-x86_64") ? linuxGuest() : "needs qemu-system-x86";
const KEEP = process.env["HOLDFAST_KEEP_REPORTS"];

async function world(t: TestContext): Promise<Installation> {
  const it = await installation(t, databases);
  await createProject(it.db, { name: "drills", region: "bd-dha-1", sandbox: true }, it);
  await it.run();
  return it;
}

async function ended(it: Installation, job_id: string) {
  for await (const job of watchJob(it, job_id, AbortSignal.timeout(400_000))) if (job.finished_at !== null) return job;
  throw new Error("unreachable: the watch ends with the job");
}

/** Backs up and drills; nothing of it is left, and its report has pages. */
async function drill(it: Installation, workload: string, source: object) {
  const type = (source as { kind: string }).kind === "vm" ? "vm" : "host";
  const input = { name: workload, project: "acme", type, source, tags: { tier: "1" } };
  await createWorkload(it.db, input as unknown as Parameters<typeof createWorkload>[1], it);
  const backup = await ended(it, (await requestBackup(it.db, { workload }, it)).job_id);
  assert.match(backup.state, /^SUCCEEDED/, JSON.stringify(backup.error));
  const asked = await requestDrill(it.db, { workload, sandbox: "drills", owner: "ops@acme.example" }, it);
  await ended(it, asked.job_id);
  const row = await it.db.selectFrom("drills").selectAll().where("id", "=", asked.drill_id).executeTakeFirstOrThrow();
  assert.deepEqual(readdirSync(join(it.restore_dir, "drills")), []);
  const left = readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(it.restore_dir);
    } catch {
      return false;
    }
  });
  assert.deepEqual(left, [], "nothing runs on");
  await planReports(it.db, it);
  const report = await it.db
    .selectFrom("reports")
    .select(["id", "job_id"])
    .where("drill_id", "=", asked.drill_id)
    .executeTakeFirstOrThrow();
  assert.equal((await ended(it, report.job_id)).state, "SUCCEEDED");
  assert.ok((await listReportFiles(it.db, report.id)).some(({ name }) => name === "report.jws"));
  const { content } = await readReportFile(it.db, report.id, "report.pdf");
  const path = join(KEEP ?? it.dir, `drill-${workload}.pdf`);
  writeFileSync(path, content);
  assert.match(execFileSync("pdftotext", [path, "-"]).toString(), new RegExp(`Restore drill: ${workload}`));
  return row;
}

test("a machine boots from its backup in the sandbox, and was seen to reach its init", {
  skip: typeof guest === "string" ? guest : false,
  timeout: 500_000,
}, async (t) => {
  if (typeof guest === "string") return;
  const it = await world(t);
  const folder = join(it.dir, "machine");
  mkdirSync(folder);
  const path = join(folder, "disk");
  const sh = `truncate -s 96M raw; mkfs.ext4 -q -F raw; qemu-img convert -O qcow2 raw ${path}; rm raw`;
  execFileSync("sh", ["-ec", sh], { cwd: folder });
  const disks = [{ id: "vd0", path, format: "qcow2" as const }];
  const vm = await TestMachine.start({ folder, disks, args: bootArgs(guest) });
  t.after(() => vm.stop("SIGKILL"));
  const source = {
    kind: "vm",
    qmp: vm.qmp,
    scratch: join(it.dir, "scratch"),
    consistency: "crash",
    freeze_timeout_s: 10,
  };
  const row = await drill(it, "app-vm", source);
  assert.equal(row.state, "PASSED", JSON.stringify([row.findings, row.validations]));
  const up = row.validations.find(({ name }) => name === "the machine came up");
  t.diagnostic(
    `${up?.detail}: RTO ${row.rto_seconds} s, RPO ${row.rpo_seconds} s; ${JSON.stringify(row.steps.map(({ name, seconds }) => [name, seconds]))}`,
  );
  assert.match(up?.detail ?? "", /its console says|its guest agent answers/);
  assert.ok((row.functional_at?.getTime() ?? 0) < (row.finished_at?.getTime() ?? 0));
});

test("a bucket is laid as files and compared with what its backup holds", {
  skip: gatewayMissing(),
  timeout: 400_000,
}, async (t) => {
  const gateway = await joinGateway();
  after(() => gateway.leave());
  const it = await world(t);
  const bucket = await gateway.bucket();
  for (const key of ["a", "deep/b", "deep/ünï c"])
    await gateway.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: it.random.bytes(100_000) }));
  const { kind: _kind, prefix: _prefix, ...place } = gateway.config(bucket);
  const row = await drill(it, "objects", { kind: "bucket", ...place, prefix: "" });
  assert.equal(row.state, "PASSED", JSON.stringify([row.findings, row.validations]));
  assert.match(JSON.stringify(row.validations), /contents by checksum.*files, [3-9]\d{5} bytes read twice/);
});

test("a share is restored and compared", { timeout: 300_000 }, async (t) => {
  const it = await world(t);
  const origin = join(it.dir, "origin");
  mkdirSync(origin);
  for (let i = 0; i < 50; i++) writeFileSync(join(origin, `plan ${i}.txt`), it.random.bytes(20_000));
  await it.workload("origin", [origin]);
  const job = await ended(it, (await requestBackup(it.db, { workload: "origin" }, it)).job_id);
  // A kernel that mounts no NFS and no SMB: a backup, mounted, stands for a file server.
  const mnt = join(it.dir, "mnt");
  mkdirSync(mnt);
  const place = await it.repositories.find(it.project.id, it.regions[0].id);
  await it.repositories.use(place, async (repository) => {
    const tree = showBackup(new BackupTree(await BackupReader.open(repository, String(job.backup_id))));
    const mounted = await mountTree(tree, { dir: mnt });
    try {
      const row = await drill(it, "team-share", { kind: "share", path: join(mnt, origin), exclude: [] });
      assert.equal(row.state, "PASSED", JSON.stringify([row.findings, row.validations]));
      assert.match(JSON.stringify(row.validations), /50 files, 1000000 bytes read twice/);
    } finally {
      await mounted.unmount();
      await tree.close?.();
    }
  });
});
