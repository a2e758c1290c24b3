import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { BackupReader } from "../../engine/browse/index.ts";
import { Meter } from "../../engine/pipeline/index.ts";
import { isRunning, serveImage, vmError, writeImage } from "../../engine/source/vm/index.ts";
import type { FinishContext, Finished } from "./driver.ts";
import { whereIs } from "./vm-where.ts";
import { imagesInPlace, type VmRestore } from "./vm-restore.ts";

const run = promisify(execFile);

/** Over the disks of a stopped machine. May be repeated: each time everything is written. */
export async function restoreVmInPlace(restore: VmRestore, { signal, onProgress }: FinishContext): Promise<Finished> {
  const { source, clock, repository, manifest } = restore;
  const { qmp } = await whereIs(source);
  if (await isRunning(qmp, clock))
    throw vmError("VM_RUNNING", `the VM at ${qmp} was started; its disks cannot be replaced under it`);
  const images = await imagesInPlace(restore);
  const reader = await BackupReader.open(repository, manifest.backup_id);
  const home = await mkdtemp(join(tmpdir(), "holdfast-in-place-"));
  const meter = new Meter(clock, onProgress);
  try {
    const files = [];
    for (const image of images)
      files.push({ image, file: await reader.openPath(0, Buffer.from(`disks/${image.name}.raw`)) });
    meter.begin(
      "write disks",
      files.length,
      files.reduce((sum, { file }) => sum + file.size, 0),
    );
    for (const { image, file } of files) {
      const there = await stat(image.path).then(
        () => true,
        () => false,
      );
      if (!there) await run("qemu-img", ["create", "-q", "-f", image.format, image.path, String(file.size)]);
      const socket = join(home, "image.sock");
      const served = await serveImage(image, socket, clock, { writable: true });
      try {
        await writeImage(file, socket, image.name, { signal, onBytes: (count) => meter.add(0, count) });
        meter.add(1, 0);
      } finally {
        await served.end();
      }
    }
    return { details: { disks: images, in_place: true } };
  } finally {
    await reader.close();
    await rm(home, { recursive: true, force: true });
  }
}
