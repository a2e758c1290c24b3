import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { Clock, Random } from "../../base/index.ts";
import type { ProgressListener } from "../../engine/pipeline/index.ts";
import { openRepository, type Repository } from "../../engine/repository/index.ts";
import { planRestore, runRestore } from "../../engine/restore/index.ts";
import { type GatewayStoreConfig, type ObjectStore, openStore } from "../../engine/store/index.ts";
import { agentSourceSchema } from "../../model/index.ts";
import { AGENT_PROTOCOL, type AgentTask, type StandingOrder } from "../../protocol/index.ts";
import { planCopy, runCopy } from "../../engine/copy/index.ts";
import type { ServerApi } from "./api.ts";
import { type AgentConfig, bandwidthOf, isBelow } from "./config.ts";
import { hostError } from "./errors.ts";
import { runHook } from "./hooks.ts";
import type { AgentPlace, StoredIdentity } from "./identity.ts";
import { backUpHere } from "./sources.ts";
import type { Spool } from "./spool.ts";

/** What a task is done with. */
export interface TaskPorts {
  readonly place: AgentPlace;
  readonly identity: StoredIdentity;
  readonly config: AgentConfig;
  readonly api: ServerApi;
  readonly key_manager: string;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: AgentLog;
}

export type AgentLog = (level: "info" | "warn" | "error", message: string, fields?: object) => void;

const PROBLEMS_MAX = 1000;
const NOTE_ROUNDS = 10;
const NOTE_WAIT_MS = 300;

const backupOrderSchema = z.object({
  workload_id: z.string(),
  labels: z.record(z.string(), z.string()),
  expires_at_ms: z.number().nullable(),
  /** The server will lock its packs. */
  locked: z.boolean().default(false),
  source: agentSourceSchema.shape.source,
  hooks: agentSourceSchema.shape.hooks,
  /** It was made without the server, and is handed over. */
  offline: z.boolean().default(false),
});

const restoreOrderSchema = z.object({
  in_place: z.boolean(),
  path: z.string().nullable(),
  paths: z.array(z.string()),
  replace_existing: z.boolean(),
  delete_extra: z.boolean(),
});

interface Under {
  readonly signal: AbortSignal;
  readonly onProgress: ProgressListener;
}

/** Does a task, and says what came of it. @throws what went wrong */
export function runTask(task: AgentTask, under: Under, ports: TaskPorts): Promise<Readonly<Record<string, unknown>>> {
  return task.kind === "backup" ? backUp(task, under, ports) : restore(task, under, ports);
}

async function backUp(task: AgentTask, { signal, onProgress }: Under, ports: TaskPorts) {
  const { config, clock, place } = ports;
  const { labels, expires_at_ms, locked, source, hooks, workload_id, offline } = backupOrderSchema.parse(task.input);
  const { backup_id } = task;
  if (offline) return handOver(task, { signal, onProgress }, ports);
  const { done: report, hook_problem } = await withRepository(task.region_id, ports, (repository) => {
    const expiry = expires_at_ms === null ? {} : { expires_at_ms };
    const options = { repository, backup_id, labels, ...expiry, grained: locked };
    const engine = { ...options, clock, threads: config.threads, signal, onProgress };
    return withHooks(hooks, { backup_id, workload_id }, ports, signal, () =>
      backUpHere(source, engine, { clock, config, config_dir: place.config_dir, workload_id }),
    );
  });
  const { problems, files, new_bytes, stored_bytes } = report.stats;
  const told = hook_problem === undefined ? {} : { hook_problem };
  return { problems: problems + (hook_problem === undefined ? 0 : 1), files, new_bytes, stored_bytes, ...told };
}

/** Sends what the spool has of a backup; the manifest goes last, as with any copy. */
async function handOver(task: AgentTask, { signal, onProgress }: Under, ports: TaskPorts) {
  const { spool, clock, random } = ports;
  const target_store = await openGateway(task.region_id, ports);
  try {
    const keys = ports.api.keys(task.region_id, ports.key_manager);
    return await spool.use(
      task.region_id,
      async (source) => {
        const plan = await planCopy({ source, backup_id: task.backup_id, target_store, clock, random });
        const report = await runCopy(plan, { signal, onProgress });
        const { stats } = await source.readManifest(task.backup_id);
        return { problems: stats.problems, files: stats.files, stored_bytes: report.bytes_copied };
      },
      keys,
    );
  } finally {
    await target_store.close();
  }
}

/** Makes a backup that the server will hear of later. */
export async function backUpOffline(order: StandingOrder, signal: AbortSignal, ports: OfflinePorts): Promise<void> {
  const { spool, clock, config, place, log } = ports;
  const { workload_id, region_id, labels, expires_after_ms, locked } = order;
  const backup_id = spool.newBackupId();
  const made_ms = clock.now_ms();
  const source = agentSourceSchema.shape.source.parse(order.source);
  const hooks = agentSourceSchema.shape.hooks.parse(order.hooks);
  await spool.use(region_id, async (repository) => {
    const expiry = expires_after_ms === null ? {} : { expires_at_ms: made_ms + expires_after_ms };
    const options = { repository, backup_id, labels, ...expiry, grained: locked };
    const engine = { ...options, clock, threads: config.threads, signal };
    await withHooks(hooks, { backup_id, workload_id }, { config, place, log }, signal, () =>
      backUpHere(source, engine, { clock, config, config_dir: place.config_dir, workload_id }),
    );
  });
  await spool.add({ backup_id, workload_id, region_id, made_at: new Date(made_ms).toISOString() });
  log("info", "backup made without the server", { backup_id, workload_id });
}

