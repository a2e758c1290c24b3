import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { StreamEntry, StreamSource } from "../stream/index.ts";
import { imageInfo, serveImage } from "./image-server.ts";
import { type DeclaredImage, type DiskDetails, parentDisk, type VmOptions } from "./options.ts";
import { type DiskToRead, readDisk } from "./read-disk.ts";

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
      children.push(await serveImage(image, socket, options.clock, { bitmap: since_parent }));
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
      for (const [path, bytes] of Object.entries(options.beside ?? {})) yield besideEntry(path, bytes);
      for (const disk of disks) yield* readDisk(disk, context, (details) => read.push(details));
    },
    details: async () => ({ consistency: "stopped", running: false, disks: read }),
    close,
  };
}

export function besideEntry(path: string, bytes: Buffer): StreamEntry {
  return { type: "file", path, content: { kind: "bytes", bytes: [bytes] } };
}
