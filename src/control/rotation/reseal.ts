import { type EpochSurvey, type Phase, PHASES } from "../../engine/reseal/index.ts";
import type { Thawing } from "../../engine/sweep/index.ts";
import type { Db, Tx } from "../../platform/db/index.ts";
import { type JobHandler, postponed } from "../jobs/index.ts";
import { heldBackups } from "../retention/index.ts";
import { nextLook } from "../tiering/index.ts";
import { enqueueReseals } from "./due.ts";
import { phasesOf, type RotationPorts, throughPhases } from "./ports.ts";
import { iso } from "./request.ts";

/** How long one job waits for backups and restores that began before it; the next sweep or job ends what it began. */
const WAIT_MS = 30_000;

/** The `reseal` job: one phase in one region, up to a budget. What it did and what is left go into the rotation. */
export function resealHandler(ports: RotationPorts): JobHandler {
  const { db, clock, random, engine, repositories } = ports;
  return {
    kind: "reseal",
    steps: ["run"],
    async run({ job, step, signal, progress }) {
      const { rotation_id, region_id, phase, bytes_max } = job.input as {
        rotation_id: string;
        region_id: string;
        phase: Phase;
        bytes_max: number;
      };
      const project_id = job.project_id ?? "";
      const rotation = await db
        .selectFrom("rotations")
        .select(["bytes_per_second", "state"])
        .where("id", "=", rotation_id)
        .executeTakeFirstOrThrow();
      if (rotation.state !== "RUNNING")
        return { state: "SKIPPED", result: {}, reason: `the rotation is ${rotation.state.toLowerCase()}` };
      const row = await repositories.find(project_id, region_id);
      const held = await heldBackups(db, project_id);
      const backups = await phasesOf(project_id, ports);
      const place = { rotation_id, region_id, phase };
      const report = await step(
        "run",
        () =>
          repositories.use(row, async (repository) => {
            const pace = rotation.bytes_per_second === null ? {} : { bytes_per_second: rotation.bytes_per_second };
            const began_ms = clock.monotonic_ms();
            const options = { repository, phase, backups, bytes_max, ...pace, held, signal, wait_ms: WAIT_MS };
            const ran = await engine.runReseal({ ...options, onProgress: progress });
            const { status, plan, packs_rewritten, bytes_written, packs_deleted, damage, waiting_for, thawing } = ran;
            await noteThaw(db, place, thawing);
            if (thawing.packs > 0 && packs_rewritten === 0) throw waitFor(thawing, clock.now_ms());
            const busy_ms = Math.round(clock.monotonic_ms() - began_ms);
            const { phases } = await engine.surveyEpochs(repository, backups, { held, signal });
            const packs_resealed = plan.packs_resealed - thawing.packs;
            const counts = { packs_resealed, packs_rewritten, bytes_written, packs_deleted };
            return { status, ...counts, busy_ms, damage: damage.slice(0, 20), waiting_for, phases };
          }),
        async (tx, { phases, packs_rewritten, bytes_written, busy_ms }) => {
          await note(tx, rotation_id, region_id, phases, clock.now_ms());
          await tx
            .updateTable("rotation_phases")
            .set((update) => ({
              packs_done: update("packs_done", "+", packs_rewritten),
              bytes_done: update("bytes_done", "+", bytes_written),
              busy_ms: update("busy_ms", "+", busy_ms),
            }))
            .where("rotation_id", "=", rotation_id)
            .where("region_id", "=", region_id)
            .where("phase", "=", phase)
            .execute();
        },
      );
      const { phases: _, ...result } = report;
      if (report.damage.length === 0) return { state: "SUCCEEDED", result };
      return { state: "SUCCEEDED_WITH_WARNINGS", result, status_reason: "RepositoryDamaged" };
    },
    // The job is over only now: the next one may be asked for.
    ended: async (tx, job, end) => {
      // Without progress it is asked for again later, by the scheduler.
      const moved = Number(end.result?.["packs_rewritten"] ?? 0) > 0;
      if (moved && end.result?.["status"] !== "waiting")
        await enqueueReseals(tx, String(job.input["rotation_id"]), { clock, random }, job.id);
    },
  };
}

/** What lies in the cold is waited for without a worker; the job then goes on by itself. */
function waitFor({ packs, bytes, ready_at_ms }: Thawing, now_ms: number) {
  const ready_ms = ready_at_ms ?? now_ms;
  const why = `waits for the thaw of ${packs} cold packs (${bytes} bytes), until about ${iso(ready_ms)}`;
  return postponed(why, nextLook(now_ms, ready_ms));
}

async function noteThaw(
  db: Db,
  { rotation_id, region_id, phase }: { rotation_id: string; region_id: string; phase: Phase },
  { packs, ready_at_ms }: Thawing,
): Promise<void> {
  const thaw_ready_at = packs === 0 || ready_at_ms === null ? null : new Date(ready_at_ms);
  await db
    .updateTable("rotation_phases")
    .set({ thawing_packs: packs, thaw_ready_at })
    .where("rotation_id", "=", rotation_id)
    .where("region_id", "=", region_id)
    .where("phase", "=", phase)
    .execute();
}

async function note(
  tx: Tx,
  rotation_id: string,
  region_id: string,
  phases: EpochSurvey["phases"],
  now_ms: number,
): Promise<void> {
  for (const phase of PHASES) {
    const { packs, bytes, locked_packs, locked_bytes, locked_until_ms } = phases[phase];
    await tx
      .updateTable("rotation_phases")
      .set({
        packs_left: packs,
        bytes_left: bytes,
        locked_packs,
        locked_bytes,
        locked_until: locked_until_ms === null ? null : new Date(locked_until_ms),
      })
      .where("rotation_id", "=", rotation_id)
      .where("region_id", "=", region_id)
      .where("phase", "=", phase)
      .execute();
  }
  const through = throughPhases(phases);
  if (through.length === 0) return;
  await tx
    .updateTable("rotation_phases")
    .set({ finished_at: new Date(now_ms) })
    .where("rotation_id", "=", rotation_id)
    .where("region_id", "=", region_id)
    .where("phase", "in", through)
    .where("finished_at", "is", null)
    .execute();
}
