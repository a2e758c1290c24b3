import { newId } from "../../base/index.ts";
import { drillBackupSchema, drillPlanSpecSchema } from "../../model/index.ts";
import type { DrillBackup, DrillConnection, DrillPlanSpec, Workload } from "../../model/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { getWorkload } from "../inventory/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import { classOf, listDrillClasses } from "./classes.ts";
import type { DrillClass } from "./classes.ts";
import { drillKind } from "./kinds.ts";
import { sandboxProject } from "./plans.ts";

export interface DrillSpec {
  readonly workload: Workload;
  readonly drill_class: DrillClass;
  readonly sandbox_project_id: string;
  readonly owner: string;
  readonly backup: DrillBackup;
  readonly content_bytes_max: number;
  readonly connections?: readonly DrillConnection[] | undefined;
  readonly plan?: { readonly id: string; readonly due_at: Date };
}

const RETRY_BACKOFF_MS = 10_000;

/** One drill and its job; the drills of one plan at one time exist once. */
export async function enqueueDrill(
  tx: Tx,
  spec: DrillSpec,
  ports: Ports,
): Promise<{ drill_id: string; job_id: string }> {
  const { workload, plan, drill_class } = spec;
  if (plan !== undefined) {
    const there = await tx
      .selectFrom("drills")
      .select(["id", "job_id"])
      .where("plan_id", "=", plan.id)
      .where("due_at", "=", plan.due_at)
      .where("workload_id", "=", workload.id)
      .executeTakeFirst();
    if (there !== undefined) return { drill_id: there.id, job_id: there.job_id };
  }
  const drill_id = newId("drl", ports.clock, ports.random);
  const { job_id } = await enqueueJob(
    tx,
    {
      kind: "drill",
      project_id: workload.project_id,
      workload_id: workload.id,
      input: { drill_id },
      retry_backoff_ms: RETRY_BACKOFF_MS,
      idempotency_key: `drill:${drill_id}`,
    },
    ports,
  );
  await tx
    .insertInto("drills")
    .values({
      id: drill_id,
      job_id,
      plan_id: plan?.id ?? null,
      due_at: plan?.due_at ?? null,
      project_id: workload.project_id,
      workload_id: workload.id,
      sandbox_project_id: spec.sandbox_project_id,
      class: drill_class.name,
      owner: spec.owner,
      spec: JSON.stringify({
        backup: spec.backup,
        content_bytes_max: spec.content_bytes_max,
        ...(spec.connections === undefined ? {} : { connections: spec.connections }),
      }),
      requested_at: new Date(ports.clock.now_ms()),
      rto_target_seconds: drill_class.rto_seconds,
      rpo_target_seconds: drill_class.rpo_seconds,
    })
    .execute();
  return { drill_id, job_id };
}

export interface DrillRequest {
  /** Id or name. */
  readonly workload: string;
  readonly project?: string;
  readonly sandbox: string;
  readonly owner: string;
  readonly backup?: DrillBackup;
  readonly connections?: readonly DrillConnection[];
}

/** A drill asked for by somebody. @throws WORKLOAD_*, PROJECT_NOT_FOUND, DRILL_* */
export async function requestDrill(
  db: Db,
  request: DrillRequest,
  ports: Ports,
): Promise<{ drill_id: string; job_id: string }> {
  return withTransaction(db, async (tx) => {
    const workload = await getWorkload(tx, request.workload, request.project);
    drillKind(workload.source.kind, `workload ${workload.name}`);
    const sandbox = await sandboxProject(tx, request.sandbox);
    const spec: DrillSpec = {
      workload,
      drill_class: classOf(workload.tags, await listDrillClasses(tx)),
      sandbox_project_id: sandbox.id,
      owner: request.owner,
      backup: request.backup ?? drillBackupSchema.parse({ choose: "latest" }),
      content_bytes_max: CONTENT_BYTES_MAX,
      connections: request.connections,
    };
    return enqueueDrill(tx, spec, ports);
  });
}

const CONTENT_BYTES_MAX = drillPlanSpecSchema.shape.content_bytes_max.parse(undefined);

export function specOf(plan: DrillPlanSpec): Pick<DrillSpec, "owner" | "backup" | "content_bytes_max" | "connections"> {
  const { owner, backup, content_bytes_max, connections } = plan;
  return { owner, backup, content_bytes_max, connections };
}
