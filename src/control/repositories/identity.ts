import { hasCode } from "../../base/index.ts";
import type { ObjectStore } from "../../engine/store/index.ts";

/**
 * Makes `target` a replica of the repository in `origin` that holds no backups yet: the same config and wrapped keys
 * (docs/format.md §1), so that both regions share chunk ids and ciphertext. The config goes last: it makes the
 * repository exist.
 */
export async function replicateIdentity(origin: ObjectStore, target: ObjectStore): Promise<void> {
  for await (const { key } of origin.list("keys/")) await copyObject(origin, target, key);
  await copyObject(origin, target, "config");
}

async function copyObject(origin: ObjectStore, target: ObjectStore, key: string): Promise<void> {
  try {
    await target.put(key, await origin.get(key), { if_absent: true });
  } catch (error) {
    if (!hasCode(error, "STORE_ALREADY_EXISTS")) throw error; // an earlier attempt got this far
  }
}
