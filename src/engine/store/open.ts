import { mkdir } from "node:fs/promises";
import type { Clock, Random } from "../../base/index.ts";
import { asStoreError } from "./errors.ts";
import { faultyFileIo, injectedError, withFaults } from "./fault.ts";
import { type FaultConfig, FaultPlan, seededChance } from "./fault-plan.ts";
import { nodeFileIo } from "./fs/file-io.ts";
import { powerOf } from "./fs/power.ts";
import { PowerCutIo } from "./fs/power-cut.ts";
import { openFsStore } from "./fs/open.ts";
import { type LimitOptions, withLimit } from "./limit.ts";
import type { FsStoreConfig, ObjectStore, StoreConfig } from "./port.ts";
import { type RetryOptions, withRetry } from "./retry.ts";

/** What one S3 store is asked at a time, unless told otherwise: more connections bring no more bytes. */
const S3_LIMIT = { concurrency_max: 16, queue_max: 10_000 };

export interface OpenStoreOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Only crash tests give one. */
  readonly fault?: FaultConfig;
  readonly limit?: Omit<LimitOptions, "clock">;
  /** `false` for none; by default five attempts within a minute. */
  readonly retry?: Omit<RetryOptions, "clock" | "random"> | false;
}

/**
 * Opens the store that a config names, with faults (in tests), limit and retry around it, in this order.
 * The config is plain data: each worker thread and each process opens its own.
 * @throws STORE_UNAVAILABLE, STORE_DAMAGED, STORE_BAD_CONFIG
 */
export async function openStore(config: StoreConfig, options: OpenStoreOptions): Promise<ObjectStore> {
  const { clock, random, retry } = options;
  const fault = options.fault ?? config.fault;
  const limit = options.limit ?? (config.kind === "s3" ? S3_LIMIT : undefined);
  let store = await openBare(config, options, fault);
  if (limit !== undefined) store = withLimit(store, { ...limit, clock });
  return retry === false ? store : withRetry(store, { ...retry, clock, random });
}

async function openBare(
  config: StoreConfig,
  options: OpenStoreOptions,
  fault: FaultConfig | undefined,
): Promise<ObjectStore> {
  const { clock, random } = options;
  if (config.kind === "fs") {
    return fault === undefined ? openFsStore({ ...config, clock, random }) : openFaulty(config, options, fault);
  }
  // Loaded here only: a command or thread that works in a folder starts in half the time without a client of S3.
  const { openS3Store } = await import("./s3/store.ts");
  const store = await openS3Store({ config, clock, random });
  return fault === undefined ? store : withFaults(store, new FaultPlan(fault, { clock, errorFor: injectedError }));
}

async function openFaulty(
  config: FsStoreConfig,
  { clock, random }: OpenStoreOptions,
  fault: FaultConfig,
): Promise<ObjectStore> {
  const needsPowerCut = fault.rules.some((rule) => rule.action.kind === "power_cut");
  const chance = seededChance(fault.seed ?? 1);
  try {
    if (needsPowerCut) await mkdir(config.path, { recursive: true, mode: 0o700 });
    const powerCut = needsPowerCut ? await PowerCutIo.over(nodeFileIo, config.path) : undefined;
    const plan = new FaultPlan(fault, {
      clock,
      errorFor: injectedError,
      ...(powerCut === undefined ? {} : { powerCut: powerOf(fault, clock, (lose) => powerCut.cut(lose, chance)) }),
    });
    const io = faultyFileIo(powerCut ?? nodeFileIo, plan);
    return withFaults(await openFsStore({ ...config, clock, random, io }), plan);
  } catch (error) {
    throw asStoreError(error, `opening the store in ${config.path} with faults`, { path: config.path });
  }
}
