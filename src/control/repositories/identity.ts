import { type Clock, hasCode } from "../../base/index.ts";
import type { KeyManager } from "../../engine/keys/index.ts";
import { carryKeys } from "../../engine/repository/index.ts";
import type { ObjectStore } from "../../engine/store/index.ts";

/**
 * Makes `target` a replica of the repository in `origin` that holds no backups yet: the same config and the same keys
 * (docs/format.md §1), wrapped by the replica's own master key, so that both regions share chunk ids and ciphertext.
 * The config goes last: it makes the repository exist. @throws KEY_*, STORE_*
 */
export async function replicateIdentity(
  origin: ObjectStore,
  target: ObjectStore,
  o: {
    readonly keys: KeyManager;
    readonly clock: Clock;
    readonly cmk_id: string;
    readonly repository_id: string;
  },
): Promise<void> {
  await carryKeys(origin, target, o.cmk_id, o);
  try {
    await target.put("config", await origin.get("config"), { if_absent: true });
  } catch (error) {
    if (!hasCode(error, "STORE_ALREADY_EXISTS")) throw error; // an earlier attempt got this far
  }
}
