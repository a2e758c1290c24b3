import { hasCode } from "../../base/index.ts";
import type { Manifest, Repository } from "../repository/index.ts";

/**
 * The newest readable backup of the same kind and roots. One that cannot be read is passed over: it costs time, not
 * data.
 * @param wanted id of the one to take, when the caller knows
 */
export async function findParent(
  repository: Repository,
  kind: string,
  roots: readonly string[],
  wanted: string | undefined,
): Promise<Manifest | null> {
  const ids = wanted === undefined ? (await repository.listBackupIds()).reverse().slice(0, 200) : [wanted];
  const state = await repository.sweepState();
  for (const id of ids) {
    try {
      const manifest = await repository.readManifest(id, state);
      const same =
        manifest.kind === kind && manifest.roots.map((root) => root.toString()).join("\0") === roots.join("\0");
      if (same && manifest.tree !== null) return manifest;
    } catch (error) {
      if (!hasCode(error, "MANIFEST_DAMAGED") && !hasCode(error, "BACKUP_NOT_FOUND")) throw error;
    }
  }
  return null;
}
