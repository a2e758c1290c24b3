import { sql } from "kysely";
import type { Workload } from "../../model/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import type { Selection } from "../policy/index.ts";
import { workloadRowsForUpdate } from "../inventory/index.ts";
import { type Cursor, planSlots } from "./plan.ts";
import { planPolicies } from "./workload-plan.ts";

/** Cursors by workload, of those named. */
export async function cursorsOf(db: Db, ids: readonly string[]): Promise<Map<string, Cursor[]>> {
  const by_workload = new Map<string, Cursor[]>();
  const rows = await db
    .selectFrom("schedule_cursors")
    .selectAll()
    .where(sql<boolean>`workload_id = any(${[...ids]}::text[])`)
    .execute();
  for (const { workload_id, planned_until, ...row } of rows) {
    const cursor = { ...row, planned_until_ms: planned_until.getTime() };
    const list = by_workload.get(workload_id);
    if (list === undefined) by_workload.set(workload_id, [cursor]);
    else list.push(cursor);
  }
  return by_workload;
}

/**
 * Starts and drops cursors of many workloads in one transaction that holds their rows. Those for which meanwhile a slot
 * is due are left alone; returns their ids.
 */
export async function bindWorkloads(
  db: Db,
  ids: readonly string[],
  selection: Selection,
  ports: Pick<Ports, "clock">,
): Promise<string[]> {
  return withTransaction(db, async (tx) => {
    const workloads = await workloadRowsForUpdate(tx, ids);
    const cursors = await cursorsOf(tx, ids);
    const now_ms = ports.clock.now_ms();
    const due: string[] = [];
    const changes: Changes = { start: [], drop: [] };
    for (const workload of workloads) {
      const plan = planOf(workload, cursors.get(workload.id) ?? [], selection, now_ms);
      if (plan.slots.length > 0 || plan.clock_stepped_back) {
        due.push(workload.id);
        continue;
      }
      for (const cursor of plan.cursors) changes.start.push({ ...cursor, workload_id: workload.id });
      for (const cursor of plan.drop) changes.drop.push({ ...cursor, workload_id: workload.id });
    }
    await write(tx, changes);
    return due;
  });
}

function planOf(workload: Workload, cursors: readonly Cursor[], selection: Selection, now_ms: number) {
  const policies = planPolicies(selection.resolve(workload, now_ms));
  return planSlots({ workload_id: workload.id, policies, cursors, open_jobs: [] }, now_ms);
}

interface Changes {
  readonly start: (Cursor & { readonly workload_id: string })[];
  readonly drop: (Cursor & { readonly workload_id: string })[];
}

async function write(tx: Tx, { start, drop }: Changes): Promise<void> {
  if (drop.length > 0) {
    const [ids, policies, rules] = [column(drop, "workload_id"), column(drop, "policy_id"), column(drop, "rule")];
    await sql`
      delete from schedule_cursors c
      using unnest(${ids}::text[], ${policies}::text[], ${rules}::text[]) as gone (workload_id, policy_id, rule)
      where c.workload_id = gone.workload_id and c.policy_id = gone.policy_id and c.rule = gone.rule`.execute(tx);
  }
  if (start.length === 0) return;
  const columns = (["workload_id", "policy_id", "rule", "rule_text"] as const).map(
    (name) => sql`${column(start, name)}::text[]`,
  );
  await sql`
    insert into schedule_cursors (workload_id, policy_id, rule, rule_text, planned_until)
    select workload_id, policy_id, rule, rule_text, to_timestamp(planned_ms / 1000.0)
    from unnest(${sql.join(columns)}, ${column(start, "planned_until_ms")}::float8[])
      as fresh (workload_id, policy_id, rule, rule_text, planned_ms)
    on conflict (workload_id, policy_id, rule)
      do update set rule_text = excluded.rule_text, planned_until = excluded.planned_until`.execute(tx);
}

function column<Row, Name extends keyof Row>(rows: readonly Row[], name: Name): Row[Name][] {
  return rows.map((row) => row[name]);
}
