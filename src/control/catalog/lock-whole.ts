import type { Clock } from "../../base/index.ts";
import type { Manifest, Repository } from "../../engine/repository/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { lockBackup } from "../repositories/index.ts";
import type { BackupLock, LockCounts, RepositoryRow } from "../repositories/index.ts";
import { decodeLabels, objectLock } from "./labels.ts";

/** Earlier backups that are asked what they have locked: the longest-locked ones, and the workload's newest. */
const LONGEST = 4;
const NEWEST = 2;

/**
 * Locks one backup in one region, and asks the store only about packs that no earlier backup there is known to have
 * locked as long and as strictly.
 */
export async function lockWhole(
  repository: Repository,
  manifest: Manifest,
  lock: BackupLock,
  row: Pick<RepositoryRow, "project_id" | "region_id">,
  { db, clock }: { readonly db: Db; readonly clock: Clock },
): Promise<LockCounts> {
  const covered = await coveredPacks(repository, manifest.backup_id, lock, row, db);
  return lockBackup(repository.store, manifest, lock, clock, covered);
}

/**
 * Packs that backups recorded before have locked to the date wanted: their locks were durable before their rows said
 * so.
 */
export async function coveredPacks(
  repository: Repository,
  backup_id: string,
  wanted: BackupLock,
  { project_id, region_id }: Pick<RepositoryRow, "project_id" | "region_id">,
  db: Db,
): Promise<ReadonlySet<string>> {
  const there = db
    .selectFrom("backups")
    .leftJoin("copies", (join) =>
      join.onRef("copies.backup_id", "=", "backups.id").on("copies.region_id", "=", region_id),
    )
    .select("backups.id")
    .where("backups.project_id", "=", project_id)
    .where("backups.id", "<>", backup_id)
    .where("backups.state", "=", "AVAILABLE")
    .where("backups.lock_until", "is not", null)
    .where((where) => where.or([where("backups.region_id", "=", region_id), where("copies.state", "=", "AVAILABLE")]));
  const longest = await there.orderBy("backups.lock_until", "desc").limit(LONGEST).execute();
  const newest = await there.orderBy("backups.created_at", "desc").limit(NEWEST).execute();
  const covered = new Set<string>();
  const state = await repository.sweepState();
  for (const id of new Set([...longest, ...newest].map((each) => each.id))) {
    const earlier = await repository.readManifest(id, state).catch(() => undefined);
    if (earlier === undefined) continue; // its manifest is damaged, or gone: it vouches for nothing
    const lock = objectLock(decodeLabels(earlier));
    if (lock === null || lock.packs_until_ms < wanted.packs_until_ms) continue;
    if (wanted.mode === "COMPLIANCE" && lock.mode !== "COMPLIANCE") continue;
    // What was moved since may stand in packs that nobody has locked.
    const now = new Set(earlier.packs);
    for (const pack of earlier.packs_at_birth) if (now.has(pack)) covered.add(pack);
  }
  return covered;
}