type OfflinePorts = Pick<TaskPorts, "spool" | "clock" | "config" | "place" | "log">;

/** @returns what went wrong with the second hook, which makes no backup bad */
async function withHooks<T>(
  hooks: z.output<typeof agentSourceSchema>["hooks"],
  { backup_id, workload_id }: { readonly backup_id: string; readonly workload_id: string },
  { config, place, log }: Pick<TaskPorts, "config" | "place" | "log">,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<{ readonly done: T; readonly hook_problem?: string }> {
  const about = { HOLDFAST_BACKUP_ID: backup_id, HOLDFAST_WORKLOAD_ID: workload_id };
  const seconds = config.hook_seconds;
  let problem: string | undefined;
  let done: T;
  try {
    if (hooks.before !== undefined) await runHook(place.config_dir, hooks.before, about, { seconds, signal });
    done = await work();
  } finally {
    // Whatever happened: what was quieted is let go on.
    if (hooks.after !== undefined) {
      await runHook(place.config_dir, hooks.after, about, { seconds }).catch((error: unknown) => {
        problem = (error as Error).message;
        log("error", problem);
      });
    }
  }
  return problem === undefined ? { done } : { done, hook_problem: problem };
}

async function restore(task: AgentTask, { signal, onProgress }: Under, ports: TaskPorts) {
  const order = restoreOrderSchema.parse(task.input);
  await allowRestore(task, order.path, ports);
  return withRepository(task.region_id, ports, async (repository) => {
    if (order.in_place) {
      for (const root of (await repository.readManifest(task.backup_id)).roots) allowTarget(root.toString(), ports);
    }
    const plan = await planRestore({
      repository,
      backup_id: task.backup_id,
      target: order.path === null ? { kind: "in_place" } : { kind: "folder", path: order.path },
      ...(order.paths.length === 0 ? {} : { paths: order.paths }),
      existing: order.in_place || order.replace_existing ? "replace" : "refuse",
      delete_extra: order.delete_extra,
      clock: ports.clock,
      threads: ports.config.threads,
    });
    const { failed, warnings, backup_id: _, ...figures } = await runRestore(plan, { signal, onProgress });
    return { ...figures, failed: failed.slice(0, PROBLEMS_MAX), warnings: warnings.slice(0, PROBLEMS_MAX) };
  });
}

/** Where a restore that was asked for on this host is noted, so that it is known from one that the server began. */
export const pullNote = (dir: string, job_id: string): string => join(dir, `pull-${job_id}`);

/** @throws AGENT_RESTORE_FORBIDDEN, AGENT_PATH_FORBIDDEN */
async function allowRestore(task: AgentTask, path: string | null, ports: TaskPorts): Promise<void> {
  const note = pullNote(ports.place.dir, task.id.slice(0, task.id.indexOf(".")));
  const isNoted = () =>
    access(note).then(
      () => true,
      () => false,
    );
  let pulled = await isNoted();
  // The note is written when the server has named the job, which may be handed out before.
  for (let round = 0; !pulled && !ports.config.restore.push && round < NOTE_ROUNDS; round++) {
    await ports.clock.sleep(NOTE_WAIT_MS);
    pulled = await isNoted();
  }
  if (!pulled && !ports.config.restore.push) {
    throw hostError("AGENT_RESTORE_FORBIDDEN", "this host takes no restores that the server begins");
  }
  if (path !== null) allowTarget(path, ports);
  if (pulled) await rm(note, { force: true });
}

/** @throws AGENT_PATH_FORBIDDEN */
function allowTarget(path: string, { config }: TaskPorts): void {
  const { below } = config.restore;
  if (isBelow(path, below)) return;
  throw hostError("AGENT_PATH_FORBIDDEN", `${path} is not below ${below.join(", ")}`, { path });
}

/** The store of the host's own repository in the region, through the server. */
export function openGateway(region_id: string, ports: GatewayPorts): Promise<ObjectStore> {
  return openStore(gatewayConfig(region_id, ports), ports);
}

type GatewayPorts = Pick<TaskPorts, "place" | "identity" | "config" | "clock" | "random">;

function gatewayConfig(region_id: string, { place, identity, config }: GatewayPorts): GatewayStoreConfig {
  const bandwidth = bandwidthOf(config);
  return {
    kind: "gateway" as const,
    url: identity.server,
    place: region_id,
    identity_dir: place.dir,
    protocol: AGENT_PROTOCOL.max,
    ...(identity.proxy === undefined ? {} : { proxy: identity.proxy }),
    ...(bandwidth.length === 0 ? {} : { bandwidth }),
  };
}

/** The host's own repository in the region, through the server. */
async function withRepository<T>(
  region_id: string,
  ports: TaskPorts,
  work: (repository: Repository) => Promise<T>,
): Promise<T> {
  const { api, key_manager, clock, random } = ports;
  const store_config = gatewayConfig(region_id, ports);
  const store = await openStore(store_config, { clock, random });
  try {
    const keys = api.keys(region_id, key_manager);
    const repository = await openRepository({ store, store_config, keys, clock, random });
    try {
      return await work(repository);
    } finally {
      await repository.close();
    }
  } finally {
    await store.close();
  }
}
