import { join } from "node:path";
import { asHoldfastError, systemClock, systemRandom } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import { type Authority, lazyAuthority } from "../../control/agents/index.ts";
import { sealStoredSecrets } from "../../control/access/index.ts";
import type { OidcProvider, Seal } from "../../control/access/index.ts";
import { suppressionKind, withApplications } from "../../control/application/index.ts";
import { type LogKind, startArchiving } from "../../control/archiving/index.ts";
import { bucketKind } from "../../control/buckets/index.ts";
import { rebuildHandler } from "../../control/catalog/index.ts";
import { drillHandler } from "../../control/drill/index.ts";
import { lazySigner } from "../../control/evidence/index.ts";
import type { Signer } from "../../control/evidence/index.ts";
import { createFailpoints, listFailpoints, startRunner } from "../../control/jobs/index.ts";
import type { JobHandler, Runner } from "../../control/jobs/index.ts";
import { backupHandler, requestBackup, tidySources } from "../../control/protect/index.ts";
import {
  auditHandler,
  deleteHandler,
  holdHandler,
  sweepHandler,
  undeleteHandler,
} from "../../control/retention/index.ts";
import { recoveryDrillHandler } from "../../control/selfrecovery/index.ts";
import { restoreHandler } from "../../control/recover/index.ts";
import type { RecoverPorts } from "../../control/recover/index.ts";
import { copyHandler } from "../../control/replication/index.ts";
import { resealHandler, retireHandler, rotateHandler } from "../../control/rotation/index.ts";
import { reportHandler } from "../../control/report/index.ts";
import { createRepositories } from "../../control/repositories/index.ts";
import type { Engine, Repositories } from "../../control/repositories/index.ts";
import { createSources } from "../../control/sources/index.ts";
import { thawHandler, tierHandler } from "../../control/tiering/index.ts";
import { deepReadHandler, integrityHandler, verifyHandler } from "../../control/verification/index.ts";
import type { KeyAdmin, KeyManager } from "../../engine/keys/index.ts";
import type { Config } from "../../platform/config/index.ts";
import { openDatabase } from "../../platform/db/index.ts";
import type { Db, Readers } from "../../platform/db/index.ts";
import { createLogger } from "../../platform/log/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import { createProcessMetrics } from "../../platform/metrics/index.ts";
import type { ProcessMetrics } from "../../platform/metrics/index.ts";
import { openWakeups } from "../../platform/queue/index.ts";
import type { Wakeups } from "../../platform/queue/index.ts";
import { openTracer, silentTracer } from "../../platform/trace/index.ts";
import { adminTokenPath } from "../../protocol/index.ts";
import { startAssurance } from "./assurance.ts";
import { startGateway } from "../gateway/index.ts";
import { loadSeal, openOidc } from "./sign-in.ts";
import { keepAdminToken } from "./admin-token.ts";
import { engine as realEngine } from "./engine.ts";
import { defaultRegions, prepareInstallation } from "./first-start.ts";
import type { DefaultRegion } from "./first-start.ts";
import { lockInstance } from "./instance-lock.ts";
import { superviseKeyManager } from "./key-manager.ts";
import { installationId, layoutOf, makeFolders } from "./layout.ts";
import type { Layout } from "./layout.ts";
import { keepRecoveryKit } from "./recovery-kit.ts";
import { startScheduler } from "./scheduler.ts";
import { startSiem } from "./siem.ts";

/** Everything the rooms of the server are made of; what the API is mounted on. */
export interface ServerParts extends RecoverPorts {
  readonly db: Db;
  readonly readers: Readers;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly wakeups: Wakeups;
  readonly engine: Engine;
  readonly keys: KeyManager;
  readonly key_admin: KeyAdmin;
  readonly seal: Seal;
  readonly oidc: OidcProvider | undefined;
  /** Signs heads and reports; opened with its first use. */
  readonly signer: () => Promise<Signer>;
  /** Of agents' certificates; opened with its first use. */
  readonly authority: () => Promise<Authority>;
  readonly repositories: Repositories;
  readonly metrics: ProcessMetrics;
  readonly layout: Layout;
  readonly config: Config;
}

/** What the API is while it runs. */
export interface Mounted {
  /** e.g. `http://127.0.0.1:7440`; null when nothing listens. */
  readonly url: string | null;
  close(): Promise<void>;
}

