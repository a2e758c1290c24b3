import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { systemClock as clock } from "../../base/index.ts";
import { bootProbe, QmpClient, type VmDescription } from "../../engine/source/vm/index.ts";
import { bootSector, TestMachine } from "../../engine/source/vm/testing/machine.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { getBackupRow } from "../catalog/index.ts";
import { createWorkload, listWorkloads } from "../inventory/index.ts";
import { requestBackup } from "../protect/index.ts";
import { previewRestore, requestRestore } from "./index.ts";

const databases = testDatabases();
const skip = existsSync("/usr/bin/qemu-system-x86_64") ? false : "needs qemu-system-x86";
const MIB = 1024 * 1024;

async function quit(folder: string): Promise<void> {
  const qmp = await QmpClient.connect(join(folder, "qmp.sock"), clock);
  await qmp.execute("quit").catch(() => undefined);
  qmp.close();
}

async function said(path: string, pattern: RegExp): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (existsSync(path) && pattern.test(readFileSync(path, "latin1"))) return;
    await clock.sleep(100);
  }
  throw new Error(`${path} never said ${pattern.source}`);
}

test("a VM is backed up, and comes back as a new machine, in place, and at once from the backup", {
  skip,
}, async (t) => {
  const it = await installation(t, databases);
  await it.run();
  const folder = join(it.dir, "source");
  mkdirSync(folder);
  const [raw, path] = [join(folder, "disk.raw"), join(folder, "disk.qcow2")];
  writeFileSync(
    raw,
    Buffer.concat([bootSector(), Buffer.alloc(MIB), randomBytes(5 * MIB), Buffer.alloc(26 * MIB - 512)]),
  );
  execFileSync("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, path]);
  const disks = [{ id: "vd0", path, format: "qcow2" as const }];
  const vm = await TestMachine.start({ folder, disks, args: ["-boot", "c"] });
  t.after(() => vm.stop());
  const source = {
    kind: "vm",
    qmp: vm.qmp,
    scratch: join(it.dir, "scratch"),
    consistency: "crash",
    freeze_timeout_s: 10,
  } as const;
  await createWorkload(it.db, { name: "vm1", project: "acme", type: "vm", source, tags: {} }, it);
  const { job_id } = await requestBackup(it.db, { workload: "vm1" }, it);
  const job = await it.ended(job_id);
  assert.equal(job.state, "SUCCEEDED", JSON.stringify(job));
  const backup_id = String(job.backup_id);
  assert.equal(Number((await getBackupRow(it.db, backup_id)).source_bytes) > 32 * MIB, true);
  const folderOf = async (name: string) => {
    const found = (await listWorkloads(it.db)).find((workload) => workload.name === name);
    assert.equal(found?.source.kind, "vm");
    return join(found?.source.kind === "vm" ? (found.source.qmp ?? "") : "", "..");
  };

  // A new machine.
  const options = { format: "qcow2" };
  const restored = await it.ended((await requestRestore({ backup_id, new_name: "vm2", options }, it)).job_id);
  assert.equal(restored.state, "SUCCEEDED", JSON.stringify(restored));
  const copy = await folderOf("vm2");
  execFileSync("qemu-img", ["compare", "-U", join(copy, "disks/vd0.qcow2"), path]);
  const description = JSON.parse(readFileSync(join(copy, "vm.json"), "utf8")) as VmDescription;
  const images = [{ name: "vd0", path: join(copy, "disks/vd0.qcow2"), format: "qcow2" as const }];
  const probe = await bootProbe({
    folder: join(it.dir, "probe"),
    vm: description,
    images,
    expect: /BOOT-OK/,
    limit_ms: 60_000,
    clock,
  });
  assert.ok(probe.booted, probe.console_tail);
  assert.match(readFileSync(join(copy, "run.sh"), "utf8"), /qemu-system-x86_64 -name vm2 /);

  // At once: it boots, writes for itself, and in the end needs nobody.
  const instant = await requestRestore({ backup_id, new_name: "vm3", options: { instant: true } }, it);
  const ended = await it.ended(instant.job_id);
  assert.equal(ended.state, "SUCCEEDED", JSON.stringify(ended));
  const third = await folderOf("vm3");
  let running = true;
  t.after(() => running && quit(third));
  await said(join(third, "serial.log"), /BOOT-OK/);
  await quit(third);
  running = false;
  execFileSync("qemu-img", ["compare", "-U", join(third, "disks/vd0.qcow2"), path]);
  const info = execFileSync("qemu-img", ["info", "-U", "--output=json", join(third, "disks/vd0.qcow2")], {
    encoding: "utf8",
  });
  assert.equal((JSON.parse(info) as Record<string, unknown>)["backing-filename"], undefined);

  // In place: never under a running machine, and never unconfirmed.
  await assert.rejects(previewRestore({ backup_id, in_place: true }, it), { code: "VM_RUNNING" });
  await vm.io("vd0", "write -P 0xee 0 8M");
  await vm.stop();
  const plan = await previewRestore({ backup_id, in_place: true }, it);
  assert.equal(plan.confirm_with, "vm1");
  await assert.rejects(requestRestore({ backup_id, in_place: true }, it), { code: "RESTORE_NOT_CONFIRMED" });
  const back = await it.ended((await requestRestore({ backup_id, in_place: true, confirm: "vm1" }, it)).job_id);
  assert.equal(back.state, "SUCCEEDED", JSON.stringify(back));
  execFileSync("qemu-img", ["compare", "-U", join(copy, "disks/vd0.qcow2"), path]);
});
