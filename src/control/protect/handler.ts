import type { LockAhead, StreamBackupOptions } from "../../engine/backup/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import { agentVersionOf } from "../agents/index.ts";
import type { BackupLabels } from "../catalog/index.ts";
import { backupRow, coveredPacks, decodeLabels, encodeLabels, lockWhole, objectLock } from "../catalog/index.ts";
import type { JobEnd, JobHandler, JobRow } from "../jobs/index.ts";
import { assertProjectQuota } from "../repositories/index.ts";
import type { Engine, Repositories, RepositoryRow } from "../repositories/index.ts";
import { settleSlots } from "../schedule/index.ts";
import { type GroupDetails, isTree, readTree, treeOf, type Sources, type StreamedSource } from "../sources/index.ts";
import { enqueueCopy } from "./copies.ts";
import { requireOrdered, runOnAgent } from "./on-agent.ts";
import { backUpParts } from "./group.ts";
import { prepareBackup, promise } from "./prepare.ts";
import type { Prepared, PreparePorts } from "./prepare.ts";

export interface ProtectPorts extends PreparePorts {
  readonly engine: Engine;
  readonly repositories: Repositories;
  readonly sources: Sources;
}

type Ready = Exclude<Prepared, { skip: string }>;

/** The `backup` job: from a workload to a backup in the catalog, and on to its copies. */
export function backupHandler(ports: ProtectPorts): JobHandler {
  return {
    kind: "backup",
    steps: ["prepare", "repository", "quota", "plan", "run", "record"],
    async run(context) {
      const { job, signal } = context;
      const prepared: Prepared = await context.step(
        "prepare",
        () => prepareBackup(job, ports),
        (tx, output) => nameBackup(tx, job, output),
      );
      if (prepared.skip !== null) return { state: "SKIPPED", result: {}, reason: prepared.skip };
      const ready = prepared as Ready;
      const { project, region, workload } = ready.labels;

      await context.step(
        "repository",
        async () => ({ repository_id: (await ports.repositories.ensure(project.id, region.id)).id }),
        async (tx) => announce(tx, job, ready, await ports.repositories.find(project.id, region.id), ports),
      );
      const row = await ports.repositories.find(project.id, region.id);
      await context.step("quota", async () => {
        await assertProjectQuota({ project_id: project.id, workload_id: workload.id }, ports);
        return {};
      });

      // Before a repository is held open: whoever waits for parts gives the worker back meanwhile.
      const { source } = workload;
      const group = source.kind === "application" ? await backUpParts(source, context, ports) : undefined;

      return ports.repositories.use(row, async (repository) => {
        const options = {
          repository,
          backup_id: ready.backup_id,
          labels: {},
          clock: ports.clock,
          signal,
          onProgress: context.progress,
        };
        await context.step("plan", async () => {
          if (!isTree(workload.source)) return { parent_backup_id: null }; // its driver says what is there
          const plan = await ports.engine.planBackup({
            ...options,
            source: await treeOf(workload.source, ports.clock),
          });
          return { parent_backup_id: plan.parent?.backup_id ?? null };
        });
        const ran = await context.step("run", async () => {
          // Decided now and not before: a job that was retried for hours is the first good one of a later period.
          const { labels, expires_at_ms } = await promise(ready, ports);
          const promised = {
            ...options,
            labels: encodeLabels(labels),
            ...(expires_at_ms === null ? {} : { expires_at_ms }),
          };
          if (source.kind === "agent")
            return runOnAgent(context, source, region.id, { ...promised, locked: labels.lock !== null }, ports);
          const ahead = await lockAhead(repository, ready.backup_id, labels, row, ports);
          const report = await (isTree(source)
            ? readTree(source, { ...promised, workload_id: workload.id }, (files) =>
                ports.engine.runBackup({ ...promised, ...ahead, source: files }),
              )
            : ports.engine.runStreamBackup({
                ...promised,
                ...ahead,
                ...streamOf(source, workload.id, { ...promised, group }, ports.sources),
              }));
          return { problems: report.stats.problems };
        });
        // The manifest is what counts: an attempt that died after writing it had decided by its own time.
        const manifest = await repository.readManifest(ready.backup_id);
        if (workload.source.kind === "agent") await requireOrdered(job, manifest, ports);
        const labels = decodeLabels(manifest);
        const result = await context.step(
          "record",
          async () => {
            const lock = objectLock(labels);
            const locks = lock === null ? null : await lockWhole(repository, manifest, lock, row, ports);
            return {
              ...locks,
              backup_id: ready.backup_id,
              files: manifest.stats.files,
              source_bytes: manifest.stats.source_bytes,
              new_bytes: manifest.stats.new_bytes,
              stored_bytes: manifest.stats.stored_bytes,
              problems: manifest.stats.problems,
              retain_until: manifest.expires_at_ms === null ? null : new Date(manifest.expires_at_ms).toISOString(),
              gfs_classes: labels.gfs.map((mark) => mark.class),
            };
          },
          async (tx) => {
            const { id, ...values } = backupRow(manifest, labels, row.id);
            const made_at = new Date(manifest.created_at_ms);
            const agent_version = source.kind === "agent" ? await agentVersionOf(tx, job.id, made_at) : null;
            await tx
              .updateTable("backups")
              .set({ ...values, agent_version })
              .where("id", "=", id)
              .execute();
            const backup = await tx.selectFrom("backups").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
            for (const target of ready.copy_to) await enqueueCopy(tx, backup, target.id, ports, { parent_id: job.id });
            const data = { workload_id: workload.id, state: "AVAILABLE", problems: manifest.stats.problems };
            await appendEvent(
              tx,
              { type: "holdfast.backup.available", subject: ready.backup_id, project_id: project.id, data },
              ports,
            );
          },
        );
        if (ready.unknown_regions.length > 0) {
          const reason = `the policy copies to ${ready.unknown_regions.join(", ")}, and there is no such region`;
          return { state: "SUCCEEDED_WITH_WARNINGS", result: { ...result, warning: reason }, reason };
        }
        return { state: ran.problems > 0 ? "SUCCEEDED_WITH_WARNINGS" : "SUCCEEDED", result };
      });
    },
    ended: (tx, job, end) => settle(tx, job, end, ports),
  };
}

