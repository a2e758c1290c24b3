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
import type { BandwidthWindow, FsStoreConfig, ObjectStore, StoreConfig } from "./port.ts";
import { type RetryOptions, withRetry } from "./retry.ts";

/** What one store over a network is asked at a time, unless told otherwise: more connections bring no more bytes. */
const REMOTE_LIMIT = { concurrency_max: 16, queue_max: 10_000 };

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
  const limit = options.limit ?? (config.kind === "fs" ? undefined : limitOf(config, clock));
  let store = await openBare(config, options, fault);
  if (limit !== undefined) store = withLimit(store, { ...limit, clock });
  return retry === false ? store : withRetry(store, { ...retry, clock, random });
}

function limitOf(config: Exclude<StoreConfig, FsStoreConfig>, clock: Clock): Omit<LimitOptions, "clock"> {
  if (config.kind === "s3" || config.bandwidth === undefined) return REMOTE_LIMIT;
  const windows = config.bandwidth;
  return { ...REMOTE_LIMIT, bytes_per_second: () => bandwidthAt(windows, new Date(clock.now_ms())) };
}

/** What may pass now; the narrowest of the windows that hold. */
function bandwidthAt(windows: readonly BandwidthWindow[], now: Date): number | undefined {
  const minute = now.getHours() * 60 + now.getMinutes();
  const rates = windows.flatMap(({ from_minute: from, to_minute: to, bytes_per_second }) => {
    const within = from <= to ? minute >= from && minute < to : minute >= from || minute < to;
    return within ? [bytes_per_second] : [];
  });
  return rates.length === 0 ? undefined : Math.min(...rates);
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
  const store = await openRemote(config, options);
  return fault === undefined ? store : withFaults(store, new FaultPlan(fault, { clock, errorFor: injectedError }));
}

/** Loaded here only: a command or thread that works in a folder starts in half the time without a client of S3. */
async function openRemote(
  config: Exclude<StoreConfig, FsStoreConfig>,
  { clock, random }: OpenStoreOptions,
): Promise<ObjectStore> {
  if (config.kind === "s3") return (await import("./s3/store.ts")).openS3Store({ config, clock, random });
  return (await import("./gateway/store.ts")).openGatewayStore(config, clock);
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
