import { HoldfastError, newId } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { VerdictCause, VerificationReport } from "../../engine/check/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import type { Verdict } from "../../model/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Tx } from "../../platform/db/index.ts";
import { pgDetailsOf, verifyLog } from "../archiving/index.ts";
import { getBackupRow, manifestKey } from "../catalog/index.ts";
import type { BackupRow } from "../catalog/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { Enqueued, JobEnd, JobHandler, JobRow } from "../jobs/index.ts";
import { getRegion } from "../inventory/index.ts";
import type { Engine, Repositories, RepositoryRow } from "../repositories/index.ts";
import { awaitThaw } from "../tiering/index.ts";
import { nameHurtBackups } from "./hurt.ts";

export interface VerificationPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly engine: Engine;
  readonly repositories: Repositories;
}

export interface VerifyRequest {
  readonly backup_id: string;
  /** Id or name of the region whose copy is to be read; by default the backup's own. */
  readonly region?: string;
}

/**
 * Enqueues a verification: every byte of the backup is read, authenticated and compared. @throws BACKUP_UNKNOWN,
 * REGION_NOT_FOUND, REPOSITORY_NOT_THERE
 */
export async function requestVerification(
  request: VerifyRequest,
  ports: VerificationPorts,
): Promise<Enqueued & { verification_id: string }> {
  const backup = await getBackupRow(ports.db, request.backup_id);
  const region_id = request.region === undefined ? backup.region_id : (await getRegion(ports.db, request.region)).id;
  await ports.repositories.find(backup.project_id, region_id);
  return withTransaction(ports.db, async (tx) => {
    const enqueued = await enqueueJob(
      tx,
      {
        kind: "verify",
        project_id: backup.project_id,
        workload_id: backup.workload_id,
        ...(backup.policy_id === null ? {} : { policy_id: backup.policy_id }),
        backup_id: backup.id,
        input: { region_id },
        retry_backoff_ms: RETRY_BACKOFF_MS,
      },
      ports,
    );
    const verification_id = newId("vfy", ports.clock, ports.random);
    await tx
      .insertInto("verifications")
      .values({
        id: verification_id,
        job_id: enqueued.job_id,
        backup_id: backup.id,
        region_id,
        started_at: new Date(ports.clock.now_ms()),
      })
      .execute();
    return { ...enqueued, verification_id };
  });
}

/** Somebody waits for the answer. */
const RETRY_BACKOFF_MS = 5_000;
/** Damaged objects kept with a verification; the count is exact. */
const FINDINGS_MAX = 1000;

/** The `verify` job. Damage found is its result, not its failure: the job fails only when it could not look. */
export function verifyHandler(ports: VerificationPorts): JobHandler {
  return {
    kind: "verify",
    steps: ["run", "record"],
    async run(context) {
      const { job, signal } = context;
      const region_id = String(job.input["region_id"]);
      const backup = await getBackupRow(ports.db, job.backup_id ?? "");
      const row = await ports.repositories.find(backup.project_id, region_id);
      await awaitThaw({ backup_id: backup.id, region_id }, ports);
      const report = await context.step("run", async () => {
        const full = await ports.repositories
          .use(row, async (repository) => {
            const found = await ports.engine.verifyBackup({
              repository,
              backup_id: backup.id,
              read_data: true,
              signal,
              onProgress: context.progress,
            });
            return withLog(await nameHurtBackups(found, repository, context.log), repository, backup, signal);
          })
          .catch((error: unknown) => unreadable(error, backup, row, ports));
        return { ...full, damaged: full.damaged.slice(0, FINDINGS_MAX), damaged_total: full.damaged.length };
      });
      const { damaged, ...figures } = report;
      const result = { ...figures, objects: damaged.map((each) => each.object).slice(0, 100) };
      await context.step(
        "record",
        async () => ({}),
        (tx) => record(tx, job, backup, region_id, report, ports),
      );
      if (report.verdict === "valid") return { state: "SUCCEEDED", result };
      return {
        state: "SUCCEEDED_WITH_WARNINGS",
        result,
        status_reason: statusReason(report),
        reason: sentence(report),
      };
    },
    ended: (tx, job, end) => settle(tx, job, end, ports),
  };
}

