import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { asHoldfastError, systemClock, systemRandom } from "../../base/index.ts";
import { lazyAuthority } from "../../control/agents/index.ts";
import { lazySigner } from "../../control/evidence/index.ts";
import { createRepositories } from "../../control/repositories/index.ts";
import { createSources } from "../../control/sources/index.ts";
import { connectKeyManager } from "../../engine/keyservice/index.ts";
import type { Config } from "../../platform/config/index.ts";
import { openDatabase } from "../../platform/db/index.ts";
import { createLogger } from "../../platform/log/index.ts";
import { createProcessMetrics } from "../../platform/metrics/index.ts";
import { openWakeups } from "../../platform/queue/index.ts";
import { startGateway } from "../gateway/index.ts";
import { engine } from "./engine.ts";
import { serverError } from "./errors.ts";
import { installationId, layoutOf, makeFolders } from "./layout.ts";
import { loadSeal } from "./sign-in.ts";
import { DRAIN_MS, forbiddenDirs, type ServerParts, startJobs } from "./server.ts";

export interface StartWorkerOptions {
  readonly config: Config;
  readonly keys_dir?: string;
  /** Unique among the workers of an installation; a worker that starts anew under its name takes up its own jobs. */
  readonly name?: string;
  readonly failpoint?: string;
}

export interface RunningWorker {
  readonly name: string;
  readonly agents_url: string | null;
  readonly lost: AbortSignal;
  close(): Promise<void>;
}

/**
 * A process that does jobs and nothing else, beside a server on the same PostgreSQL: any number of them. It asks the
 * server's key manager, and speaks to agents when it is given a port for them.
 * @throws WORKER_DATABASE_MISSING, WORKER_KEYS_MISSING, DATABASE_*
 */
export async function startWorker(options: StartWorkerOptions): Promise<RunningWorker> {
  const { config } = options;
  const [clock, random] = [systemClock, systemRandom];
  const layout = layoutOf(config.data_dir, options.keys_dir);
  const log = createLogger({ ...config.log, ...(config.log.file === undefined ? {} : { to: config.log.file }) });
  if (config.database_url === undefined) {
    throw serverError("WORKER_DATABASE_MISSING", "a worker needs a PostgreSQL that it shares with its server");
  }
  const stops: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        log.error({ error: asHoldfastError(error) }, "a part did not stop cleanly");
      }
    }
  };
  try {
    await makeFolders(layout);
    const asPrincipal = async (principal: string) => {
      const path = join(layout.token_dir, `${principal}.token`);
      const text = await readFile(path, "utf8").catch((cause: unknown) => {
        throw serverError("WORKER_KEYS_MISSING", `${path} cannot be read`, { path }, cause);
      });
      const client = connectKeyManager({ socket_path: layout.key_socket, token: text.trim() });
      stops.push(() => client.close());
      return client;
    };
    const [keys, key_admin] = [await asPrincipal("server"), await asPrincipal("admin")];
    const database = await openDatabase({ url: config.database_url }, { log, clock, random });
    stops.push(() => database.close());
    const { db, readers } = database;
    const wakeups = await openWakeups(database.connection, { log, clock });
    stops.push(() => wakeups.close());
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
      signer: lazySigner({ db, clock, random, keys, key_admin }),
      authority: lazyAuthority({ db, clock, random, keys, key_admin }),
      repositories: createRepositories({ db, engine, keys, key_admin, clock, random }),
      sources: createSources({ clock, random, log }),
      metrics: createProcessMetrics({ node: true }),
      layout,
      config,
      seal: await loadSeal(layout, config, random),
      oidc: undefined,
      restore_dir: layout.restore_dir,
      forbidden_dirs: forbiddenDirs(layout),
    };
    const name = options.name ?? `${hostname()}-${process.pid}`;
    const owner = `${await installationId(layout, random)}-worker-${name}`;
    for (const runner of await startJobs(parts, options, owner)) stops.push(() => runner.drain(DRAIN_MS));
    const { host, port, uploads } = config.agents;
    const ports = { ...parts, version: "worker", direct: uploads === "direct" };
    const gateway = port === undefined ? undefined : await startGateway(ports, { host, port });
    if (gateway !== undefined) stops.push(() => gateway.close());
    const agents_url = gateway?.url ?? null;
    log.info({ worker: name, agents_url }, "worker ready");
    return { name, agents_url, lost: database.lost, close };
  } catch (error) {
    await close();
    throw error;
  }
}
