import { fetchWalFile, type KeptWal, keepWalFile, parseLsn } from "../../engine/source/postgresql/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { Workload } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Repositories } from "../repositories/index.ts";
import { archivingError } from "./errors.ts";
import { settleGaps } from "./push-gaps.ts";
import { pgDetailsOf } from "./status.ts";
import { type PgWorkload, slotName } from "./targets.ts";

interface PushPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly repositories: Repositories;
  /** Asks for a backup at once: no log leads from the ones that are there to what is written now. */
  backUp(workload_id: string, why: string): Promise<void>;
}

const SEGMENT_BYTES = 16 * 1024 * 1024;

/** @throws WAL_NOT_POSTGRESQL */
function postgresql(workload: Workload): PgWorkload {
  if (workload.source.kind === "postgresql") return workload as PgWorkload;
  throw archivingError("WAL_NOT_POSTGRESQL", `${workload.name} is no workload of kind postgresql`);
}

/** Which server a workload's log is of: as it was streamed or pushed, else as the newest backup says. */
async function serverOf(workload_id: string, { db }: Pick<PushPorts, "db">) {
  const [archive, backup] = await Promise.all([
    db
      .selectFrom("wal_archives")
      .select(["system_identifier", "timeline", "flushed_lsn"])
      .where("workload_id", "=", workload_id)
      .executeTakeFirst(),
    db
      .selectFrom("backups")
      .select("details")
      .where("workload_id", "=", workload_id)
      .where("state", "=", "AVAILABLE")
      .orderBy("created_at", "desc")
      .executeTakeFirst(),
  ]);
  const details = backup === undefined ? undefined : pgDetailsOf(backup.details);
  return {
    system_identifier: archive?.system_identifier ?? details?.system_identifier ?? null,
    segment_bytes: details?.wal_segment_bytes ?? SEGMENT_BYTES,
    archive,
    /** Of the newest backup. */
    details,
  };
}

/**
 * Keeps a file that a server's `archive_command` sent; durable when it resolves.
 * @throws WAL_NOT_POSTGRESQL, PG_WAL_*, STORE_*, KEY_*
 */
export async function pushWal(
  workload: Workload,
  { name, bytes, dry_run }: { readonly name: string; readonly bytes: Buffer; readonly dry_run: boolean },
  ports: PushPorts,
): Promise<KeptWal> {
  const { db, clock, repositories } = ports;
  const of = postgresql(workload);
  const { system_identifier, archive, details } = await serverOf(workload.id, ports);
  const place = [workload.project_id, workload.region_id] as const;
  const row = await (dry_run ? repositories.find(...place) : repositories.ensure(...place));
  const kept = await repositories.use(row, (repository) =>
    keepWalFile(repository, { name, bytes }, system_identifier, dry_run),
  );
  if (dry_run || kept.outcome === "passed") return kept;
  // Of what was held, too: the server pushes again what it got no answer to, and that may have been about the hole.
  await repositories.use(row, (repository) => settleGaps({ workload: of, repository, kept, details }, ports));
  if (kept.outcome !== "stored" || kept.end_lsn === null) return kept;
  const now = new Date(clock.now_ms());
  const further =
    archive?.flushed_lsn === null ||
    archive?.flushed_lsn === undefined ||
    kept.timeline > (archive.timeline ?? 0) ||
    parseLsn(kept.end_lsn) > parseLsn(archive.flushed_lsn);
  const reached = {
    system_identifier: kept.system_identifier,
    timeline: kept.timeline,
    flushed_lsn: kept.end_lsn,
    flushed_at: now,
    updated_at: now,
    // Of a log that is streamed as well, the state is the stream's.
    ...(of.source.wal.enabled ? {} : { state: "PUSHED", status_reason: null, message: null }),
    ...(kept.last_commit_ms === null ? {} : { last_commit_at: new Date(kept.last_commit_ms) }),
  };
  const { id: workload_id, project_id, region_id } = workload;
  if (further)
    await db
      .insertInto("wal_archives")
      .values({ workload_id, project_id, region_id, slot_name: slotName(of), state: "PUSHED", ...reached })
      .onConflict((conflict) => conflict.column("workload_id").doUpdateSet(reached))
      .execute();
  return kept;
}

/** A file that a `restore_command` asks for; `null` when it is not held. @throws WAL_NOT_POSTGRESQL, LOG_*, STORE_* */
export async function fetchWal(
  workload: Workload,
  name: string,
  ports: Pick<PushPorts, "db" | "repositories">,
): Promise<Buffer | null> {
  postgresql(workload);
  const { system_identifier, segment_bytes } = await serverOf(workload.id, ports);
  if (system_identifier === null) return null;
  const row = await ports.repositories.find(workload.project_id, workload.region_id);
  return ports.repositories.use(row, (repository) => fetchWalFile(repository, name, system_identifier, segment_bytes));
}
