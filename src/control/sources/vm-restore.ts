import { execFile } from "node:child_process";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { BackupReader } from "../../engine/browse/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import {
  commandOf,
  type DiskNode,
  isRunning,
  scriptOf,
  startMachine,
  type VmDescription,
  vmError,
} from "../../engine/source/vm/index.ts";
import type { DriverPlan, DriverRestore, Finished, SourceOf } from "./driver.ts";
import { whereIs } from "./vm-where.ts";

const run = promisify(execFile);
type VmSource = SourceOf<"vm">;
export type VmRestore = DriverRestore<VmSource>;

const flag = z.union([z.boolean(), z.enum(["true", "false"]).transform((word) => word === "true")]);
export const vmRestoreOptions = z.strictObject({
  /** Of the new disk images. */
  format: z.enum(["raw", "qcow2"]).optional(),
  /** Boot at once from the backup itself, while the disks are brought in behind. */
  instant: flag.optional(),
  /** Start the new machine when its disks are there. */
  start: flag.optional(),
  /** A copy with the network of its original would be there twice. */
  network: z.enum(["none", "user"]).optional(),
});

/** @throws VM_RUNNING, VM_RESTORE_FAILED */
export async function planVm(restore: VmRestore): Promise<DriverPlan> {
  const { options, source, target_dir, manifest } = restore;
  const disks = manifest.details["disks"];
  const names = Array.isArray(disks) ? disks.map((disk) => String((disk as { name: unknown }).name)) : [];
  if (target_dir === null) {
    const { qmp } = await whereIs(source);
    if (await isRunning(qmp, restore.clock))
      throw vmError("VM_RUNNING", `the VM at ${qmp} is running; its disks cannot be replaced under it`);
    const images = await imagesInPlace(restore);
    return {
      notes: [`The disks ${names.join(", ")} will hold exactly what the backup does; the machine's definition stays.`],
      overwrites: images.map(({ path }) => path),
    };
  }
  if (options["instant"] === true)
    return {
      notes: [
        `The machine starts within seconds from the backup itself, in ${target_dir}; writes stay there.`,
        "The disks are brought in behind while it runs; the restore ends when nothing is left in the backup only.",
        `Its monitor is ${join(target_dir, "qmp.sock")}, its console ${join(target_dir, "serial.log")}.`,
      ],
    };
  return { notes: [`Disk images and a definition (run.sh) are laid in ${target_dir}.`] };
}

export async function describe(repository: Repository, backup_id: string): Promise<VmDescription> {
  const reader = await BackupReader.open(repository, backup_id);
  try {
    const file = await reader.openPath(0, Buffer.from("vm.json"));
    return JSON.parse((await file.read(0, file.size)).toString()) as VmDescription;
  } finally {
    await reader.close();
  }
}

/** The image files that stand for the backup's disks: as declared, or as the machine had them. */
export async function imagesInPlace({ source, repository, manifest }: VmRestore) {
  const vm = await describe(repository, manifest.backup_id);
  const { images } = await whereIs(source);
  return vm.disks.map(({ name, filename, path, format }) => {
    const declared = images?.find((image) => image.name === name);
    const where = declared?.path ?? filename ?? path;
    if (where === undefined) throw vmError("VM_RESTORE_FAILED", `nothing says where the image of disk ${name} is`);
    return { name, path: where, format: (declared?.format ?? format) === "qcow2" ? "qcow2" : "raw" } as const;
  });
}

/** Makes a machine of the files that were laid. */
export async function finishVm(restore: VmRestore): Promise<Finished> {
  const folder = restore.target_dir as string;
  const vm = JSON.parse(await readFile(join(folder, "vm.json"), "utf8")) as VmDescription;
  const format = restore.options["format"] === "qcow2" ? "qcow2" : "raw";
  const disks: DiskNode[] = [];
  const images: { name: string; path: string; format: "raw" | "qcow2" }[] = [];
  for (const file of (await readdir(join(folder, "disks"))).sort()) {
    const name = file.replace(/\.(raw|qcow2)$/, "");
    if (images.some((image) => image.name === name)) continue;
    const path = join(folder, "disks", `${name}.${format}`);
    if (format === "qcow2" && file.endsWith(".raw")) await convert(join(folder, "disks", file), path);
    images.push({ name, path, format });
    disks.push({
      name,
      blockdev: {
        driver: format,
        "node-name": `${name}-disk`,
        discard: "unmap",
        file: { driver: "file", filename: path, discard: "unmap" },
      },
    });
  }
  const network = restore.options["network"] === "user" ? "user" : "none";
  const command = commandOf(vm, { name: restore.new_name ?? vm.name ?? "restored", folder, disks, network });
  await writeDefinition(folder, command);
  const started = restore.options["start"] === true;
  if (started) await startMachine(folder, command, restore.clock);
  return { details: { run: join(folder, "run.sh"), disks: images, started }, source: sourceIn(folder, images) };
}

export async function writeDefinition(folder: string, command: readonly string[]): Promise<void> {
  await writeFile(join(folder, "run.json"), `${JSON.stringify(command, null, 2)}\n`);
  await writeFile(join(folder, "run.sh"), scriptOf(command), { mode: 0o755 });
}

/** The restored machine is a workload of its own. */
export function sourceIn(folder: string, images: VmSource["images"]): VmSource {
  return {
    kind: "vm",
    qmp: join(folder, "qmp.sock"),
    agent: join(folder, "agent.sock"),
    consistency: "auto",
    freeze_timeout_s: 10,
    ...(images === undefined ? {} : { images }),
  };
}

/** Whole, or not there under its name. */
async function convert(from: string, to: string): Promise<void> {
  const half = `${to}.part`;
  try {
    await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", from, half]);
  } catch (error) {
    throw vmError("VM_RESTORE_FAILED", `${from} could not be made into qcow2: ${String(error)}`, {}, error);
  }
  await rename(half, to);
  await rm(from);
}
