import { hasCode } from "../../../base/index.ts";
import { NbdClient } from "../../nbd/index.ts";
import type { ImagePart, StreamContext, StreamEntry } from "../stream/index.ts";
import { blockRuns, diskParts } from "./disk-parts.ts";
import { vmError } from "./errors.ts";
import { type DiskDetails, imagePath } from "./options.ts";

export interface DiskToRead {
  readonly name: string;
  readonly size_bytes: number;
  readonly format: string;
  /** Exported as what changed since the parent. */
  readonly since_parent: string | undefined;
  /** Records from now on. */
  readonly new_bitmap: string | undefined;
  readonly reason: string | null;
  readonly socket: string;
}

/** One disk as an image; what was read of it is told to `done` at its end. */
export async function* readDisk(
  disk: DiskToRead,
  context: StreamContext,
  done: (details: DiskDetails) => void,
): AsyncGenerator<StreamEntry> {
  const path = imagePath(disk.name);
  // A parent of another size, or none: its unchanged parts cannot be taken over.
  const since = (await context.parent?.size(path)) === disk.size_bytes ? disk.since_parent : undefined;
  const client = await NbdClient.connect({
    address: { path: disk.socket },
    export_name: disk.name,
    contexts: ["base:allocation", ...(since === undefined ? [] : [`qemu:dirty-bitmap:${since}`])],
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  try {
    const runs = await blockRuns(client, since, context.block_bytes);
    yield {
      type: "file",
      path,
      content: { kind: "image", parts: explained(diskParts(client, runs)) },
      size_hint: disk.size_bytes,
      attributes: { mode: 0o600 },
    };
    const sum = (kind: string) => runs.reduce((total, run) => total + (run.kind === kind ? run.length : 0), 0);
    done({
      name: disk.name,
      size_bytes: disk.size_bytes,
      format: disk.format,
      bitmap: disk.new_bitmap ?? null,
      read: since === undefined ? "full" : "incremental",
      reason: since === undefined ? (disk.reason ?? "the parent backup's disk has another size") : null,
      unchanged_bytes: sum("unchanged"),
      read_bytes: sum("data"),
    });
  } finally {
    await client.close();
  }
}

/** QEMU gives a snapshot up rather than let the guest wait: then reads fail, and that is what it means. */
async function* explained(parts: AsyncIterable<ImagePart>): AsyncGenerator<ImagePart> {
  try {
    yield* parts;
  } catch (error) {
    if (!hasCode(error, "NBD_IO")) throw error;
    throw vmError("VM_SNAPSHOT_BROKEN", "QEMU gave the snapshot up while it was read", {}, error);
  }
}
