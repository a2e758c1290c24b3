import type { DrillPlanSpec, Workload } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { everyWorkload, getProject } from "../inventory/index.ts";
import { loadSelection, matches, parseSelector } from "../policy/index.ts";
import { classOf, listDrillClasses } from "./classes.ts";
import type { DrillClass } from "./classes.ts";

export interface Candidate {
  readonly workload: Workload;
  readonly drill_class: DrillClass;
}

/**
 * The workloads a plan drills this time: of those it selects and a policy protects, at most `workloads_max`, those
 * first whose last drill is longest ago. What was restored into a sandbox is no workload of anybody's.
 */
export async function selectWorkloads(db: Db, spec: DrillPlanSpec, now_ms: number): Promise<Candidate[]> {
  const found = await selectable(db, spec, now_ms);
  const last = await lastDrilled(db);
  const when = ({ workload }: Candidate) => last.get(workload.id) ?? 0;
  return found
    .sort((a, b) => when(a) - when(b) || a.workload.id.localeCompare(b.workload.id))
    .slice(0, spec.workloads_max);
}

/** All that a plan selects and a policy protects. */
export async function selectable(
  db: Db,
  { select }: Pick<DrillPlanSpec, "select">,
  now_ms: number,
): Promise<Candidate[]> {
  const classes = await listDrillClasses(db);
  const selection = await loadSelection(db);
  const project_id = select.project === undefined ? undefined : (await getProject(db, select.project)).id;
  const selector = select.selector === undefined ? undefined : parseSelector(select.selector);
  const sandboxes = new Set(
    (await db.selectFrom("projects").select("id").where("sandbox", "=", true).execute()).map(({ id }) => id),
  );
  const found: Candidate[] = [];
  for await (const workload of everyWorkload(db, project_id === undefined ? {} : { project_id })) {
    if (sandboxes.has(workload.project_id)) continue;
    if (select.types !== undefined && !select.types.includes(workload.type)) continue;
    if (selector !== undefined && !matches(selector, workload.tags)) continue;
    if (select.workloads?.some((each) => each === workload.id || each === workload.name) === false) continue;
    const drill_class = classOf(workload.tags, classes);
    if (select.classes?.includes(drill_class.name) === false) continue;
    if (selection.resolve(workload, now_ms).effective === null) continue;
    found.push({ workload, drill_class });
  }
  return found;
}

async function lastDrilled(db: Db): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom("drills")
    .select((eb) => ["workload_id", eb.fn.max("requested_at").as("at")])
    .groupBy("workload_id")
    .execute();
  return new Map(rows.map((row) => [row.workload_id, row.at.getTime()]));
}
