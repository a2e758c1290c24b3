import type { Clock, Random } from "../../base/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { Db, Tx } from "../../platform/db/index.ts";
import { copyRow, decodeLabels, getBackupRow, lockWhole, manifestKey, objectLock } from "../catalog/index.ts";
import type { BackupRow } from "../catalog/index.ts";
import type { JobEnd, JobHandler, JobRow } from "../jobs/index.ts";
import type { Engine, Repositories } from "../repositories/index.ts";
import { awaitThaw } from "../tiering/index.ts";
import { replicationError } from "./errors.ts";
import { createLinks } from "./pace.ts";

export interface ReplicationPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly engine: Engine;
  readonly repositories: Repositories;
}

/** The `copy` job: one backup into one other region, as the ciphertext it is. */
export function copyHandler(ports: ReplicationPorts): JobHandler {
  const { engine, clock, random, repositories, db } = ports;
  const links = createLinks(ports);
  return {
    kind: "copy",
    steps: ["prepare", "plan", "run", "record"],
    async run(context) {
      const { job, signal } = context;
      const region_id = String(job.input["region_id"]);
      const backup = await getBackupRow(db, job.backup_id ?? "");
      if (backup.state === "FAILED" || backup.state === "DELETED") {
        const message = `backup ${backup.id} is ${backup.state}`;
        throw replicationError("COPY_SOURCE_MISSING", message, { backup_id: backup.id, state: backup.state });
      }
      await context.step(
        "prepare",
        async () => ({ repository_id: (await repositories.ensure(backup.project_id, region_id)).id }),
        (tx, { repository_id }) => begin(tx, job, backup, region_id, repository_id),
      );
      const pace = (bytes: number) => links.pass(backup.region_id, region_id, bytes, signal);
      await pace(0);
      const from = await repositories.find(backup.project_id, backup.region_id);
      await awaitThaw({ backup_id: backup.id, region_id: backup.region_id }, ports);
      const to = await repositories.find(backup.project_id, region_id);

      return repositories.use(from, (source) =>
        repositories.useStore(to, async (target_store) => {
          const of = { source, backup_id: backup.id, clock, random };
          const request = { ...of, target_store, target_cmk: to.cmk_id };
          await context.step("plan", async () => {
            const plan = await engine.planCopy(request);
            return { packs_missing: plan.packs_missing, bytes_missing: plan.bytes_missing };
          });
          const { copied_bytes } = await context.step("run", async () => {
            const report = await engine.runCopy(await engine.planCopy(request), {
              signal,
              onProgress: context.progress,
              pace,
            });
            return { copied_bytes: report.bytes_copied };
          });
          const manifest = await source.readManifest(backup.id);
          const stat = await target_store.stat(manifestKey(backup.id));
          const row = copyRow(manifest, { region_id, repository_id: to.id }, stat?.modified_ms ?? clock.now_ms());
          const result = await context.step(
            "record",
            async () => {
              const lock = objectLock(decodeLabels(manifest));
              const locks =
                lock === null
                  ? null
                  : await repositories.use(to, async (replica) =>
                      // Packs may have other names here than at home.
                      lockWhole(replica, await replica.readManifest(backup.id), lock, to, ports),
                    );
              return { ...locks, backup_id: backup.id, region_id, copied_bytes, lag_seconds: row.lag_seconds ?? null };
            },
            async (tx) => {
              const { id, ...values } = row;
              await tx
                .updateTable("copies")
                .set({ ...values, copied_bytes })
                .where("id", "=", id)
                .execute();
              const data = { backup_id: backup.id, region_id, copied_bytes, lag_seconds: row.lag_seconds ?? null };
              await appendEvent(
                tx,
                { type: "holdfast.copy.available", subject: id, project_id: backup.project_id, data },
                ports,
              );
            },
          );
          return { state: "SUCCEEDED", result };
        }),
      );
    },
    ended: (tx, job, end) => settle(tx, job, end, ports),
  };
}

async function begin(tx: Tx, job: JobRow, backup: BackupRow, region_id: string, repository_id: string): Promise<void> {
  await tx
    .updateTable("copies")
    .set({ state: "RUNNING", repository_id, job_id: job.id })
    .where("backup_id", "=", backup.id)
    .where("region_id", "=", region_id)
    .where("state", "<>", "AVAILABLE")
    .execute();
}

async function settle(tx: Tx, job: JobRow, end: JobEnd, ports: ReplicationPorts): Promise<void> {
  if (end.state === "SUCCEEDED" || end.state === "SUCCEEDED_WITH_WARNINGS") return;
  const failed = await tx
    .updateTable("copies")
    .set({ state: "FAILED", status_reason: end.status_reason })
    .where("job_id", "=", job.id)
    .where("state", "in", ["PENDING", "RUNNING"])
    .returning(["id", "region_id"])
    .executeTakeFirst();
  if (failed === undefined) return;
  const data = { backup_id: job.backup_id, region_id: failed.region_id, status_reason: end.status_reason };
  await appendEvent(tx, { type: "holdfast.copy.failed", subject: failed.id, project_id: job.project_id, data }, ports);
}
