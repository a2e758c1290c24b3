import { newId } from "../../base/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import { getBackupRow } from "../catalog/index.ts";
import { getProject, listRegions } from "../inventory/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import {
  previewRestore,
  type RecoverPorts,
  type RestoreInput,
  type RestorePreview,
  requestRestore,
} from "../recover/index.ts";
import { APPLICATION_KIND } from "../sources/index.ts";
import { type ApplicationPlan, planApplication } from "./plan.ts";

/** Somebody waits for the data. */
const RETRY_BACKOFF_MS = 5_000;

async function isGroup(backup_id: string, { db }: RecoverPorts): Promise<boolean> {
  return (await getBackupRow(db, backup_id)).details["kind"] === APPLICATION_KIND;
}

/** What a restore of any backup would do, of an application's as well; nothing is written. */
export async function previewAnyRestore(input: RestoreInput, ports: RecoverPorts): Promise<RestorePreview> {
  if (!(await isGroup(input.backup_id, ports))) return previewRestore(input, ports);
  return previewOf(await planApplication(input, ports), ports);
}

/** Enqueues a restore of any backup, of an application's as well. */
export async function requestAnyRestore(
  input: RestoreInput,
  ports: RecoverPorts,
): Promise<{ readonly restore_id: string; readonly job_id: string; readonly preview: RestorePreview }> {
  if (!(await isGroup(input.backup_id, ports))) return requestRestore(input, ports);
  const plan = await planApplication(input, ports);
  const { backup, new_name, target_path } = plan;
  const { project_id, workload_id, region_id } = backup;
  const restore_id = newId("rst", ports.clock, ports.random);
  const preview = await previewOf(plan, ports);
  const target_project =
    input.target_project === undefined ? project_id : (await getProject(ports.db, input.target_project)).id;
  const target = {
    kind: "folder",
    path: target_path,
    replace_existing: false,
    delete_extra: false,
    project_id: target_project,
    new_name,
    options: input.options ?? {},
    region: input.region ?? null,
  };
  return withTransaction(ports.db, async (tx) => {
    const { job_id } = await enqueueJob(
      tx,
      {
        kind: "restore",
        project_id,
        workload_id,
        backup_id: backup.id,
        input: { restore_id, region_id, in_place: false },
        retry_backoff_ms: RETRY_BACKOFF_MS,
      },
      ports,
    );
    await tx
      .insertInto("restores")
      .values({
        id: restore_id,
        job_id,
        backup_id: backup.id,
        copy_id: null,
        project_id,
        workload_id,
        region_id,
        mode: "new_resource",
        target: JSON.stringify(target),
        paths: "[]",
        created_at: new Date(ports.clock.now_ms()),
      })
      .execute();
    return { restore_id, job_id, preview };
  });
}

async function previewOf(
  { backup, previews, notes, parts, new_name, target_path }: ApplicationPlan,
  { db }: RecoverPorts,
) {
  const sum = (of: (preview: RestorePreview) => number) => previews.reduce((all, each) => all + of(each), 0);
  const region = (await listRegions(db)).find(({ id }) => id === backup.region_id)?.name ?? backup.region_id;
  return {
    backup_id: backup.id,
    region,
    copy_id: null,
    mode: "new_resource" as const,
    target: `${target_path ?? new_name}: ${parts.map((part) => part.new_name ?? part.name).join(", ")}`,
    files: sum(({ files }) => files),
    directories: sum(({ directories }) => directories),
    others: sum(({ others }) => others),
    bytes: sum(({ bytes }) => bytes),
    overwrites: [],
    overwrites_total: 0,
    deletes: [],
    deletes_total: 0,
    notes: [...notes, "its suppression log is applied before it is ready"],
    confirm_with: null,
  };
}
