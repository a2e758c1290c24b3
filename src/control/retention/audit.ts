import { isRunning } from "../../engine/store/index.ts";
import { gfsClasses } from "../../model/index.ts";
import { addUnits, duration_ms } from "../../model/index.ts";
import type { PolicySpec } from "../../model/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { JobHandler } from "../jobs/index.ts";
import { listPolicies, zoneOf } from "../policy/index.ts";
import { retentionPlanOf } from "./catalog.ts";
import { unitOf } from "./classify.ts";
import type { DeletionPorts } from "./delete.ts";

const DAY_MS = 86_400_000;
/** A backup past its date is deleted by the next hourly pass and its job; later than this it is overdue. */
const GRACE_MS = 6 * 3_600_000;
/** Deleted backups whose absence is looked at in the storage itself. */
const SAMPLE = 20;

/** What an audit of one policy found. */
export interface RetentionAudit {
  readonly policy: string;
  /** The policy's longest retention, counted back from the audit: what `baas list --older-than` would be given. */
  readonly older_than: string;
  /** Backups older than that which are still listed. */
  readonly listed: number;
  /** Those kept for a reason: a legal hold, a lock, the last good one, empty periods. */
  readonly kept_for_a_reason: number;
  /** Those that nothing keeps and retention has not deleted. */
  readonly overdue: readonly string[];
}

/** Asks for today's audit. Safe on several servers at once. */
export async function planAudit(db: Db, ports: Ports): Promise<boolean> {
  const day = Math.floor(ports.clock.now_ms() / DAY_MS);
  const spec = { kind: "retention_audit", input: {}, idempotency_key: `retention_audit:${day}` } as const;
  return (await withTransaction(db, (tx) => enqueueJob(tx, spec, ports))).created;
}

/**
 * The `retention_audit` job: shows that no policy has a backup left that is older than its longest retention, and that
 * what was swept is really gone from the storage. Its result is the record.
 */
export function auditHandler({ db, clock, repositories }: DeletionPorts): JobHandler {
  return {
    kind: "retention_audit",
    steps: ["policies", "storage"],
    async run({ step, signal }) {
      const { policies } = await step("policies", async () => ({ policies: await auditPolicies(db, clock.now_ms()) }));
      const storage = await step("storage", async () => {
        const gone = await sweptBackups(db, clock.now_ms());
        const still_there: string[] = [];
        for (const { id, project_id, region_id } of gone) {
          signal.throwIfAborted();
          const row = await repositories.find(project_id, region_id);
          const found = await repositories.useStore(row, (store) => store.stat(`manifests/${id}`));
          // A lock that was bypassed keeps the object until a sweep may bypass it, too.
          if (found !== undefined && !isRunning(found.lock, clock.now_ms())) still_there.push(id);
        }
        return { sampled: gone.length, still_there };
      });
      const overdue = policies.reduce((sum, each) => sum + each.overdue.length, 0);
      const result = { audited_at: new Date(clock.now_ms()).toISOString(), policies, overdue, storage };
      if (overdue + storage.still_there.length === 0) return { state: "SUCCEEDED", result };
      return {
        state: "SUCCEEDED_WITH_WARNINGS",
        result,
        reason: "backups are there that retention should have deleted",
      };
    },
  };
}

async function auditPolicies(db: Db, now_ms: number): Promise<RetentionAudit[]> {
  const audits: RetentionAudit[] = [];
  for (const policy of await listPolicies(db)) {
    const before_ms = longestBefore(policy.spec, now_ms);
    const rows = await db
      .selectFrom("backups")
      .select(["id", "workload_id"])
      .where("policy_id", "=", policy.id)
      .where("created_at", "<", new Date(before_ms))
      .where("state", "not in", ["DELETED", "FAILED"])
      .orderBy("id")
      .execute();
    let kept_for_a_reason = 0;
    const overdue: string[] = [];
    for (const workload_id of new Set(rows.map((row) => row.workload_id))) {
      const keep = new Map((await retentionPlanOf(db, workload_id, now_ms - GRACE_MS)).map((it) => [it.id, it.keep]));
      for (const { id } of rows.filter((row) => row.workload_id === workload_id)) {
        // What is not in the plan is being deleted just now.
        if (keep.get(id) === false) overdue.push(id);
        else kept_for_a_reason++;
      }
    }
    const older_than = new Date(before_ms).toISOString();
    audits.push({ policy: policy.name, older_than, listed: rows.length, kept_for_a_reason, overdue });
  }
  return audits;
}

/** What was made before this instant has no class left in force. */
function longestBefore(spec: PolicySpec, now_ms: number): number {
  const zone = zoneOf(spec);
  const within_ms = now_ms - duration_ms(spec.retention.keep_within ?? "0s");
  const classes = gfsClasses.map((it) => addUnits(now_ms, -(spec.retention[it] ?? 0), unitOf[it], zone));
  return Math.min(within_ms, ...classes);
}

/**
 * Backups whose date to be brought back was over before the last finished sweep of their region began: the newest ones.
 */
function sweptBackups(db: Db, now_ms: number) {
  return db
    .selectFrom("backups")
    .select(["backups.id", "backups.project_id", "backups.region_id"])
    .where("backups.state", "=", "DELETED")
    .where("backups.recoverable_until", "<", new Date(now_ms))
    .where((where) =>
      where.exists(
        where
          .selectFrom("jobs")
          .select("jobs.id")
          .where("jobs.kind", "=", "sweep")
          .where("jobs.state", "=", "SUCCEEDED")
          .whereRef("jobs.project_id", "=", "backups.project_id")
          .whereRef("jobs.started_at", ">", "backups.recoverable_until")
          .where((inner) => inner(inner.ref("jobs.input", "->>").key("region_id"), "=", inner.ref("backups.region_id")))
          .where((inner) => inner(inner.ref("jobs.result", "->>").key("status"), "=", "done")),
      ),
    )
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom("holds")
            .select("holds.id")
            .where("holds.released_at", "is", null)
            .where((inner) =>
              inner.or([
                inner("holds.backup_id", "=", inner.ref("backups.id")),
                inner("holds.workload_id", "=", inner.ref("backups.workload_id")),
              ]),
            ),
        ),
      ),
    )
    .orderBy("backups.recoverable_until", "desc")
    .limit(SAMPLE)
    .execute();
}
