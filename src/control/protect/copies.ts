import type { Ports, Tx } from "../../platform/db/index.ts";
import { copyId } from "../catalog/index.ts";
import type { BackupRow } from "../catalog/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { Enqueued } from "../jobs/index.ts";

/** A copy is not a wish that fails: it is tried for about half a day, and shows as lag meanwhile. */
const COPY_ATTEMPTS = 12;
const COPY_BACKOFF_MS = 30_000;

export type CopySource = Pick<
  BackupRow,
  "id" | "project_id" | "workload_id" | "policy_id" | "policy_version" | "repository_id" | "region_id"
>;

/** Notes that a copy of the backup in `region_id` is wanted, and enqueues its job. */
export async function enqueueCopy(
  tx: Tx,
  backup: CopySource,
  region_id: string,
  ports: Ports,
  options: { readonly parent_id?: string } = {},
): Promise<Enqueued> {
  const { policy_id, policy_version } = backup;
  const enqueued = await enqueueJob(
    tx,
    {
      kind: "copy",
      project_id: backup.project_id,
      workload_id: backup.workload_id,
      ...(policy_id === null ? {} : { policy_id }),
      ...(policy_version === null ? {} : { policy_version }),
      backup_id: backup.id,
      ...(options.parent_id === undefined ? {} : { parent_id: options.parent_id }),
      input: { region_id, from_region_id: backup.region_id },
      max_attempts: COPY_ATTEMPTS,
      retry_backoff_ms: COPY_BACKOFF_MS,
    },
    ports,
  );
  const waiting = { state: "PENDING" as const, status_reason: null, job_id: enqueued.job_id };
  await tx
    .insertInto("copies")
    .values({
      ...waiting,
      id: copyId(backup.id, region_id),
      backup_id: backup.id,
      region_id,
      // Its own repository may not exist yet: the copy job makes it, and corrects this.
      repository_id: backup.repository_id,
      created_at: new Date(ports.clock.now_ms()),
    })
    .onConflict((conflict) => conflict.columns(["backup_id", "region_id"]).doUpdateSet(waiting))
    .execute();
  return enqueued;
}
