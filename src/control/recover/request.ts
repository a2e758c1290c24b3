import { isAbsolute, join, resolve, sep } from "node:path";
import { newId } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { RestorePlan as EnginePlan, RestoreRequest as EngineRequest } from "../../engine/restore/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { checkTimeHeld } from "../archiving/index.ts";
import { getProject, listRegions } from "../inventory/index.ts";
import { getAgent } from "../agents/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { Engine, Repositories } from "../repositories/index.ts";
import { recoverError } from "./errors.ts";
import { sourceError, type DriverPlan, type Sources } from "../sources/index.ts";
import { driverOf, planWithDriver } from "./driver.ts";
import { requireShare } from "./share.ts";
import { chooseSource } from "./source.ts";
import type { RestoreTarget } from "./target.ts";
import type { RestoreSource } from "./source.ts";

export interface RecoverPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly engine: Engine;
  readonly repositories: Repositories;
  readonly sources: Sources;
  /** New resources without a path of their own go below this folder. */
  readonly restore_dir: string;
  /** Folders no restore may write into: the server's own. The regions' are added by themselves. */
  readonly forbidden_dirs: readonly string[];
}

export interface RestoreInput {
  readonly backup_id: string;
  /** Id or name of the region to read from; without it the backup's own, unless that is damaged. */
  readonly region?: string;
  /** Back to where it came from. */
  readonly in_place?: boolean;
  /** Absolute path of a folder. */
  readonly target_path?: string;
  /** Id or name of the agent on whose host that folder is; without it the server's. */
  readonly agent?: string;
  /** Id or name of the project the new resource belongs to; without it the backup's. */
  readonly target_project?: string;
  /** Name of the new resource, which becomes a workload of its own. */
  readonly new_name?: string;
  /** Only these paths and what is below them. */
  readonly paths?: readonly string[];
  /** Replace files that are there. In place that is what happens anyway. */
  readonly replace_existing?: boolean;
  /** Also delete files that the backup does not have. */
  readonly delete_extra?: boolean;
  /** What the source's driver understands: a target time, whether to start what was restored … */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Why a backup that did not verify is restored all the same. Whoever passes it on has seen to it that they may. */
  readonly override?: string;
  /** The workload's name, typed by whoever has seen what will be overwritten. */
  readonly confirm?: string;
}

export interface RestorePreview {
  readonly backup_id: string;
  readonly region: string;
  readonly copy_id: string | null;
  readonly mode: "in_place" | "new_resource" | "path";
  readonly target: string;
  readonly files: number;
  readonly directories: number;
  readonly others: number;
  readonly bytes: number;
  readonly overwrites: readonly string[];
  readonly overwrites_total: number;
  readonly deletes: readonly string[];
  readonly deletes_total: number;
  /** What will happen beside the files, a sentence each. */
  readonly notes: readonly string[];
  /** What must be given as `confirm` before this may run; null when nothing that exists is touched. */
  readonly confirm_with: string | null;
}

/** Somebody waits for the data. */
const RETRY_BACKOFF_MS = 5_000;

/**
 * What a restore would do; nothing is written.
 * @throws BACKUP_UNKNOWN, RESTORE_TARGET_MISSING, RESTORE_SOURCE_DAMAGED, RESTORE_TARGET_EXISTS and others of the
 * engine
 */
export async function previewRestore(input: RestoreInput, ports: RecoverPorts): Promise<RestorePreview> {
  return (await plan(input, ports)).preview;
}

/**
 * Enqueues a restore. Where something that exists would be overwritten or deleted, `confirm` must be the workload's
 * name.
 * @throws as {@link previewRestore}, RESTORE_NOT_CONFIRMED
 */
export async function requestRestore(
  input: RestoreInput,
  ports: RecoverPorts,
): Promise<{ readonly restore_id: string; readonly job_id: string; readonly preview: RestorePreview }> {
  const { preview, source, target } = await plan(input, ports);
  if (preview.confirm_with !== null && input.confirm !== preview.confirm_with) {
    const what = `${preview.overwrites_total} existing files in ${preview.target} would be overwritten and ${preview.deletes_total} deleted`;
    throw recoverError("RESTORE_NOT_CONFIRMED", `${what}; confirm with the name ${preview.confirm_with}`, {
      confirm_with: preview.confirm_with,
      overwrites_total: preview.overwrites_total,
      deletes_total: preview.deletes_total,
      overwrites: preview.overwrites.slice(0, 20),
    });
  }
  const { backup } = source;
  const restore_id = newId("rst", ports.clock, ports.random);
  return withTransaction(ports.db, async (tx) => {
    const { job_id } = await enqueueJob(
      tx,
      {
        kind: "restore",
        project_id: backup.project_id,
        workload_id: backup.workload_id,
        backup_id: backup.id,
        input: {
          restore_id,
          region_id: source.region_id,
          in_place: target.kind === "in_place",
          ...(target.agent_id === undefined ? {} : { agent_id: target.agent_id }),
        },
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
        copy_id: source.copy_id,
        project_id: backup.project_id,
        workload_id: backup.workload_id,
        region_id: source.region_id,
        mode: preview.mode,
        target: JSON.stringify(target),
        paths: JSON.stringify(input.paths ?? []),
        created_at: new Date(ports.clock.now_ms()),
      })
      .execute();
    if (source.damaged) {
      const data = { backup_id: backup.id, region: source.region_name, reason: input.override ?? null };
      const { project_id } = backup;
      await appendEvent(tx, { type: "holdfast.restore.overridden", subject: restore_id, project_id, data }, ports);
    }
    return { restore_id, job_id, preview };
  });
}