export interface StartServerOptions {
  readonly config: Config;
  /** Puts the API onto the server's parts and starts listening. */
  readonly mountApi?: (parts: ServerParts) => Promise<Mounted>;
  /** Folder of the key manager; by default beside the data folder. */
  readonly keys_dir?: string;
  /** Regions of a first start; by default two folders in the data folder. */
  readonly regions?: readonly DefaultRegion[];
  /** `name` or `name:n` of the failpoint at which the process kills itself. */
  readonly failpoint?: string;
  readonly log?: Logger;
  readonly engine?: Engine;
}

export interface RunningServer {
  readonly url: string | null;
  /** Where agents connect to; null when nothing listens for them. */
  readonly agents_url: string | null;
  /** Only at the very first start: shown once, and never again. */
  readonly admin_token: string | undefined;
  /** Path of the recovery kit, at the very first start: to be printed. */
  readonly recovery_kit: string | undefined;
  readonly parts: ServerParts;
  /**
   * Aborts, with DATABASE_LOST as reason, when the embedded PostgreSQL ended by itself. Whoever runs the server closes
   * it then and ends with an error, so that a supervisor starts it again.
   */
  readonly lost: AbortSignal;
  /** Stops taking work, lets running jobs end for a while, hands the others back, and ends everything it started. */
  close(): Promise<void>;
}

/** In the data folder. */
const RECOVERY_KIT = "recovery-kit.txt";
/** How long a stopping server waits for jobs to end before it hands them back to the queue. */
export const DRAIN_MS = 20_000;

/**
 * Starts the server: key manager, database, job runner, scheduler and API, in that order; everything that was started
 * is stopped again when a later part fails.
 * @throws SERVER_ALREADY_RUNNING, SERVER_FOLDER_UNUSABLE, DATABASE_*, KEY_*, REGION_MISMATCH
 */
