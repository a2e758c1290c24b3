import type { Clock, Random } from "../../base/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { Enqueued, JobHandler } from "../jobs/index.ts";
import { heldBackups } from "./holds.ts";
import { measureUsage } from "../repositories/index.ts";
import type { Engine, Repositories } from "../repositories/index.ts";

const DAY_MS = 86_400_000;
/** A repository in which nothing was deleted is swept as often: failed backups leave packs. */
const SWEEP_EVERY_DAYS = 7;

/** Asks for a sweep of a project's repository in one region. */
export async function requestSweep(
  tx: Tx,
  place: { readonly project_id: string; readonly region_id: string; readonly bypass_governance?: boolean },
  ports: Ports,
  idempotency_key?: string,
): Promise<Enqueued> {
  const { project_id, region_id, bypass_governance = false } = place;
  const key = idempotency_key === undefined ? {} : { idempotency_key };
  if (bypass_governance) {
    const data = { project_id, region_id, sweep: true };
    await appendEvent(tx, { type: "holdfast.lock.bypassed", subject: project_id, project_id, data }, ports);
  }
  return enqueueJob(tx, { kind: "sweep", project_id, input: { region_id, bypass_governance }, ...key }, ports);
}

/**
 * Asks for sweeps that are due: once a day where deleted backups have passed their date since the last one, again where
 * the last one had to wait for a writer, else once a week. Safe to run on several servers at once. @returns how many
 */
export async function planSweeps(db: Db, ports: Ports): Promise<number> {
  const now_ms = ports.clock.now_ms();
  const day = Math.floor(now_ms / DAY_MS);
  let asked = 0;
  for (const { project_id, region_id, created_at } of await db
    .selectFrom("repositories")
    .select(["project_id", "region_id", "created_at"])
    .orderBy("id")
    .execute()) {
    const last = await db
      .selectFrom("jobs")
      .select(["created_at", "result"])
      .where("kind", "=", "sweep")
      .where("project_id", "=", project_id)
      .where("state", "in", ["SUCCEEDED", "SUCCEEDED_WITH_WARNINGS"])
      .where((where) => where(where.ref("input", "->>").key("region_id"), "=", region_id))
      .orderBy("created_at", "desc")
      .executeTakeFirst();
    const last_ms = (last?.created_at ?? created_at).getTime();
    const over = await db
      .selectFrom("backups")
      .select("id")
      .where("project_id", "=", project_id)
      .where("state", "=", "DELETED")
      .where("recoverable_until", ">", new Date(last_ms))
      .where("recoverable_until", "<=", new Date(now_ms))
      .executeTakeFirst();
    // What it condemned waits for a writer that was at work then: it goes with the next one, and soon.
    // Or, in the cold, for its thaw.
    const thawing = last?.result?.["thawing"] as { packs?: number; ready_at_ms?: number | null } | undefined;
    const thawed = (thawing?.packs ?? 0) > 0 && (thawing?.ready_at_ms ?? 0) <= now_ms;
    const waits = last?.result?.["status"] === "waiting" || thawed;
    if (over === undefined && !waits && now_ms - last_ms < SWEEP_EVERY_DAYS * DAY_MS) continue;
    const key = `sweep:${project_id}:${region_id}:${waits ? `after ${last_ms}` : day}`;
    const { created } = await withTransaction(db, (tx) => requestSweep(tx, { project_id, region_id }, ports, key));
    if (created) asked++;
  }
  return asked;
}

export interface SweepPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly engine: Engine;
  readonly repositories: Repositories;
}

/** The `sweep` job: one repository in one region. What waits for a writer is finished by the next one. */
export function sweepHandler(ports: SweepPorts): JobHandler {
  const { repositories, engine, db } = ports;
  return {
    kind: "sweep",
    steps: ["run"],
    async run({ job, step, signal, progress }) {
      const row = await repositories.find(job.project_id ?? "", String(job.input["region_id"]));
      const report = await step("run", () =>
        repositories.use(row, async (repository) => {
          const { plan, locked, damage, waiting_for, ...counts } = await engine.runSweep({
            repository,
            signal,
            onProgress: progress,
            held: await heldBackups(db, job.project_id ?? ""),
            bypass_governance: job.input["bypass_governance"] === true,
          });
          const { backups_live, bytes_live, bytes_total } = plan;
          const lists = { locked: locked.length, damage: damage.slice(0, 20), waiting_for };
          await measureUsage(row, ports);
          return { ...counts, backups_live, bytes_live, bytes_total, ...lists };
        }),
      );
      if (report.damage.length === 0) return { state: "SUCCEEDED", result: report };
      return { state: "SUCCEEDED_WITH_WARNINGS", result: report, status_reason: "RepositoryDamaged" };
    },
  };
}
