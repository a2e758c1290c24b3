import type { BackupTier } from "../../engine/tier/index.ts";
import { duration_ms, tiersSchema } from "../../model/index.ts";
import type { PolicySpec } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";

/** 30, 90 and 365 days. */
const DEFAULT_TIERS = tiersSchema.parse({});

/** The tier that a backup of this age needs under its policy; `target.storage_class` says how cold it may become. */
export function tierOfAge(age_ms: number, spec: PolicySpec | null): BackupTier["tier"] {
  const { hot, warm } = spec?.tiers ?? DEFAULT_TIERS;
  const coldest = spec?.target?.storage_class ?? "ARCHIVE";
  if (age_ms < duration_ms(hot) || coldest === "STANDARD") return "hot";
  return age_ms < duration_ms(warm) || coldest === "INFREQUENT" ? "warm" : "cold";
}

/**
 * What each backup of a project needs now, by its policy as it is now. One that the catalog does not know stays hot.
 */
export async function desiredTiers(db: Db, project_id: string, now_ms: number): Promise<Map<string, BackupTier>> {
  const rows = await db
    .selectFrom("backups")
    .leftJoin("policies", "policies.id", "backups.policy_id")
    .leftJoin("policy_versions", (join) =>
      join
        .onRef("policy_versions.policy_id", "=", "policies.id")
        .onRef("policy_versions.version", "=", "policies.version"),
    )
    .select(["backups.id", "backups.created_at", "backups.retain_until", "policy_versions.spec"])
    .where("backups.project_id", "=", project_id)
    .where("backups.state", "in", ["AVAILABLE", "DAMAGED", "DELETING", "DELETED"])
    .execute();
  return new Map(
    rows.map((row) => {
      const tier = tierOfAge(now_ms - row.created_at.getTime(), row.spec);
      return [row.id, { tier, expires_at_ms: row.retain_until?.getTime() ?? null }];
    }),
  );
}
