import { execFile } from "node:child_process";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { BackupReader } from "../../engine/browse/index.ts";
import { fileExport, type NbdExport, NbdServer } from "../../engine/nbd/index.ts";
import { Meter } from "../../engine/pipeline/index.ts";
import { commandOf, type DiskNode, startMachine, streamIn } from "../../engine/source/vm/index.ts";
import type { FinishContext, Finished } from "./driver.ts";
import { describe, sourceIn, type VmRestore, writeDefinition } from "./vm-restore.ts";

const run = promisify(execFile);
/** How long the machine's reads wait for us when we are restarted; it goes on as if nothing had been. */
const RECONNECT_S = 3600;

/**
 * Boots a machine from the backup within seconds. Each disk is a local qcow2 over our NBD export of the backup: writes
 * stay local, the backup cannot be written, and QEMU streams the rest in behind. A second run goes on where the first
 * was cut off, with the machine still running.
 */
export async function runInstant(restore: VmRestore, { signal, onProgress }: FinishContext): Promise<Finished> {
  const { repository, manifest, clock } = restore;
  const folder = restore.target_dir as string;
  const begun_ms = clock.monotonic_ms();
  await mkdir(join(folder, "disks"), { recursive: true });
  const vm = await describe(repository, manifest.backup_id);
  const reader = await BackupReader.open(repository, manifest.backup_id);
  let server: NbdServer | undefined;
  try {
    const exports = new Map<string, NbdExport>();
    const disks: DiskNode[] = [];
    const images: { name: string; path: string; format: "qcow2" }[] = [];
    const socket = join(folder, "backup.sock");
    for (const { name } of vm.disks) {
      const file = await reader.openPath(0, Buffer.from(`disks/${name}.raw`));
      exports.set(name, fileExport(name, file, `${manifest.backup_id} ${name}`));
      const path = join(folder, "disks", `${name}.qcow2`);
      const there = await stat(path).then(
        () => true,
        () => false,
      );
      if (!there) await run("qemu-img", ["create", "-q", "-f", "qcow2", path, String(file.size)]);
      images.push({ name, path, format: "qcow2" });
      disks.push(overlay(name, path, socket));
    }
    for (const { name } of vm.firmware_files ?? []) {
      const file = await reader.openPath(0, Buffer.from(`firmware/${name}`));
      await mkdir(join(folder, "firmware"), { recursive: true });
      await writeFile(join(folder, "firmware", name), await file.read(0, file.size), { flag: "wx" }).catch(ifNew);
    }
    server = await NbdServer.listen({
      listen: { path: socket },
      names: () => [...exports.keys()],
      find: (name) => exports.get(name),
      onProblem: (error) => restore.log.warn({ err: error }, "a client of a served backup was cut off"),
    });
    const network = restore.options["network"] === "user" ? "user" : "none";
    const name = restore.new_name ?? vm.name ?? "restored";
    await startMachine(folder, commandOf(vm, { name, folder, disks, network }), clock);
    const started_after_ms = Math.round(clock.monotonic_ms() - begun_ms);
    // For later starts: by then nothing is left below.
    const whole = disks.map(({ name: disk }, i) => local(disk, (images[i] as { path: string }).path));
    await writeDefinition(folder, commandOf(vm, { name, folder, disks: whole, network }));
    const meter = new Meter(clock, onProgress);
    const total = [...exports.values()].reduce((sum, { size_bytes }) => sum + size_bytes, 0);
    meter.begin("stream in behind the running machine", disks.length, total);
    let done = 0;
    await streamIn(
      join(folder, "qmp.sock"),
      disks.map(({ blockdev }) => blockdev["node-name"]),
      {
        clock,
        signal,
        onProgress(bytes) {
          meter.add(0, Math.max(0, bytes - done));
          done = Math.max(done, bytes);
        },
      },
    );
    return {
      details: {
        instant: true,
        started_after_ms,
        streamed_after_ms: Math.round(clock.monotonic_ms() - begun_ms),
        run: join(folder, "run.sh"),
        disks: images,
      },
      source: sourceIn(folder, images),
    };
  } finally {
    await server?.close();
    await reader.close();
  }
}

function local(name: string, filename: string): DiskNode {
  return {
    name,
    blockdev: {
      driver: "qcow2",
      "node-name": `${name}-disk`,
      discard: "unmap",
      file: { driver: "file", filename, discard: "unmap" },
    },
  };
}

function overlay(name: string, filename: string, socket: string): DiskNode {
  const { blockdev } = local(name, filename);
  const file = {
    driver: "nbd",
    server: { type: "unix", path: socket },
    export: name,
    "reconnect-delay": RECONNECT_S,
  };
  return { name, blockdev: { ...blockdev, backing: { driver: "raw", "read-only": true, file } } };
}

function ifNew(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
