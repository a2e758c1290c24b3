import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { everyWorkload } from "../inventory/index.ts";
import { getPolicy, loadSelection } from "../policy/index.ts";
import { bindingStart_ms, planSlots } from "./plan.ts";
import { loadCursors, planPolicies, writeCursors } from "./workload-plan.ts";

/** What a policy covers now, beside what the schedule knew of before. */
export interface ReattachReport {
  readonly policy: string;
  readonly added: readonly ReattachedWorkload[];
  readonly removed: readonly ReattachedWorkload[];
  readonly unchanged: readonly ReattachedWorkload[];
}

export interface ReattachedWorkload {
  readonly workload_id: string;
  readonly name: string;
  readonly reasons: readonly string[];
}

/**
 * Evaluates a policy's selection now rather than with the next tick, and says what that changed. With `dry_run` it only
 * says.
 * @throws POLICY_NOT_FOUND
 */
export async function reattach(
  db: Db,
  id_or_name: string,
  ports: Ports,
  options: { readonly dry_run?: boolean } = {},
): Promise<ReattachReport> {
  const policy = await getPolicy(db, id_or_name);
  const selection = await loadSelection(db);
  const rows = await db
    .selectFrom("schedule_cursors")
    .select("workload_id")
    .distinct()
    .where("policy_id", "=", policy.id)
    .execute();
  const before = new Set(rows.map((row) => row.workload_id));
  const report = { policy: policy.name, added: [], removed: [], unchanged: [] } as {
    policy: string;
    added: ReattachedWorkload[];
    removed: ReattachedWorkload[];
    unchanged: ReattachedWorkload[];
  };
  for await (const workload of everyWorkload(db)) {
    const now_ms = ports.clock.now_ms();
    const resolution = selection.resolve(workload, now_ms);
    const binding = resolution.bindings.find((it) => it.policy.id === policy.id);
    const was = before.has(workload.id);
    if (binding === undefined && !was) continue;
    const entry = {
      workload_id: workload.id,
      name: workload.name,
      reasons: binding?.reasons ?? [whyNot(resolution.exclusion)],
    };
    if (binding !== undefined && was) report.unchanged.push(entry);
    else if (binding !== undefined) report.added.push(entry);
    else report.removed.push(entry);
    if (options.dry_run === true || (binding !== undefined && was)) continue;
    await withTransaction(db, async (tx) => {
      await tx.selectFrom("workloads").select("id").where("id", "=", workload.id).forUpdate().execute();
      const cursors = await loadCursors(tx, workload.id);
      const policies = planPolicies(resolution);
      const { cursors: planned, drop } = planSlots(
        { workload_id: workload.id, policies, cursors, open_jobs: [] },
        now_ms,
      );
      // New cursors at their start, and dropped ones. Moving one would swallow what is due, which is the tick's to
      // plan.
      const known = new Set(cursors.map((cursor) => `${cursor.policy_id} ${cursor.rule}`));
      const start = new Map(policies.map((it) => [it.policy_id, bindingStart_ms(it, now_ms)]));
      const fresh = planned
        .filter((cursor) => !known.has(`${cursor.policy_id} ${cursor.rule}`))
        .map((cursor) => ({ ...cursor, planned_until_ms: start.get(cursor.policy_id) ?? now_ms }));
      await writeCursors(tx, workload.id, { cursors: fresh, drop });
    });
  }
  return report;
}

function whyNot(exclusion: { readonly by: string; readonly reason: string | null } | null): string {
  if (exclusion === null) return "nothing selects it any more";
  return `opted out by ${exclusion.by}${exclusion.reason === null ? "" : `: ${exclusion.reason}`}`;
}
