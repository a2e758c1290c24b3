/**
 * Disks of VMs: a full backup and a small incremental over NBD, beside our own image backup of the same bytes, and
 * reads of a backup's disk through our NBD server.
 */
import { randomBytes, randomInt } from "node:crypto";
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../../../src/base/index.ts";
import { runStreamBackup } from "../../../src/engine/backup/index.ts";
import { BackupReader } from "../../../src/engine/browse/index.ts";
import { fileExport, NbdClient, NbdServer } from "../../../src/engine/nbd/index.ts";
import { TestMachine } from "../../../src/engine/source/vm/testing/machine.ts";
import { openVolume } from "../../../src/engine/source/volume/index.ts";
import { backupVm } from "../../engine/vm-world.ts";
import { clock, openAt, random, sh, World } from "../../engine/world.ts";

const MIB = 1024 * 1024;
const READS = 20_000;

async function backupFile(world: World, path: string): Promise<string> {
  await using opened = await openAt(world.repo);
  const backup_id = newId("bkp", clock, random);
  const options = { root: "/volume/x", path, snapshot: "none", backup_id, parent: null } as const;
  const open = () => openVolume(options);
  const { repository } = opened;
  await runStreamBackup({ repository, backup_id, labels: {}, clock, kind: "volume", root: "/volume/x", open });
  return backup_id;
}

export async function benchVm(size_mib: number, print: (line: string) => void): Promise<void> {
  /** A hundredth of the disk, as 200 MiB are of 20 GiB. */
  const changed_mib = Math.max(1, Math.round(size_mib / 100));
  const timed = async <T>(what: string, mib: number | null, work: () => Promise<T>): Promise<T> => {
    const begun_ms = clock.monotonic_ms();
    const before = process.cpuUsage();
    const result = await work();
    const seconds = (clock.monotonic_ms() - begun_ms) / 1000;
    const { user, system } = process.cpuUsage(before);
    const rate = mib === null ? "" : `, ${Math.round(mib / seconds)} MiB/s`;
    print(`${what}: ${seconds.toFixed(2)} s, CPU ${((user + system) / 1e6).toFixed(2)} s${rate}`);
    return result;
  };

  using file_world = await World.create();
  using world = await World.create();
  const path = join(world.folder, "disk.raw");
  const fd = openSync(path, "w");
  for (let i = 0; i < size_mib; i++) writeSync(fd, Buffer.concat([randomBytes(MIB / 2), Buffer.alloc(MIB / 2, i)]));
  closeSync(fd);

  await timed(`our own image backup of ${size_mib} MiB`, size_mib, () => backupFile(file_world, path));
  // What the incremental is held against: as many bytes of the same kind, read from a file and stored.
  const part = join(world.folder, "part.raw");
  sh(`head -c ${changed_mib}M ${path} > ${part}`);
  using part_world = await World.create();
  await timed(`our own image backup of ${changed_mib} MiB`, changed_mib, () => backupFile(part_world, part));
  sh(`qemu-img convert -f raw -O qcow2 ${path} ${path}.qcow2; rm ${path}`);
  const disk = { id: "vd0", path: `${path}.qcow2`, format: "qcow2" } as const;
  const vm = await TestMachine.start({ folder: world.path("vm"), disks: [disk] });
  try {
    const full = await timed(`full backup of a VM's ${size_mib} MiB over NBD`, size_mib, () =>
      backupVm(world, { qmp: vm.qmp }),
    );
    // Half of it random, like the rest of the disk, a MiB here and there.
    const bytes = join(world.folder, "changed");
    for (let i = 0; i < changed_mib; i++) {
      writeFileSync(bytes, Buffer.concat([randomBytes(MIB / 2), Buffer.alloc(MIB / 2, i + 1)]));
      await vm.io("vd0", `write -s ${bytes} ${Math.floor((i * size_mib) / changed_mib)}M 1M`);
    }
    const incremental = () => backupVm(world, { qmp: vm.qmp });
    await timed(`incremental with ${changed_mib} MiB changed`, null, incremental);
    await timed("incremental with nothing changed", null, incremental);

    await using opened = await openAt(world.repo);
    const reader = await BackupReader.open(opened.repository, full.report.backup_id);
    const file = await reader.openPath(0, Buffer.from("disks/vd0.raw"));
    const exported = fileExport("vd0", file);
    const socket = join(world.folder, "sock");
    const server = await NbdServer.listen({ listen: { path: socket }, names: () => ["vd0"], find: () => exported });
    const client = await NbdClient.connect({ address: { path: socket }, export_name: "vd0" });
    const region = Math.min(file.size, 128 * MIB);
    for (const round of ["cold", "warm"])
      await timed(`sequential reads through our NBD server, ${round}`, region / MIB, async () => {
        const reads: Promise<Buffer>[] = [];
        for (let offset = 0; offset < region; offset += MIB) {
          reads.push(client.read(offset, MIB));
          if (reads.length >= 8) await reads.shift();
        }
        await Promise.all(reads);
      });
    const begun_ms = clock.monotonic_ms();
    const turn = async () => {
      for (let i = 0; i < READS / 16; i++) await client.read(randomInt(region / 4096) * 4096, 4096);
    };
    await Promise.all(Array.from({ length: 16 }, turn));
    const per_second = Math.round(READS / ((clock.monotonic_ms() - begun_ms) / 1000));
    print(`random 4 KiB reads through our NBD server, warm: ${per_second} a second`);
    await client.close();
    await server.close();
    await reader.close();
  } finally {
    await vm.stop();
  }
}
