import { asStoreError, errnoError } from "./errors.ts";
import { passThaw } from "./pass-on.ts";
import type { FaultPlan, FaultPlanOptions } from "./fault-plan.ts";
import type { FileIo, WritableFile } from "./fs/file-io.ts";
import type { ListOptions, ObjectStat, ObjectStore } from "./port.ts";

/** Injects a plan's faults into any store. Faults of the points `file.*` need {@link faultyFileIo}. */
export function withFaults(inner: ObjectStore, plan: FaultPlan): ObjectStore {
  async function* list(prefix: string, options?: ListOptions): AsyncGenerator<ObjectStat> {
    await plan.around("list", prefix, async () => undefined);
    yield* inner.list(prefix, options);
  }
  return {
    description: inner.description,
    put: (key, parts, options) => plan.around("put", key, () => inner.put(key, parts, options)),
    get: (key, options) => plan.around("get", key, () => inner.get(key, options)),
    stat: (key) => plan.around("stat", key, () => inner.stat(key)),
    list,
    delete: (key, options) => plan.around("delete", key, () => inner.delete(key, options)),
    lock: (key, lock) => plan.around("lock", key, () => inner.lock(key, lock)),
    ...(inner.move === undefined
      ? {}
      : { move: (key, tier) => plan.around("put", key, async () => inner.move?.(key, tier)) }),
    ...passThaw(inner, (run, key) => plan.around("stat", key, run)),
    ...(inner.hold === undefined
      ? {}
      : { hold: (key, on) => plan.around("lock", key, async () => inner.hold?.(key, on)) }),
    close: () => inner.close(),
  };
}

/** An injected error as a store gives it (store points) or as the operating system does (`file.*` points). */
export const injectedError: FaultPlanOptions["errorFor"] = (errno, point, where) => {
  const error = errnoError(errno, where, "injected fault");
  return point.startsWith("file.") ? error : asStoreError(error, `${point} ${where}`, { injected: true });
};

/** Injects a plan's faults into the system calls of the filesystem store. */
export function faultyFileIo(inner: FileIo, plan: FaultPlan): FileIo {
  return {
    async create(path) {
      let created: WritableFile | undefined;
      try {
        const file = await plan.around("file.create", path, async () => {
          created = await inner.create(path);
          return created;
        });
        return {
          write: (parts) => plan.aroundWrite(path, (bytes_max) => file.write(cut(parts, bytes_max))),
          datasync: () => plan.around("file.datasync", path, () => file.datasync()),
          close: () => file.close(),
        };
      } catch (error) {
        await created?.close(); // the fault came after: nobody else has the open file
        throw error;
      }
    },
    link: (from, to) => plan.around("file.link", to, () => inner.link(from, to)),
    rename: (from, to) => plan.around("file.rename", to, () => inner.rename(from, to)),
    unlink: (path) => plan.around("file.unlink", path, () => inner.unlink(path)),
    mkdir: (path) => plan.around("file.mkdir", path, () => inner.mkdir(path)),
    syncFolder: (path) => plan.around("file.sync_folder", path, () => inner.syncFolder(path)),
  };
}

function cut(parts: readonly Uint8Array[], bytes_max: number | undefined): readonly Uint8Array[] {
  if (bytes_max === undefined) return parts;
  const kept: Uint8Array[] = [];
  let left = bytes_max;
  for (const part of parts) {
    if (left <= 0) break;
    kept.push(part.subarray(0, left));
    left -= part.byteLength;
  }
  return kept;
}
