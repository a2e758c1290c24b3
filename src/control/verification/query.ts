import type { Selectable } from "kysely";
import type { Verification } from "../../model/index.ts";
import type { Db, VerificationTable } from "../../platform/db/index.ts";

const PAGE_MAX = 1000;

export interface VerificationFilter {
  readonly backup_id?: string;
  readonly job_id?: string;
  readonly before_id?: string;
  readonly limit?: number;
}

/** Newest first. */
export async function listVerifications(db: Db, filter: VerificationFilter = {}): Promise<Verification[]> {
  let query = db
    .selectFrom("verifications")
    .selectAll()
    .orderBy("id", "desc")
    .limit(Math.min(filter.limit ?? 100, PAGE_MAX));
  if (filter.backup_id !== undefined) query = query.where("backup_id", "=", filter.backup_id);
  if (filter.job_id !== undefined) query = query.where("job_id", "=", filter.job_id);
  if (filter.before_id !== undefined) query = query.where("id", "<", filter.before_id);
  return (await query.execute()).map(toVerification);
}

function toVerification(row: Selectable<VerificationTable>): Verification {
  return {
    ...row,
    findings: row.findings.map((finding) => ({ ...finding })),
    started_at: row.started_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}