export async function startServer(options: StartServerOptions): Promise<RunningServer> {
  const { config } = options;
  const [clock, random] = [systemClock, systemRandom];
  const layout = layoutOf(config.data_dir, options.keys_dir);
  const log =
    options.log ?? createLogger({ ...config.log, ...(config.log.file === undefined ? {} : { to: config.log.file }) });
  const stops: (() => Promise<void>)[] = [];
  const close = once(async () => {
    for (const stop of stops.reverse()) {
      // One part that does not stop must not keep the others from stopping.
      await stop().catch((error: unknown) =>
        log.error({ error: asHoldfastError(error) }, "a part did not stop cleanly"),
      );
    }
  });

  try {
    await makeFolders(layout);
    const lock = await lockInstance(layout.lock_path);
    stops.push(() => lock.release());
    const location =
      config.database_url === undefined ? { embedded: { dir: layout.db_dir } } : { url: config.database_url };
    // Neither needs the other, and both take their time.
    const [key_manager, database] = await allStarted([
      superviseKeyManager(layout, { log, clock, vault_file: config.keys.vault }).then(
        (it) => (stops.push(() => it.stop()), it),
      ),
      openDatabase(location, { log, clock, random }).then((it) => (stops.push(() => it.close()), it)),
    ]);
    const { keys, key_admin } = key_manager;
    const { db, readers } = database;
    const wakeups = await openWakeups(database.connection, { log, clock });
    stops.push(() => wakeups.close());

    const engine = options.engine ?? realEngine;
    const repositories = createRepositories({ db, engine, keys, key_admin, clock, random });
    const parts: ServerParts = {
      db,
      readers,
      clock,
      random,
      log,
      wakeups,
      engine,
      keys,
      key_admin,
      seal: await loadSeal(layout, config, random),
      oidc: await openOidc(config),
      signer: lazySigner({ db, clock, random, keys, key_admin }),
      authority: lazyAuthority({ db, clock, random, keys, key_admin }),
      repositories,
      sources: createSources({ clock, random, log }),
      metrics: createProcessMetrics({ node: true }),
      layout,
      config,
      restore_dir: layout.restore_dir,
      forbidden_dirs: forbiddenDirs(layout),
    };
    await prepareInstallation(options.regions ?? defaultRegions(layout), parts);
    const sealed = await sealStoredSecrets(db, parts.seal);
    if (sealed > 0) log.info({ secrets: sealed }, "secrets of second factors were sealed");
    const admin_token = await keepAdminToken(db, adminTokenPath(layout.data_dir), parts);
    const recovery_kit = await keepRecoveryKit(db, join(layout.data_dir, RECOVERY_KIT), parts);

    // Beside everything else: a monitor serves one client at a time, so it cannot get between a backup's steps.
    void tidySources(db, parts.sources).catch((error: unknown) => log.warn({ err: error }, "sources were not tidied"));
    for (const runner of await startJobs(parts, options, await installationId(layout, random))) {
      stops.push(() => runner.drain(DRAIN_MS));
    }
    const { host, port, uploads } = config.agents;
    const ports = { ...parts, version: "server", direct: uploads === "direct" };
    const gateway = port === undefined ? undefined : await startGateway(ports, { host, port });
    if (gateway !== undefined) stops.push(() => gateway.close());
    const scheduler = startScheduler(config.schedule.tick_seconds * 1000, { ...parts, history: config.history });
    stops.push(() => scheduler.stop());
    const logs = {
      ...parts,
      secret: parts.sources.secret,
      backUp: async (workload: string) => {
        await requestBackup(db, { workload }, parts);
      },
    };
    const holder = `${process.pid}-${random.bytes(4).toString("hex")}`;
    const archiving = startArchiving(holder, logs, [suppressionKind(logs) as LogKind, bucketKind(logs) as LogKind]);
    stops.push(() => archiving.stop());
    const assurance = startAssurance(parts);
    stops.push(() => assurance.stop());
    const siem = startSiem(parts);
    stops.push(() => siem.stop());
    const mounted = await options.mountApi?.(parts);
    if (mounted !== undefined) stops.push(() => mounted.close());
    const agents_url = gateway?.url ?? null;
    log.info({ data_dir: layout.data_dir, url: mounted?.url ?? null, agents_url }, "server ready");
    return { url: mounted?.url ?? null, agents_url, admin_token, recovery_kit, parts, lost: database.lost, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Every kind of job this server runs. */
export function jobHandlers(parts: ServerParts): JobHandler[] {
  return [
    backupHandler(parts),
    copyHandler(parts),
    verifyHandler(parts),
    deepReadHandler(parts),
    integrityHandler(parts),
    withApplications(restoreHandler(parts), parts),
    rebuildHandler(parts),
    deleteHandler(parts),
    undeleteHandler(parts),
    sweepHandler(parts),
    holdHandler(parts),
    rotateHandler(parts),
    resealHandler(parts),
    retireHandler(parts),
    tierHandler(parts),
    thawHandler(parts),
    auditHandler(parts),
    drillHandler(parts),
    recoveryDrillHandler(parts),
    reportHandler(parts),
  ];
}

/** Names for `failpoint`, in the order in which a job passes them. */
export function failpointNames(parts: ServerParts): string[] {
  return listFailpoints(jobHandlers(parts));
}

/** Two kinds of slots: for what this process does, and for what hosts do while it waits. */
export async function startJobs(
  parts: ServerParts,
  options: Pick<StartServerOptions, "failpoint">,
  installation: string,
): Promise<Runner[]> {
  const { config, db, clock, random, wakeups, log } = parts;
  const handlers = jobHandlers(parts);
  const { endpoint } = config.tracing;
  const tracer = endpoint === undefined ? silentTracer : await openTracer({ endpoint, instance: installation }, parts);
  const common = {
    db,
    clock,
    random,
    wakeups,
    log,
    tracer,
    handlers,
    failpoints: createFailpoints(options.failpoint, handlers, () => process.kill(process.pid, "SIGKILL")),
    owner: { installation, process: `${process.pid}-${random.bytes(4).toString("hex")}` },
  };
  const source_max = config.jobs.per_source;
  const { concurrency } = config.agents;
  return [
    // Runners stop last one first: what waits is sent when no job tells of itself any more.
    { active: 0, drain: () => tracer.close() },
    await startRunner({
      ...common,
      slots: config.jobs.concurrency,
      limits: { region_max: config.jobs.per_region, source_max },
    }),
    await startRunner({
      ...common,
      for_agents: true,
      slots: concurrency,
      limits: { region_max: concurrency, source_max },
    }),
  ];
}

/** The data folder but for `restores/`, which is there to be restored into. */
export function forbiddenDirs(layout: Layout): string[] {
  const { db_dir, run_dir, token_dir, log_dir, regions_dir, keys_dir } = layout;
  return [db_dir, run_dir, token_dir, log_dir, regions_dir, keys_dir];
}

/** Like Promise.all, but a failure waits for the others, so that what they started is known and can be stopped. */
async function allStarted<A, B>(starting: readonly [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled(starting);
  return Promise.all(starting);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