/** What the engine is told of the locks that follow, so that it locks little in vain. */
async function lockAhead(
  repository: Repository,
  backup_id: string,
  labels: BackupLabels,
  row: RepositoryRow,
  { db }: ProtectPorts,
): Promise<{ readonly lock?: LockAhead }> {
  const lock = objectLock(labels);
  if (lock === null) return {};
  const covered = await coveredPacks(repository, backup_id, lock, row, db);
  return { lock: { until_ms: lock.packs_until_ms, covered } };
}

/** How the engine opens a source that has a driver. */
function streamOf(
  source: StreamedSource,
  workload_id: string,
  {
    repository,
    backup_id,
    signal,
    group,
  }: Pick<StreamBackupOptions, "repository" | "backup_id"> & {
    readonly signal: AbortSignal;
    readonly group: GroupDetails | undefined;
  },
  sources: Sources,
): Pick<StreamBackupOptions, "kind" | "root" | "open"> {
  const driver = sources.driver(source.kind);
  return {
    kind: source.kind,
    root: driver.root(source, workload_id),
    open: (parent) => {
      const context = { ...sources, workload_id, backup_id, repository, parent, signal };
      return driver.open(source, group === undefined ? context : { ...context, group });
    },
  };
}

/** The job names its backup from the first step on. */
async function nameBackup(tx: Tx, job: JobRow, prepared: Prepared): Promise<void> {
  if (prepared.skip !== null) return;
  await tx.updateTable("jobs").set({ backup_id: prepared.backup_id }).where("id", "=", job.id).execute();
}

/** From here on the backup has a row, so that nobody has to guess what a half-made one was. */
async function announce(tx: Tx, job: JobRow, ready: Ready, row: RepositoryRow, ports: ProtectPorts): Promise<void> {
  const { project, workload, policy, region } = ready.labels;
  await tx
    .insertInto("backups")
    .values({
      id: ready.backup_id,
      project_id: project.id,
      workload_id: workload.id,
      policy_id: policy?.id ?? null,
      policy_version: policy?.version ?? null,
      repository_id: row.id,
      region_id: region.id,
      job_id: job.id,
      slot_id: job.slot_id,
      state: "CREATING",
      created_at: new Date(ports.clock.now_ms()),
    })
    // One that a host made on its own, and that could not be handed over before.
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet({ state: "CREATING", status_reason: null, job_id: job.id }),
    )
    .execute();
  const data = { workload_id: workload.id, state: "CREATING" };
  await appendEvent(
    tx,
    { type: "holdfast.backup.creating", subject: ready.backup_id, project_id: project.id, data },
    ports,
  );
}

/** Every slot ends in exactly one outcome, and a backup that failed says so. */
async function settle(tx: Tx, job: JobRow, end: JobEnd, ports: ProtectPorts): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  await settleSlots(tx, now.getTime(), job.id);
  if (job.slot_id !== null && end.error === null && end.reason !== undefined) {
    await tx.updateTable("schedule_slots").set({ reason: end.reason }).where("id", "=", job.slot_id).execute();
  }
  if (end.state === "SUCCEEDED" || end.state === "SUCCEEDED_WITH_WARNINGS") return;
  const failed = await tx
    .updateTable("backups")
    .set({ state: "FAILED", status_reason: end.status_reason, completed_at: now })
    .where("job_id", "=", job.id)
    .where("state", "=", "CREATING")
    .returning("id")
    .executeTakeFirst();
  if (failed === undefined) return;
  const data = { workload_id: job.workload_id, state: "FAILED", status_reason: end.status_reason };
  await appendEvent(
    tx,
    { type: "holdfast.backup.failed", subject: failed.id, project_id: job.project_id, data },
    ports,
  );
}
