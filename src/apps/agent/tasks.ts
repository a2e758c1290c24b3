import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { Clock, Random } from "../../base/index.ts";
import type { ProgressListener } from "../../engine/pipeline/index.ts";
import { openRepository, type Repository } from "../../engine/repository/index.ts";
import { planRestore, runRestore } from "../../engine/restore/index.ts";
import { openStore } from "../../engine/store/index.ts";
import { agentSourceSchema } from "../../model/index.ts";
import { AGENT_PROTOCOL, type AgentTask } from "../../protocol/index.ts";
import type { ServerApi } from "./api.ts";
import { type AgentConfig, bandwidthOf, isBelow } from "./config.ts";
import { hostError } from "./errors.ts";
import { runHook } from "./hooks.ts";
import type { AgentPlace, StoredIdentity } from "./identity.ts";
import { backUpHere } from "./sources.ts";

/** What a task is done with. */
export interface TaskPorts {
  readonly place: AgentPlace;
  readonly identity: StoredIdentity;
  readonly config: AgentConfig;
  readonly api: ServerApi;
  readonly key_manager: string;
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
  source: agentSourceSchema.shape.source,
  hooks: agentSourceSchema.shape.hooks,
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
  const { labels, expires_at_ms, source, hooks, workload_id } = backupOrderSchema.parse(task.input);
  const { backup_id } = task;
  const about = { HOLDFAST_BACKUP_ID: backup_id, HOLDFAST_WORKLOAD_ID: workload_id };
  const seconds = config.hook_seconds;
  let hook_problem: string | undefined;
  const report = await withRepository(task.region_id, ports, async (repository) => {
    try {
      if (hooks.before !== undefined) await runHook(place.config_dir, hooks.before, about, { seconds, signal });
      const expiry = expires_at_ms === null ? {} : { expires_at_ms };
      const engine = { repository, backup_id, labels, ...expiry, clock, threads: config.threads, signal, onProgress };
      return await backUpHere(source, engine, { clock, config, config_dir: place.config_dir, workload_id });
    } finally {
      // Whatever happened: what was quieted is let go on.
      if (hooks.after !== undefined) {
        await runHook(place.config_dir, hooks.after, about, { seconds }).catch((error: unknown) => {
          hook_problem = (error as Error).message;
          ports.log("error", hook_problem);
        });
      }
    }
  });
  const { problems, files, new_bytes, stored_bytes } = report.stats;
  const told = hook_problem === undefined ? {} : { hook_problem };
  return { problems: problems + (hook_problem === undefined ? 0 : 1), files, new_bytes, stored_bytes, ...told };
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

/** The host's own repository in the region, through the server. */
async function withRepository<T>(
  region_id: string,
  { place, identity, config, api, key_manager, clock, random }: TaskPorts,
  work: (repository: Repository) => Promise<T>,
): Promise<T> {
  const bandwidth = bandwidthOf(config);
  const store_config = {
    kind: "gateway" as const,
    url: identity.server,
    place: region_id,
    identity_dir: place.dir,
    protocol: AGENT_PROTOCOL.max,
    ...(identity.proxy === undefined ? {} : { proxy: identity.proxy }),
    ...(bandwidth.length === 0 ? {} : { bandwidth }),
  };
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