/** A database's log is part of what a restore needs: a damaged piece leaves the backup, and no point behind it. */
async function withLog(
  report: VerificationReport,
  repository: Repository,
  backup: BackupRow,
  signal: AbortSignal,
): Promise<VerificationReport> {
  const details = pgDetailsOf(backup.details);
  if (details === undefined) return report;
  const { bytes, damaged } = await verifyLog(repository, details, signal);
  const bytes_read = report.bytes_read + bytes;
  if (damaged === null) return { ...report, bytes_read };
  return {
    ...report,
    bytes_read,
    verdict: report.verdict === "invalid" ? "invalid" : "partial",
    cause: report.cause ?? "StorageBackend",
    damaged: [...report.damaged, { ...damaged, backup_ids: [backup.id], paths: [] }],
  };
}

const VERDICT_OF: Readonly<Record<VerificationReport["verdict"], Verdict>> = {
  valid: "VALID",
  partial: "PARTIAL",
  invalid: "INVALID",
};

/** Errors that are themselves the verdict: what every backup of the repository needs is damaged or gone. */
const VERDICTS: Readonly<Record<string, VerdictCause>> = {
  REPOSITORY_DAMAGED: "StorageBackend",
  REPOSITORY_NOT_FOUND: "StorageBackend",
  REPOSITORY_VERSION: "StorageBackend",
  MANIFEST_DAMAGED: "StorageBackend",
  BACKUP_NOT_FOUND: "StorageBackend",
  STORE_NOT_FOUND: "StorageBackend",
  STORE_SHORT_OBJECT: "StorageBackend",
  STORE_DAMAGED: "StorageBackend",
  KEY_CONTEXT_MISMATCH: "StorageBackend",
  KEY_DISABLED: "KeyRevoked",
  KEY_DESTROYED: "KeyRevoked",
  KEY_NOT_FOUND: "KeyRevoked",
  KEY_ACCESS_DENIED: "KeyRevoked",
};

/**
 * The repository does not even open, or the manifest does not: that is an answer. Anything else is not, and is thrown
 * on.
 */
async function unreadable(
  error: unknown,
  backup: BackupRow,
  row: RepositoryRow,
  ports: VerificationPorts,
): Promise<VerificationReport> {
  const cause = error instanceof HoldfastError ? VERDICTS[error.code] : undefined;
  if (!(error instanceof HoldfastError) || cause === undefined) throw error;
  const whole = error.code !== "MANIFEST_DAMAGED" && error.code !== "BACKUP_NOT_FOUND";
  const hurt = whole ? await backupsIn(row, ports.db) : [backup.id];
  const object = error.context["object"] ?? error.context["key"] ?? (whole ? "config" : manifestKey(backup.id));
  const damage = { object: String(object), code: error.code, message: error.message, backup_ids: hurt, paths: [] };
  return {
    backup_id: backup.id,
    verdict: "invalid",
    cause,
    damaged: [damage],
    objects_read: 0,
    bytes_read: 0,
    chunks_checked: 0,
    files_checked: 0,
    duration_ms: 0,
  };
}

async function backupsIn(row: RepositoryRow, db: Db): Promise<string[]> {
  const own = await db
    .selectFrom("backups")
    .select("id")
    .where("repository_id", "=", row.id)
    .where("state", "in", ["AVAILABLE", "DAMAGED"])
    .execute();
  const copies = await db
    .selectFrom("copies")
    .select("backup_id as id")
    .where("repository_id", "=", row.id)
    .where("state", "in", ["AVAILABLE", "DAMAGED"])
    .execute();
  return [...own, ...copies].map(({ id }) => id).sort();
}

