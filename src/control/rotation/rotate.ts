import { type EpochSurvey, PHASES } from "../../engine/reseal/index.ts";
import { highestEpoch } from "../../engine/repository/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { RotatedKey, Tx } from "../../platform/db/index.ts";
import { getRegion } from "../inventory/index.ts";
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
    steps: ["keys", "versions", "rewrap", "number", "epoch", "retire_old", "plan"],
    async run({ job, step, signal }) {
      const rotation = await db
        .selectFrom("rotations")
        .selectAll()
        .where("id", "=", String(job.input["rotation_id"]))
        .executeTakeFirstOrThrow();
      const { project_id, cmk_id, emergency } = rotation;
      const rows = await replicasOf(db, project_id);

      // Here a region that was given keys of its own, or gave them up, changes over.
      const { cmk_of } = await step("keys", async () => {
        const found: Record<string, string> = {};
        for (const row of rows)
          found[row.region_id] = await repositories.keyFor(project_id, await getRegion(db, row.region_id), row);
        return { cmk_of: found };
      });
      const cmkOf = (row: { readonly region_id: string; readonly cmk_id: string }) =>
        cmk_of[row.region_id] ?? row.cmk_id;
      const { keys } = await step(
        "versions",
        async () => {
          const made: RotatedKey[] = [];
          for (const key_id of new Set(rows.map(cmkOf))) {
            const newest = async () => (await key_admin.describeKey(key_id)).versions.at(-1)?.version ?? 0;
            const old_version = rotation.keys.find((key) => key.key_id === key_id)?.old_version ?? 0;
            // An attempt that died may have made it already, or the key is new.
            if ((await newest()) <= old_version) await key_admin.rotateKey(key_id);
            made.push({ key_id, old_version, new_version: await newest() });
          }
          return { keys: made };
        },
        (tx, output) => set(tx, rotation.id, { ...namedIn(output.keys, cmk_id), keys: JSON.stringify(output.keys) }),
      );
      const { regions } = await step(
        "rewrap",
        async () => {
          const reports: Record<string, unknown>[] = [];
          for (const row of rows) {
            signal.throwIfAborted();
            const report = await repositories.use(row, (repository) => repository.rewrapKeys(cmkOf(row)));
            reports.push({ region_id: row.region_id, key_id: cmkOf(row), ...report });
          }
          return { regions: reports };
        },
        async (tx) => {
          for (const row of rows)
            await tx
              .updateTable("repositories")
              .set({ cmk_id: cmkOf(row) })
              .where("id", "=", row.id)
              .execute();
        },
      );
      const { epoch } = await step(
        "number",
        async () => ({ epoch: (await withStores(repositories, rows, highestEpoch)) + 1 }),
        (tx, output) => set(tx, rotation.id, { epoch: output.epoch }),
      );
      await step("epoch", async () => {
        const [first] = rows;
        if (first === undefined) return {};
        await withStores(repositories, rows, (stores) => {
          const replicas = stores.map((store, at) => ({ store, cmk_key_id: cmkOf(rows[at] ?? first) }));
          return repositories.use(first, (repository) => repository.openEpoch(epoch, replicas));
        });
        return {};
      });
      // After a compromise nobody shall use the old versions any more; no wrap in force needs them.
      await step("retire_old", async () => {
        if (!emergency) return {};
        const disabled: { key_id: string; version: number }[] = [];
        for (const { key_id, old_version } of rotation.keys) {
          for (const { version, state } of (await key_admin.describeKey(key_id)).versions) {
            if (version > old_version || state !== "ENABLED" || keys.every((key) => key.key_id !== key_id)) continue;
            await key_admin.disableKey(key_id, version);
            disabled.push({ key_id, version });
          }
        }
        return { disabled };
      });
      const version = namedIn(keys, cmk_id).new_version;
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
          const data = { rotation_id: rotation.id, key_id: cmk_id, version, keys, epoch, regions };
          await appendEvent(tx, { type: "holdfast.key.rotated", subject: cmk_id, project_id, data }, ports);
          await enqueueReseals(tx, rotation.id, ports);
        },
      );
      return {
        state: "SUCCEEDED",
        result: { rotation_id: rotation.id, version, keys, epoch, regions, plan: plan.surveys },
      };
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

/**
 * What the rotation says of itself in one figure: of its own key, or where that serves no region any more, the first.
 */
function namedIn(keys: readonly RotatedKey[], cmk_id: string): { new_version: number } {
  return { new_version: (keys.find(({ key_id }) => key_id === cmk_id) ?? keys[0])?.new_version ?? 0 };
}

async function set(tx: Tx, id: string, values: { new_version?: number; keys?: string; epoch?: number }): Promise<void> {
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
