import type { PolicySpec } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { coverageReport, type WorkloadCoverage } from "../coverage/index.ts";
import { compileSelection, listAttachments, listPolicies } from "../policy/index.ts";

export interface ChangedWorkload {
  readonly workload_id: string;
  readonly name: string;
  /** What puts it at risk: now, of those that gain; then, of those that lose. */
  readonly why: string;
}

/** What coverage would say right after a policy were changed, beside what it says now. */
export interface CoverageChange {
  /** At risk now, and no more. */
  readonly gains_total: number;
  /** The first 100. */
  readonly gains: readonly ChangedWorkload[];
  /** At risk only with the change. */
  readonly loses_total: number;
  readonly loses: readonly ChangedWorkload[];
  /** How many proofs that a workload restores would end with it: they hold for one version of a policy. */
  readonly proofs_ended: number;
}

const SHOWN_MAX = 100;
/** Asked for at once: what a statement takes, and what a report of them holds in memory. */
const AT_ONCE = 2000;

/** Of these workloads, with `spec` in place of what the policy says now. Nothing is stored. */
export async function coverageChange(
  db: Db,
  policy_id: string,
  spec: PolicySpec,
  workload_ids: readonly string[],
  now_ms: number,
): Promise<CoverageChange> {
  const [policies, attachments] = [await listPolicies(db), await listAttachments(db)];
  const changed = policies.map((policy) =>
    policy.id === policy_id ? { ...policy, spec, version: policy.version + 1 } : policy,
  );
  const before = compileSelection(policies, attachments);
  const after = compileSelection(changed, attachments);
  const gains: ChangedWorkload[] = [];
  const loses: ChangedWorkload[] = [];
  const totals = { gains_total: 0, loses_total: 0, proofs_ended: 0 };
  for (let at = 0; at < workload_ids.length; at += AT_ONCE) {
    const ids = workload_ids.slice(at, at + AT_ONCE);
    const was = await coverageReport(db, now_ms, { workload_ids: ids, selection: before });
    const will = await coverageReport(db, now_ms, { workload_ids: ids, selection: after });
    totals.proofs_ended += Math.max(0, was.totals.proven - will.totals.proven);
    const then = new Map(will.workloads.map((it) => [it.workload_id, it]));
    for (const now of was.workloads) {
      const next = then.get(now.workload_id);
      if (next === undefined) continue;
      const [at_risk, would_be] = [now.status === "at_risk", next.status === "at_risk"];
      if (at_risk && !would_be && ++totals.gains_total <= SHOWN_MAX) gains.push(told(now));
      if (!at_risk && would_be && ++totals.loses_total <= SHOWN_MAX) loses.push(told(next));
    }
  }
  return { ...totals, gains, loses };
}

function told({ workload_id, name, findings }: WorkloadCoverage): ChangedWorkload {
  return { workload_id, name, why: findings.find(({ level }) => level === "risk")?.message ?? "" };
}