async function plan(
  input: RestoreInput,
  ports: RecoverPorts,
): Promise<{ preview: RestorePreview; source: RestoreSource; target: RestoreTarget }> {
  const { db } = ports;
  const source = await chooseSource(db, input.backup_id, input.region, { read_damaged: input.override !== undefined });
  if (input.override !== undefined && !source.damaged)
    throw recoverError("RESTORE_OVERRIDE_NEEDLESS", `backup ${input.backup_id} is good in ${source.region_name}`);
  const { backup } = source;
  const chosen = await chooseTarget(input, source, ports);
  const workload = await db
    .selectFrom("workloads")
    .select("name")
    .where("id", "=", backup.workload_id)
    .executeTakeFirstOrThrow();
  const row = await ports.repositories.find(backup.project_id, source.region_id);
  const { engine_plan, by_driver, target } = await ports.repositories.use(row, async (repository) => {
    if (chosen.agent_id !== undefined) return planForHost(repository, backup.id, chosen, input, ports);
    const driver = await driverOf(repository, backup.id, input.paths ?? [], ports);
    const options = driver?.checkOptions(input.options) ?? refuseOptions(input.options);
    const target = { ...chosen, options };
    await requireShare(await repository.readManifest(backup.id), target, ports.clock);
    await checkTimeHeld(db, repository, backup, options["to_time"]);
    const by_driver = driver === undefined ? undefined : await planWithDriver(driver, target, "", ports);
    const folder = target.kind === "in_place" && driver !== undefined ? { ...target, path: NOWHERE } : target;
    const request = engineRequest(repository, backup.id, folder, input.paths ?? [], ports.clock);
    return { engine_plan: await ports.engine.planRestore(request), by_driver, target };
  });
  const preview = toPreview(engine_plan, input, source, target, workload.name, by_driver);
  return { preview, source, target };
}

/** A folder that does not exist: the plan of a restore whose files go where only their driver knows. */
const NOWHERE = "/nonexistent/holdfast";

/** A tree of files is told all there is to tell by the other fields. */
function refuseOptions(options: RestoreInput["options"]): Readonly<Record<string, unknown>> {
  const [unknown] = Object.keys(options ?? {});
  if (unknown === undefined) return {};
  throw sourceError("RESTORE_OPTION_UNKNOWN", `a restore of files has no option ${unknown}`, { option: unknown });
}

/** The engine's request for a restore as it is recorded. */
export function engineRequest(
  repository: EngineRequest["repository"],
  backup_id: string,
  target: RestoreTarget,
  paths: readonly string[],
  clock: Clock,
): EngineRequest {
  return {
    repository,
    backup_id,
    target: target.path === null ? { kind: "in_place" } : { kind: "folder", path: target.path },
    ...(paths.length === 0 ? {} : { paths }),
    existing: target.replace_existing ? "replace" : "refuse",
    delete_extra: target.delete_extra,
    clock,
  };
}

/** What a host has lying where the files go is only seen there: the plan counts what will be written. */
async function planForHost(
  repository: EngineRequest["repository"],
  backup_id: string,
  target: RestoreTarget,
  input: RestoreInput,
  ports: RecoverPorts,
) {
  refuseOptions(input.options);
  const nowhere: RestoreTarget = { ...target, kind: "folder", path: NOWHERE, replace_existing: false };
  const request = engineRequest(repository, backup_id, nowhere, input.paths ?? [], ports.clock);
  const plan = await ports.engine.planRestore({ ...request, delete_extra: false });
  const { name } = await getAgent(ports.db, target.agent_id ?? "");
  const place = target.path ?? "where it came from";
  const existing = target.replace_existing ? "are replaced" : "are left, and the restore is refused";
  const by_driver = { notes: [`It is written on the host of agent ${name}; files that exist there ${existing}.`] };
  return { engine_plan: { ...plan, target_description: `${name}:${place}` }, by_driver, target };
}

