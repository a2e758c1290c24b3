import type { Selectable } from "kysely";
import { newId } from "../../base/index.ts";
import { cadenceSchema, drillPlanSpecSchema, nameSchema } from "../../model/index.ts";
import type { DrillPlanChanges, Project } from "../../model/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { Db, DrillPlanTable, Ports, Tx } from "../../platform/db/index.ts";
import { createProject, getProject } from "../inventory/index.ts";
import { parseSelector } from "../policy/index.ts";
import { listDrillClasses } from "./classes.ts";
import { drillError } from "./errors.ts";

export type DrillPlanRow = Selectable<DrillPlanTable>;

/** A plan begins now: what would have been due before is not made up. @throws DRILL_PLAN_*, DRILL_SANDBOX_NEEDED */
export async function createDrillPlan(
  tx: Tx,
  input: { readonly name: string; readonly spec: unknown; readonly by: string },
  ports: Ports,
): Promise<DrillPlanRow> {
  const parsed = drillPlanSpecSchema.safeParse(input.spec);
  const name = nameSchema.safeParse(input.name);
  if (!parsed.success || !name.success) {
    const issues = [...(name.error?.issues ?? []), ...(parsed.error?.issues ?? [])];
    const problems = issues.map(({ path, message }) => `${path.join(".") || "name"}: ${message}`);
    throw drillError("DRILL_PLAN_INVALID", problems.join("; "), { problems });
  }
  const { select, sandbox } = parsed.data;
  if (select.selector !== undefined) parseSelector(select.selector);
  await sandboxProject(tx, sandbox);
  const classes = new Set((await listDrillClasses(tx)).map((each) => each.name));
  const unknown = (select.classes ?? []).filter((each) => !classes.has(each));
  if (unknown.length > 0) throw drillError("DRILL_CLASS_NOT_FOUND", `there is no class ${unknown.join(", ")}`);
  const project_id = select.project === undefined ? null : (await getProject(tx, select.project)).id;
  const now = new Date(ports.clock.now_ms());
  const row = await tx
    .insertInto("drill_plans")
    .values({
      id: newId("dpl", ports.clock, ports.random),
      name: input.name,
      project_id,
      spec: JSON.stringify(parsed.data),
      planned_until: now,
      created_by: input.by,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw drillError("DRILL_PLAN_EXISTS", `there is a drill plan ${input.name} already`);
  const data = { name: row.name, spec: row.spec, by: input.by };
  await appendEvent(tx, { type: "holdfast.drill_plan.created", subject: row.id, project_id, data }, ports);
  return row;
}

/** By id or name. @throws DRILL_PLAN_NOT_FOUND */
export async function getDrillPlan(db: Db, id_or_name: string): Promise<DrillPlanRow> {
  const row = await db
    .selectFrom("drill_plans")
    .selectAll()
    .where((where) => where.or([where("id", "=", id_or_name), where("name", "=", id_or_name)]))
    .executeTakeFirst();
  if (row === undefined) throw drillError("DRILL_PLAN_NOT_FOUND", `there is no drill plan ${id_or_name}`);
  return row;
}

/** The longest name that leaves room for what is put behind it. */
const PROJECT_NAME_MAX = 110;

/**
 * The drills that a project's subscription promises: a plan of its own, `subscription-PROJECT`, made with the first
 * and brought to the cadence of each later one. It restores into the sandbox project `PROJECT-drills`, which is made
 * too. Its owner, to whom the tasks go, is at first whoever subscribed. Day, time and owner of the plan may be
 * changed, and it may be disabled: only how often follows from here.
 */
export async function subscribedDrills(
  tx: Tx,
  wanted: { readonly project_id: string; readonly every: string; readonly owner: string; readonly by: string },
  ports: Ports,
): Promise<DrillPlanRow> {
  const every = cadenceSchema.shape.every.parse(wanted.every);
  const { name: project, region_id } = await getProject(tx, wanted.project_id);
  const short = project.slice(0, PROJECT_NAME_MAX);
  const name = `subscription-${short}`;
  const plan = await tx.selectFrom("drill_plans").selectAll().where("name", "=", name).forUpdate().executeTakeFirst();
  if (plan === undefined) {
    const sandbox = `${short}-drills`;
    const known = await tx.selectFrom("projects").select("sandbox").where("name", "=", sandbox).executeTakeFirst();
    if (known === undefined) await createProject(tx, { name: sandbox, region: region_id, sandbox: true }, ports);
    const spec = { select: { project }, cadence: { every }, sandbox, owner: wanted.owner };
    return createDrillPlan(tx, { name, spec, by: wanted.by }, ports);
  }
  if (plan.spec.cadence.every === every) return plan;
  return changeDrillPlan(tx, plan.id, { cadence: { every } }, { ...ports, by: wanted.by });
}

/**
 * What is left out stays. Another cadence holds from now on: none of its times that are over is made up.
 * @throws DRILL_PLAN_NOT_FOUND, DRILL_PLAN_INVALID, DRILL_SANDBOX_NEEDED
 */
export async function changeDrillPlan(
  tx: Tx,
  id_or_name: string,
  changes: DrillPlanChanges,
  ports: Ports & { readonly by: string },
): Promise<DrillPlanRow> {
  const { id } = await getDrillPlan(tx, id_or_name);
  const plan = await tx
    .selectFrom("drill_plans")
    .selectAll()
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const { cadence, ...rest } = changes;
  const wanted = { ...plan.spec, ...rest, cadence: { ...plan.spec.cadence, ...cadence } };
  const parsed = drillPlanSpecSchema.safeParse(JSON.parse(JSON.stringify(wanted)));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw drillError("DRILL_PLAN_INVALID", problems.join("; "), { problems });
  }
  await sandboxProject(tx, parsed.data.sandbox);
  const now = new Date(ports.clock.now_ms());
  const moved = cadence !== undefined && plan.planned_until < now;
  const row = await tx
    .updateTable("drill_plans")
    .set({ spec: JSON.stringify(parsed.data), updated_at: now, revision: plan.revision + 1 })
    .set(moved ? { planned_until: now } : {})
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const data = { name: plan.name, spec: parsed.data, before: plan.spec, by: ports.by };
  const { project_id } = plan;
  await appendEvent(tx, { type: "holdfast.drill_plan.changed", subject: id, project_id, data }, ports);
  return row;
}

/** A disabled plan keeps its drills; enabled again it begins anew, and nothing is made up. */
export async function enableDrillPlan(
  tx: Tx,
  id_or_name: string,
  enabled: boolean,
  ports: Ports & { readonly by: string },
) {
  const plan = await getDrillPlan(tx, id_or_name);
  const now = new Date(ports.clock.now_ms());
  const row = await tx
    .updateTable("drill_plans")
    .set({ enabled, updated_at: now, revision: plan.revision + 1, ...(enabled ? { planned_until: now } : {}) })
    .where("id", "=", plan.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const type = enabled ? "holdfast.drill_plan.enabled" : "holdfast.drill_plan.disabled";
  const { project_id } = plan;
  await appendEvent(tx, { type, subject: plan.id, project_id, data: { name: plan.name, by: ports.by } }, ports);
  return row;
}

/** @throws PROJECT_NOT_FOUND, DRILL_SANDBOX_NEEDED */
export async function sandboxProject(db: Db, id_or_name: string): Promise<Project> {
  const project = await getProject(db, id_or_name);
  if (!project.sandbox) {
    throw drillError("DRILL_SANDBOX_NEEDED", `${project.name} is no sandbox project`, { project: project.name });
  }
  return project;
}
