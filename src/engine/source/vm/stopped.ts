import { execFile, spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { hasCode, type Clock } from "../../../base/index.ts";
import { NbdClient } from "../../nbd/index.ts";
import type { StreamSource } from "../stream/index.ts";
import { vmError } from "./errors.ts";
import { type DeclaredImage, type DiskDetails, parentDisk, type VmOptions } from "./options.ts";
import { type DiskToRead, readDisk } from "./read-disk.ts";

const run = promisify(execFile);
const START_MS = 10_000;
const POLL_MS = 50;

interface ImageInfo {
  readonly "virtual-size": number;
  readonly "format-specific"?: {
    readonly data?: { readonly bitmaps?: readonly { readonly name: string; readonly flags: readonly string[] }[] };
  };
}

/** Reads the image files of a VM that does not run; it cannot be started meanwhile, QEMU's own lock sees to that. */
export async function openStopped(options: VmOptions, images: readonly DeclaredImage[]): Promise<StreamSource> {
  await mkdir(options.scratch, { recursive: true });
  const children: { end(): Promise<void> }[] = [];
  const disks: DiskToRead[] = [];
  const close = async () => {
    for (const child of children.splice(0)) await child.end();
  };
  try {
    for (const [i, image] of images.entries()) {
      const info = await imageInfo(image);
      const bitmaps = info["format-specific"]?.data?.bitmaps ?? [];
      const before = parentDisk(options, image.name);
      const bitmap = bitmaps.find(({ name }) => name === before?.bitmap);
      const usable = bitmap !== undefined && !bitmap.flags.includes("in-use") && bitmap.flags.includes("auto");
      const since_parent = usable && before?.size_bytes === info["virtual-size"] ? bitmap.name : undefined;
      const socket = join(options.scratch, `image-${i}.sock`);
      children.push(await exportImage(image, socket, since_parent, options.clock));
      disks.push({
        name: image.name,
        size_bytes: info["virtual-size"],
        format: image.format,
        since_parent,
        // It goes on recording when the VM starts, and knows more than what will have changed since now.
        new_bitmap: since_parent,
        reason: since_parent === undefined ? "the image file has no usable bitmap since the last backup" : null,
        socket,
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const read: DiskDetails[] = [];
  return {
    kind: "vm",
    root: options.root,
    async *entries(context) {
      context.expect(
        null,
        disks.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
      );
      const vm = { format: 1, name: null, running: false, disks: images };
      const had = (await context.parent?.size("vm.json")) !== undefined;
      const bytes = Buffer.from(`${JSON.stringify(vm, null, 2)}\n`);
      // A stopped VM tells nothing of itself: what it told when it ran still describes it best.
      yield { type: "file", path: "vm.json", content: had ? { kind: "parent" } : { kind: "bytes", bytes: [bytes] } };
      for (const disk of disks) yield* readDisk(disk, context, (details) => read.push(details));
    },
    details: async () => ({ consistency: "stopped", running: false, disks: read }),
    close,
  };
}

async function imageInfo({ path, format }: DeclaredImage): Promise<ImageInfo> {
  try {
    const { stdout } = await run("qemu-img", ["info", "-U", "--output=json", "-f", format, path], {
      timeout: START_MS,
    });
    return JSON.parse(stdout) as ImageInfo;
  } catch (error) {
    throw vmError("VM_UNREACHABLE", `the VM is stopped, and ${path} cannot be read: ${String(error)}`, { path }, error);
  }
}

async function exportImage(image: DeclaredImage, socket: string, bitmap: string | undefined, clock: Clock) {
  const { name, path, format } = image;
  const args = ["--read-only", "--persistent", "-e", "4", "-x", name, "-k", socket, "-f", format];
  const child = spawn("qemu-nbd", [...args, ...(bitmap === undefined ? [] : ["-B", bitmap]), path], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-1000);
  });
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      said += error.message;
      resolve();
    });
    child.once("exit", () => resolve());
  });
  const end = async () => {
    child.kill();
    await ended;
  };
  for (const until_ms = clock.monotonic_ms() + START_MS; ; ) {
    try {
      const probe = await NbdClient.connect({ address: { path: socket }, export_name: name });
      await probe.close();
      return { end };
    } catch (error) {
      const over = child.exitCode !== null || clock.monotonic_ms() > until_ms;
      if (hasCode(error, "NBD_UNREACHABLE") && !over) {
        await clock.sleep(POLL_MS);
        continue;
      }
      await end();
      throw vmError(
        "VM_UNREACHABLE",
        `${path} cannot be read while the VM is stopped: ${said.trim()}`,
        { path },
        error,
      );
    }
  }
}