function statusReason(report: VerificationReport): string {
  return report.cause === "KeyRevoked" ? "EncryptionKeyAccessDenied" : "RepositoryDamaged";
}

function sentence(report: VerificationReport): string {
  const [first] = report.damaged;
  const more = report.damaged.length > 1 ? ` and ${report.damaged.length - 1} more` : "";
  return `${report.verdict}: ${first === undefined ? (report.cause ?? "not readable") : `${first.object}${more}`}`;
}

/** The verdict on the backup (or on its copy), and a mark on every other backup the damage hurts. */
async function record(
  tx: Tx,
  job: JobRow,
  backup: BackupRow,
  region_id: string,
  report: VerificationReport,
  ports: VerificationPorts,
): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  const verdict = VERDICT_OF[report.verdict];
  await tx
    .updateTable("verifications")
    .set({
      verdict,
      cause: report.cause,
      checked_objects: report.objects_read,
      checked_bytes: report.bytes_read,
      findings: JSON.stringify(report.damaged),
      finished_at: now,
    })
    .where("job_id", "=", job.id)
    .execute();
  const hurt = [...new Set(report.damaged.flatMap((damage) => damage.backup_ids))].filter((id) => id !== backup.id);
  if (report.cause === "KeyRevoked") await noteRevoked(tx, backup.id, region_id, now);
  else await mark(tx, [backup.id], region_id, verdict, now);
  // The same object hurts them; their own verification says how far.
  if (verdict !== "VALID" && report.cause !== "KeyRevoked") await mark(tx, hurt, region_id, verdict, now);
  const data = { backup_id: backup.id, region_id, verdict, cause: report.cause, hurt_backups: hurt };
  await appendEvent(
    tx,
    { type: "holdfast.backup.verified", subject: backup.id, project_id: backup.project_id, data },
    ports,
  );
}

/** Its bytes are what they were: it is not damaged, and may be restored as soon as its key may be used again. */
async function noteRevoked(tx: Tx, backup_id: string, region_id: string, now: Date): Promise<void> {
  const set = { verified_state: "INVALID" as const, verified_at: now };
  await tx.updateTable("backups").set(set).where("id", "=", backup_id).where("region_id", "=", region_id).execute();
  await tx
    .updateTable("copies")
    .set(set)
    .where("backup_id", "=", backup_id)
    .where("region_id", "=", region_id)
    .where("state", "in", ["AVAILABLE", "DAMAGED"])
    .execute();
}

async function mark(
  tx: Tx,
  backup_ids: readonly string[],
  region_id: string,
  verdict: Verdict,
  now: Date,
): Promise<void> {
  if (backup_ids.length === 0) return;
  const state = verdict === "VALID" ? ("AVAILABLE" as const) : ("DAMAGED" as const);
  const status_reason = verdict === "VALID" ? null : "RepositoryDamaged";
  const set = { verified_state: verdict, verified_at: now, state, status_reason };
  for (const table of ["backups", "copies"] as const) {
    const key = table === "backups" ? "id" : "backup_id";
    await tx
      .updateTable(table)
      .set(set)
      .where(key as "id", "in", backup_ids)
      .where("region_id", "=", region_id)
      .where("state", "in", ["AVAILABLE", "DAMAGED"])
      .execute();
  }
}

/** A verification that could not look has no verdict, and says when it gave up. */
async function settle(tx: Tx, job: JobRow, end: JobEnd, ports: VerificationPorts): Promise<void> {
  if (end.state === "SUCCEEDED" || end.state === "SUCCEEDED_WITH_WARNINGS") return;
  await tx
    .updateTable("verifications")
    .set({
      finished_at: new Date(ports.clock.now_ms()),
    })
    .where("job_id", "=", job.id)
    .where("finished_at", "is", null)
    .execute();
}