/** The agent whose host is meant: the one named, or in place that of the workload. @throws RESTORE_AGENT_FOREIGN */
async function chooseAgent(input: RestoreInput, { backup }: RestoreSource, { db }: RecoverPorts) {
  const workload = await db
    .selectFrom("workloads")
    .select("source")
    .where("id", "=", backup.workload_id)
    .executeTakeFirst();
  const own = workload?.source.kind === "agent" ? workload.source.agent : undefined;
  const named = input.agent ?? (input.in_place === true ? own : undefined);
  if (named === undefined) return undefined;
  const agent = await getAgent(db, named);
  if (agent.project_id === backup.project_id) return agent;
  const message = `backup ${backup.id} is not one of agent ${agent.name}`;
  throw recoverError("RESTORE_AGENT_FOREIGN", message, { backup_id: backup.id, agent: agent.name });
}

async function chooseTarget(input: RestoreInput, source: RestoreSource, ports: RecoverPorts): Promise<RestoreTarget> {
  const { backup } = source;
  const agent = await chooseAgent(input, source, ports);
  const project_id =
    input.target_project === undefined ? backup.project_id : (await getProject(ports.db, input.target_project)).id;
  if (input.new_name !== undefined) await refuseProjectOfAgent(project_id, source, ports);
  const common = {
    project_id,
    delete_extra: input.delete_extra ?? false,
    new_name: input.new_name ?? null,
    options: {},
    ...(agent === undefined ? {} : { agent_id: agent.id }),
  };
  if (input.in_place === true) return { ...common, kind: "in_place", path: null, replace_existing: true };
  const path =
    input.target_path ??
    (input.new_name === undefined ? undefined : join(ports.restore_dir, project_id, input.new_name));
  if (path === undefined || !isAbsolute(path)) {
    const message = path === undefined ? "the restore names no target" : `the target ${path} is no absolute path`;
    throw recoverError("RESTORE_TARGET_MISSING", message, { backup_id: backup.id });
  }
  const absolute = resolve(path);
  if (agent === undefined) await refuseOwnFolders(absolute, ports);
  return { ...common, kind: "folder", path: absolute, replace_existing: input.replace_existing ?? false };
}

/** A new resource becomes a workload of its project: known at the end only, it would stand there as nobody's. */
async function refuseProjectOfAgent(project_id: string, { backup }: RestoreSource, { db }: RecoverPorts) {
  const agent = await db.selectFrom("agents").select("name").where("project_id", "=", project_id).executeTakeFirst();
  if (agent === undefined) return;
  const message = `the project of the new resource is that of agent ${agent.name} alone`;
  throw recoverError("RESTORE_PROJECT_OF_AGENT", message, { backup_id: backup.id, agent: agent.name });
}

/** A restore into a region's storage or into the server's own data would destroy what it is there to save. */
async function refuseOwnFolders(path: string, ports: RecoverPorts): Promise<void> {
  const regions = (await listRegions(ports.db)).flatMap(({ store }) => (store.kind === "fs" ? [store.path] : []));
  for (const dir of [...ports.forbidden_dirs, ...regions].map((each) => resolve(each))) {
    if (path === dir || path.startsWith(dir + sep) || dir.startsWith(path === sep ? sep : path + sep)) {
      throw recoverError("RESTORE_TARGET_FORBIDDEN", `${path} lies in, or holds, ${dir}`, { path, dir });
    }
  }
}

const DAMAGED_NOTE = "The backup did not verify: what is damaged is left out and named, everything else is restored.";

function toPreview(
  engine_plan: EnginePlan,
  input: RestoreInput,
  source: RestoreSource,
  target: RestoreTarget,
  workload_name: string,
  by_driver: DriverPlan | undefined,
): RestorePreview {
  const overwrites = [...(by_driver?.overwrites ?? []), ...engine_plan.overwrites];
  const overwrites_total = (by_driver?.overwrites?.length ?? 0) + engine_plan.overwrites_total;
  const unseen = target.agent_id !== undefined && (target.replace_existing || target.delete_extra);
  const touches = target.kind === "in_place" || unseen || overwrites_total > 0 || engine_plan.deletes_total > 0;
  return {
    backup_id: source.backup.id,
    region: source.region_name,
    copy_id: source.copy_id,
    mode: (input.paths ?? []).length > 0 ? "path" : target.kind === "in_place" ? "in_place" : "new_resource",
    target:
      by_driver !== undefined && target.kind === "in_place" && target.agent_id === undefined
        ? "where it came from"
        : engine_plan.target_description,
    files: engine_plan.files,
    directories: engine_plan.directories,
    others: engine_plan.others,
    bytes: engine_plan.bytes,
    overwrites,
    overwrites_total,
    deletes: engine_plan.deletes,
    deletes_total: engine_plan.deletes_total,
    notes: [...(source.damaged ? [DAMAGED_NOTE] : []), ...(by_driver?.notes ?? [])],
    confirm_with: touches ? workload_name : null,
  };
}
