/** A machine that libvirt runs, backed up through a second monitor, while libvirt goes on with its own. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { getBackupRow } from "../../src/control/catalog/index.ts";
import { createWorkload } from "../../src/control/inventory/index.ts";
import { requestBackup } from "../../src/control/protect/index.ts";
import { makeImage } from "../../src/engine/source/vm/testing/machine.ts";
import { testDatabases } from "../../src/platform/db/testing.ts";
import { installation } from "../../src/testing/index.ts";
import { backupVm } from "../engine/vm-world.ts";
import { clock, isRoot, sh, World } from "../engine/world.ts";

const databases = testDatabases();
const NOBODY = 65_534;
const tools = ["/usr/sbin/libvirtd", "/usr/bin/virsh", "/usr/bin/qemu-system-x86_64"];
const missing = tools.find((tool) => !existsSync(tool));
const skip =
  missing !== undefined ? `needs ${missing}` : isRoot ? false : "needs root, to run libvirt as somebody else";
const QEMU_IO = "qemu-io -d /machine/peripheral/virtio-disk0/virtio-backend";

const domain = (folder: string, disk: string) => `
<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>lv1</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/><source file='${disk}'/><target dev='vda' bus='virtio'/>
    </disk>
    <memballoon model='none'/>
  </devices>
  <qemu:commandline>
    <qemu:arg value='-qmp'/><qemu:arg value='unix:${folder}/backup.sock,server=on,wait=off'/>
  </qemu:commandline>
</domain>`;

test("full and incremental backups of a domain of libvirt", { skip, timeout: 20 * 60_000 }, async (t) => {
  using world = await World.create();
  chmodSync(world.folder, 0o711);
  const folder = join(world.folder, "lv");
  mkdirSync(join(folder, "run"), { recursive: true });
  mkdirSync(join(world.folder, "scratch"), { mode: 0o777 });
  chmodSync(join(world.folder, "scratch"), 0o777);
  const disk = join(folder, "disk.qcow2");
  makeImage({ id: "vda", path: disk, format: "qcow2" }, 64 * 1024 * 1024);
  writeFileSync(join(folder, "domain.xml"), domain(folder, disk));
  sh(`chown -R ${NOBODY}:${NOBODY} ${folder}`);
  const env = { PATH: process.env["PATH"], HOME: folder, XDG_RUNTIME_DIR: join(folder, "run") };
  const as_nobody = { uid: NOBODY, gid: NOBODY, env, cwd: folder };
  const daemon = spawn("/usr/sbin/libvirtd", [], { ...as_nobody, stdio: "ignore" });
  const virsh = (...args: string[]) =>
    execFileSync("virsh", ["-c", "qemu:///session", ...args], { ...as_nobody, encoding: "utf8", timeout: 60_000 });
  try {
    for (let tries = 0; !existsSync(join(folder, "run/libvirt/libvirt-sock")); tries++) {
      assert.ok(tries < 600, "libvirtd does not listen");
      await clock.sleep(100);
    }
    virsh("define", "domain.xml");
    virsh("start", "lv1");
    for (const i of [1, 2, 3]) {
      virsh("qemu-monitor-command", "lv1", "--hmp", `${QEMU_IO} "write -P 0x1${i} ${i}M 300k"`);
      const { report, details } = await backupVm(world, { qmp: join(folder, "backup.sock") });
      assert.equal(details.disks[0]?.read, i === 1 ? "full" : "incremental");
      const { target } = await world.restore(report.backup_id);
      virsh("qemu-monitor-command", "lv1", "--hmp", `${QEMU_IO} flush`);
      const restored = join(target, "disks", `${details.disks[0]?.name}.raw`);
      sh(`qemu-img compare -U -f raw -F qcow2 ${restored} ${disk}`);
      const { nics: _nics, ...definition } = JSON.parse(readFileSync(join(target, "vm.json"), "utf8")) as {
        nics: unknown;
      };
      assert.match(JSON.stringify(definition), /lv1/);
    }
    assert.match(virsh("list"), /lv1\s+running/);

    // As a workload that says nothing but the domain's name: running, and stopped.
    const it = await installation(t, databases);
    await it.run();
    const uri = `qemu+unix:///session?socket=${join(folder, "run/libvirt/libvirt-sock")}`;
    const scratch = join(world.folder, "scratch");
    const source = { kind: "vm" as const, libvirt: { uri, domain: "lv1" }, consistency: "crash", scratch } as never;
    await createWorkload(it.db, { name: "lv1", project: "acme", type: "vm", source, tags: {} }, it);
    const details = async () => {
      const { details: all } = await getBackupRow(it.db, String((await it.backUp("lv1")).backup_id));
      return all["source"] as { running: boolean; disks: { name: string; read: string }[] };
    };
    const running = await details();
    assert.deepEqual([running.running, running.disks.length, running.disks[0]?.read], [true, 1, "full"]);
    assert.equal((await details()).disks[0]?.read, "incremental");
    virsh("destroy", "lv1");
    const stopped = await details();
    assert.deepEqual([stopped.running, stopped.disks[0]?.name], [false, running.disks[0]?.name]);

    const wrong = { kind: "vm" as const, libvirt: { uri, domain: "nobody" }, scratch } as never;
    await createWorkload(it.db, { name: "gone", project: "acme", type: "vm", source: wrong, tags: {} }, it);
    const failed = await it.ended((await requestBackup(it.db, { workload: "gone" }, it)).job_id);
    assert.deepEqual([failed.state, failed.status_reason], ["FAILED", "SourceUnreachable"]);
    assert.match(JSON.stringify(failed.error), /VM_LIBVIRT_FAILED.*nobody/);
  } finally {
    try {
      if (/lv1/.test(virsh("list"))) virsh("destroy", "lv1");
    } finally {
      daemon.kill();
    }
  }
});
