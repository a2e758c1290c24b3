import { mkdir, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { asStoreError } from "../errors.ts";
import type { ObjectStore } from "../port.ts";
import { nodeFileIo } from "./file-io.ts";
import { layoutOf } from "./layout.ts";
import { type FsStoreOptions, prepareRoot, quotaLayout, syncAbove } from "./root.ts";
import { FsStore } from "./store.ts";
import { removeLeftovers } from "./temp-files.ts";

/**
 * Opens the store in a folder, which is made when missing. Any number of threads and processes may have it open.
 * @throws STORE_UNAVAILABLE when the folder cannot be made, read or written
 */
export async function openFsStore(options: FsStoreOptions): Promise<ObjectStore> {
  const io = options.io ?? nodeFileIo;
  try {
    const made = await mkdir(options.path, { recursive: true, mode: 0o700 });
    // The path given may be a link, or lie below one; everything under it may not.
    const layout = layoutOf(await realpath(options.path));
    await prepareRoot(layout, io, options.random);
    if (made !== undefined) await syncAbove(layout.root, dirname(await realpath(made)), io);
    await removeLeftovers(io, layout.temp, options.clock);
    const counted = options.quota_bytes === undefined ? layout : await quotaLayout(options.quota_path, layout);
    const store = new FsStore(layout, io, options, counted);
    await store.start();
    return store;
  } catch (error) {
    throw asStoreError(error, `opening the store in ${options.path}`, { path: options.path });
  }
}
