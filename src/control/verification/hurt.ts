import { asHoldfastError } from "../../base/index.ts";
import type { Damage, VerificationReport } from "../../engine/check/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import type { Logger } from "../../platform/log/index.ts";

/**
 * Names, with each damaged object, every backup of the repository that needs it: deduplication makes one flipped bit
 * the trouble of many. Packs stand in the manifests; config and keys are needed by all.
 */
export async function nameHurtBackups(
  report: VerificationReport,
  repository: Repository,
  log: Logger,
): Promise<VerificationReport> {
  if (report.damaged.length === 0) return report;
  const ids = await repository.listBackupIds();
  const needed_by = new Map<string, string[]>();
  for (const id of ids) {
    try {
      for (const pack of (await repository.readManifest(id)).packs) {
        needed_by.set(pack, [...(needed_by.get(pack) ?? []), id]);
      }
    } catch (error) {
      // Its own verification says what is wrong with it.
      log.warn({ error: asHoldfastError(error), backup_id: id }, "a manifest could not be read");
    }
  }
  const hurt = (damage: Damage): readonly string[] => {
    const pack = /^packs\/[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(damage.object)?.[1];
    const others =
      pack === undefined ? (/^(config$|keys\/)/.test(damage.object) ? ids : []) : (needed_by.get(pack) ?? []);
    return [...new Set([...damage.backup_ids, ...others])].sort();
  };
  return { ...report, damaged: report.damaged.map((damage) => ({ ...damage, backup_ids: hurt(damage) })) };
}
