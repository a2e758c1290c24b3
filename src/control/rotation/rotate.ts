import { type EpochSurvey, PHASES } from "../../engine/reseal/index.ts";
import { highestEpoch } from "../../engine/repository/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import type { JobHandler, JobRow } from "../jobs/index.ts";
import { heldBackups } from "../retention/index.ts";
import { enqueueReseals } from "./due.ts";
import { PHASE_MS, phasesOf, replicasOf, type RotationPorts, throughPhases, withStores } from "./ports.ts";

/**
 * The `rotate` job: a new version of the CMK, every replica's keys wrapped with it, a new epoch in all of them, and the
 * plan of what is to be sealed anew. Every step may be repeated.
 */
export function rotateHandler(ports: RotationPorts): JobHandler {
  const { db, repositories, key_admin, engine } = ports;
  return {
    kind: "rotate",
    steps: ["version", "rewrap", "number", "epoch", "retire_old", "plan"],
    async run({ job, step, signal }) {
      const rotation = await db
        .selectFrom("rotations")
        .selectAll()
        .where("id", "=", String(job.input["rotation_id"]))
        .executeTakeFirstOrThrow();
      const { project_id, cmk_id, old_version, emergency } = rotation;
      const rows = await replicasOf(db, project_id);

      const { version } = await step(
        "version",
        async () => {
          const newest = async () => (await key_admin.describeKey(cmk_id)).versions.at(-1)?.version ?? 0;
          // An attempt that died may have made it already.
          if ((await newest()) <= old_version) await key_admin.rotateKey(cmk_id);
          return { version: await newest() };
        },
        (tx, output) => set(tx, rotation.id, { new_version: output.version }),
      );
      const { regions } = await step("rewrap", async () => {
        const reports: Record<string, unknown>[] = [];
        for (const row of rows) {
          signal.throwIfAborted();
          const report = await repositories.use(row, (repository) => repository.rewrapKeys(cmk_id));
          reports.push({ region_id: row.region_id, ...report });
        }
        return { regions: reports };
      });
      const { epoch } = await step(
        "number",
        async () => ({ epoch: (await withStores(repositories, rows, highestEpoch)) + 1 }),
        (tx, output) => set(tx, rotation.id, { epoch: output.epoch }),
      );
      await step("epoch", async () => {
        const [first] = rows;
        if (first === undefined) return {};
        await withStores(repositories, rows, (stores) =>
          repositories.use(first, (repository) => repository.openEpoch(epoch, cmk_id, stores)),
        );
        return {};
      });
      // After a compromise nobody shall use the old version any more; no wrap in force needs it.
      await step("retire_old", async () => {
        if (!emergency) return {};
        const old = (await key_admin.describeKey(cmk_id)).versions.filter(
          (it) => it.version <= old_version && it.state === "ENABLED",
        );
        for (const { version: older } of old) await key_admin.disableKey(cmk_id, older);
        return { disabled: old.map((it) => it.version) };
      });
      const held = await heldBackups(db, project_id);
      const plan = await step(
        "plan",
        async () => {
          const backups = await phasesOf(project_id, ports);
          const surveys: { region_id: string; survey: EpochSurvey["phases"] }[] = [];
          for (const row of rows) {
            const survey = await repositories.use(row, (repository) =>
              engine.surveyEpochs(repository, backups, { held, signal }),
            );
            surveys.push({ region_id: row.region_id, survey: survey.phases });
          }
          return { surveys };
        },
        async (tx, output) => {
          const still = await tx
            .selectFrom("rotations")
            .select("state")
            .where("id", "=", rotation.id)
            .forUpdate()
            .executeTakeFirstOrThrow();
          if (still.state !== "RUNNING") return;
          for (const { region_id, survey } of output.surveys) {
            await insertPhases(tx, rotation.id, region_id, survey, emergency, ports.clock.now_ms());
          }
          const data = { rotation_id: rotation.id, key_id: cmk_id, version, epoch, regions };
          await appendEvent(tx, { type: "holdfast.key.rotated", subject: cmk_id, project_id, data }, ports);
          await enqueueReseals(tx, rotation.id, ports);
        },
      );
      return { state: "SUCCEEDED", result: { rotation_id: rotation.id, version, epoch, regions, plan: plan.surveys } };
    },
    async ended(tx, job: JobRow, end) {
      if (end.state === "SUCCEEDED" || end.state === "SUCCEEDED_WITH_WARNINGS") return;
      await tx
        .updateTable("rotations")
        .set({ state: "FAILED", finished_at: new Date(ports.clock.now_ms()) })
        .where("id", "=", String(job.input["rotation_id"]))
        .where("state", "=", "RUNNING")
        .execute();
    },
  };
}

async function set(tx: Tx, id: string, values: { new_version?: number; epoch?: number }): Promise<void> {
  await tx.updateTable("rotations").set(values).where("id", "=", id).execute();
}

async function insertPhases(
  tx: Tx,
  rotation_id: string,
  region_id: string,
  survey: EpochSurvey["phases"],
  emergency: boolean,
  now_ms: number,
): Promise<void> {
  for (const phase of PHASES) {
    const { packs, bytes, locked_packs, locked_bytes, locked_until_ms } = survey[phase];
    await tx
      .insertInto("rotation_phases")
      .values({
        rotation_id,
        region_id,
        phase,
        packs_total: packs,
        bytes_total: bytes,
        packs_left: packs,
        bytes_left: bytes,
        locked_packs,
        locked_bytes,
        locked_until: locked_until_ms === null ? null : new Date(locked_until_ms),
        due_at: new Date(now_ms + (emergency ? 0 : PHASE_MS[phase])),
        finished_at: throughPhases(survey).includes(phase) ? new Date(now_ms) : null,
      })
      .onConflict((conflict) => conflict.columns(["rotation_id", "region_id", "phase"]).doNothing())
      .execute();
  }
}
