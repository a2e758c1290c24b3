import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, systemRandom } from "../base/index.ts";
import { engine as realEngine } from "../apps/server/index.ts";
import { withApplications } from "../control/application/index.ts";
import { rebuildHandler } from "../control/catalog/index.ts";
import { lazySigner } from "../control/evidence/index.ts";
import { drillHandler } from "../control/drill/index.ts";
import { createProject, createRegion, createWorkload } from "../control/inventory/index.ts";
import { noFailpoints, startRunner, watchJob } from "../control/jobs/index.ts";
import type { JobHandler, Runner, RunnerOptions } from "../control/jobs/index.ts";
import { seedTemplates } from "../control/policy/index.ts";
import { backupHandler, requestBackup } from "../control/protect/index.ts";
import { restoreHandler } from "../control/recover/index.ts";
import { copyHandler } from "../control/replication/index.ts";
import { auditHandler, deleteHandler, holdHandler, sweepHandler, undeleteHandler } from "../control/retention/index.ts";
import { resealHandler, retireHandler, rotateHandler } from "../control/rotation/index.ts";
import { recoveryDrillHandler } from "../control/selfrecovery/index.ts";
import { reportHandler } from "../control/report/index.ts";
import { createRepositories } from "../control/repositories/index.ts";
import type { Engine, Repositories } from "../control/repositories/index.ts";
import { createSources, type Sources } from "../control/sources/index.ts";
import { thawHandler, tierHandler } from "../control/tiering/index.ts";
import {
  deepReadHandler,
  integrityHandler,
  requestVerification,
  verifyHandler,
} from "../control/verification/index.ts";
import { createPassphraseSlot, passphraseKeyManager } from "../engine/keys/index.ts";
import type { KeyAdmin, KeyInfo, KeyManager } from "../engine/keys/index.ts";
import type { Job, Project, Region, Workload } from "../model/index.ts";
import type { Db, Readers } from "../platform/db/index.ts";
import type { TestDatabases } from "../platform/db/testing.ts";
import { silentLogger } from "../platform/log/index.ts";
import { openWakeups } from "../platform/queue/index.ts";
import type { Wakeups } from "../platform/queue/index.ts";

/** A control plane in this process, on a real database, a real engine and folders of its own. */
export interface Installation {
  readonly dir: string;
  readonly db: Db;
  readonly readers: Readers;
  readonly clock: typeof systemClock;
  readonly random: typeof systemRandom;
  readonly log: typeof silentLogger;
  readonly wakeups: Wakeups;
  readonly engine: Engine;
  readonly keys: KeyManager;
  readonly key_admin: KeyAdmin;
  readonly repositories: Repositories;
  readonly sources: Sources;
  readonly restore_dir: string;
  readonly forbidden_dirs: readonly string[];
  readonly regions: readonly [Region, Region];
  readonly project: Project;
  /** Adds a workload that reads `paths`. */
  workload(name: string, paths: readonly string[], tags?: Readonly<Record<string, string>>): Promise<Workload>;
  /** Starts a runner for all kinds of jobs; it stops with the test. */
  run(options?: Partial<RunnerOptions>): Promise<Runner>;
  /** Waits for the job's end. */
  ended(job_id: string): Promise<Job>;
  /** Verifies a backup where it lies, and returns the job when it has ended. */
  verify(backup_id: string): Promise<Job>;
  /** Backs a workload up, by name, and returns the job when it has ended well. */
  backUp(workload: string): Promise<Job>;
}

export interface InstallationOptions {
  /** Functions of the engine to put in place of the real ones. */
  readonly engine?: Partial<Engine>;
  /** Instead of a passphrase for all. */
  readonly keys?: Pick<Installation, "keys" | "key_admin">;
  /** Of everything in it, e.g. one that is months ahead. */
  readonly clock?: typeof systemClock;
  /** Regions and keys of another installation, as after the loss of its database. */
  readonly after?: Pick<Installation, "keys" | "key_admin" | "dir">;
}

/** Everything is closed and removed with the test `t`. */
export async function installation(
  t: { after(work: () => Promise<void>): void },
  databases: TestDatabases,
  options: InstallationOptions = {},
): Promise<Installation> {
  const ports = { clock: options.clock ?? systemClock, random: systemRandom, log: silentLogger };
  const dir = await mkdtemp(join(tmpdir(), "holdfast-plane-"));
  await chmod(dir, 0o755);
  const database = await databases.create();
  const { db, readers } = database;
  const wakeups = await openWakeups(database.connection, ports);
  const engine: Engine = { ...realEngine, ...options.engine };
  const { keys, key_admin } = options.keys ?? options.after ?? oneKey();
  const repositories = createRepositories({ ...ports, db, engine, keys, key_admin });
  const runners: Runner[] = [];
  t.after(async () => {
    for (const runner of runners) await runner.drain(0);
    await wakeups.close();
    await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  const region = (name: string) =>
    createRegion(db, { name, country: "BD", store: { kind: "fs", path: join(dir, name) } }, ports);
  const lost = options.after !== undefined;
  const regions = lost ? [] : [await region("bd-dha-1"), await region("bd-ctg-1")];
  for (const each of regions) await repositories.claimRegion(each);
  await seedTemplates(db, {}, ports);
  const project = lost ? undefined : await createProject(db, { name: "acme", region: "bd-dha-1" }, ports);

  const parts = {
    ...ports,
    sources: createSources(ports),
    db,
    readers,
    wakeups,
    engine,
    keys,
    key_admin,
    repositories,
    restore_dir: join(dir, "restores"),
    forbidden_dirs: [],
  };
  const handlers: JobHandler[] = [
    backupHandler(parts),
    copyHandler(parts),
    verifyHandler(parts),
    deepReadHandler(parts),
    integrityHandler({ ...parts, signer: lazySigner(parts) }),
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
    reportHandler({ ...parts, signer: lazySigner(parts) }),
  ];
  const ended = async (job_id: string) => {
    const signal = AbortSignal.timeout(120_000);
    for await (const job of watchJob(parts, job_id, signal)) if (job.finished_at !== null) return job;
    throw new Error("unreachable: the watch ends with the job");
  };
  return {
    ...parts,
    dir,
    regions: regions as unknown as [Region, Region],
    project: project as Project,
    workload: (name, paths, tags = {}) =>
      createWorkload(
        db,
        { name, project: "acme", type: "host", source: { kind: "files", paths: [...paths] }, tags },
        ports,
      ),
    async run(more = {}) {
      const owner = { installation: `test ${runners.length}`, process: "1" };
      const runner = await startRunner({
        ...parts,
        handlers,
        failpoints: noFailpoints,
        owner,
        slots: 4,
        poll_ms: 50,
        ...more,
      });
      runners.push(runner);
      return runner;
    },
    verify: async (backup_id) => ended((await requestVerification({ backup_id }, parts)).job_id),
    async backUp(workload) {
      const job = await ended((await requestBackup(db, { workload }, ports)).job_id);
      if (job.state !== "SUCCEEDED") throw new Error(`${job.state}: ${JSON.stringify(job.error ?? job.result)}`);
      return job;
    },
    ended,
  };
}

/** A key manager with a single key, whatever is asked for. */
function oneKey(): Pick<Installation, "keys" | "key_admin"> {
  const slot = createPassphraseSlot(systemRandom);
  const keys = passphraseKeyManager({ passphrase: "correct horse battery staple", slot });
  const createKey = async (alias: string) => ({ key_id: slot.slot_id, alias }) as KeyInfo;
  return { keys, key_admin: { createKey } as unknown as KeyAdmin };
}
