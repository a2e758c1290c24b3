import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { asHoldfastError, hasCode } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { Progress } from "../../engine/pipeline/index.ts";
import { identityFiles } from "../../engine/store/index.ts";
import type { AgentTask, StandingOrder } from "../../protocol/index.ts";
import { openApi, type ServerApi } from "./api.ts";
import { type AgentConfig, readAgentConfig } from "./config.ts";
import { renewalRequest } from "./enroll.ts";
import { hostError } from "./errors.ts";
import { type AgentPlace, readIdentity, type StoredIdentity, thisHost, writeCertificate } from "./identity.ts";
import { setManners } from "./manners.ts";
import { Spool } from "./spool.ts";
import { type AgentLog, backUpOffline, openGateway, runTask } from "./tasks.ts";

export interface DaemonOptions {
  readonly place: AgentPlace;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: AgentLog;
  /** Ends it: what is under way is given up, and taken up by the next start. */
  readonly signal: AbortSignal;
  /** How long a poll waits; shorter in tests. */
  readonly wait_seconds?: number;
}

const WAIT_SECONDS = 25;
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 30_000;
const PROGRESS_EVERY_MS = 1_000;
/** Renewed when half of its time is over; then looked at again. */
const RENEW_CHECK_MS = 3_600_000;
/** The server answers no more, and will not: no use in going on. */
const FINAL = ["AGENT_UNKNOWN", "AGENT_REVOKED", "AGENT_PROTOCOL_OLD"];

interface Working {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * Runs the agent until it is stopped: asks for work, does it, tells what came of it.
 * @throws AGENT_NOT_ENROLLED, AGENT_CONFIG_INVALID, AGENT_REVOKED, AGENT_UNKNOWN, AGENT_PROTOCOL_OLD
 */
export async function runAgent(options: DaemonOptions): Promise<void> {
  const identity = await readIdentity(options.place.dir);
  const config = await readAgentConfig(options.place.config_dir);
  await setManners(config, options.log);
  const api = await openApi(options.place.dir, identity);
  const daemon = new Daemon(options, identity, config, api);
  try {
    await daemon.open();
    await daemon.run();
  } finally {
    await daemon.stop();
    api.close();
  }
}

class Daemon {
  readonly #o: DaemonOptions;
  readonly #identity: StoredIdentity;
  readonly #config: AgentConfig;
  #api: ServerApi;
  readonly #working = new Map<string, Working>();
  #renewal_ms = Number.NEGATIVE_INFINITY;
  readonly #spool: Spool;
  #heard_ms: number;

  constructor(options: DaemonOptions, identity: StoredIdentity, config: AgentConfig, api: ServerApi) {
    this.#o = options;
    this.#identity = identity;
    this.#config = config;
    this.#api = api;
    this.#spool = new Spool(options.place.dir, options);
    this.#heard_ms = options.clock.monotonic_ms();
  }

  open(): Promise<void> {
    return this.#spool.open();
  }

  async run(): Promise<void> {
    const { signal, clock, log } = this.#o;
    log("info", "agent started", { agent: this.#identity.name, server: this.#identity.server });
    let backoff_ms = BACKOFF_MIN_MS;
    while (!signal.aborted) {
      try {
        await this.#turn();
        backoff_ms = BACKOFF_MIN_MS;
      } catch (thrown) {
        if (signal.aborted) return;
        const error = asHoldfastError(thrown);
        if (FINAL.includes(error.code)) throw error;
        log("warn", `the server does not answer: ${error.message}`, { code: error.code });
        await this.#alone();
        await clock.sleep(backoff_ms, signal).catch(() => undefined); // stopped
        backoff_ms = Math.min(backoff_ms * 2, BACKOFF_MAX_MS);
      }
    }
  }

  async stop(): Promise<void> {
    for (const { abort } of this.#working.values()) {
      abort.abort(hostError("AGENT_STOPPING", "the agent was stopped"));
    }
    await Promise.allSettled([...this.#working.values()].map(({ done }) => done));
  }

  async #turn(): Promise<void> {
    const { version, signal, wait_seconds = WAIT_SECONDS } = this.#o;
    await this.#renewInTime();
    const running = [...this.#working.keys()];
    const free = Math.max(0, this.#config.tasks - running.length);
    const offline = this.#spool.runs.map(({ region_id: _, ...run }) => run);
    const wants_orders = !this.#spool.ready;
    const request = { version, hostname: thisHost(), running, free, offline, wants_orders, wait_seconds };
    const { tasks, canceled, key_manager, orders, adopted } = await this.#api.poll(request, signal);
    this.#heard_ms = this.#o.clock.monotonic_ms();
    await this.#spool.forget(adopted);
    for (const id of canceled) {
      this.#working.get(id)?.abort.abort(hostError("AGENT_CANCELED", `task ${id} was called off`));
    }
    for (const task of tasks) if (!this.#working.has(task.id)) this.#begin(task, key_manager);
    if (orders !== null) await this.#takeOrders(orders, key_manager);
  }

  /** What it cannot prepare for now it prepares for with the next orders. */
  async #takeOrders(orders: readonly StandingOrder[], key_manager: string): Promise<void> {
    const ports = { ...this.#o, identity: this.#identity, config: this.#config };
    const keysOf = (region_id: string) => this.#api.keys(region_id, key_manager);
    await this.#spool
      .prepare(orders, key_manager, keysOf, (region_id) => openGateway(region_id, ports))
      .catch((error: unknown) => this.#o.log("warn", `not ready to go on alone: ${asHoldfastError(error).message}`));
  }

  /** Keeps to the orders while the server does not answer, one backup after the other. */
  async #alone(): Promise<void> {
    const { clock, signal, place, log } = this.#o;
    const { alone_after_seconds } = this.#config;
    if (clock.monotonic_ms() - this.#heard_ms < alone_after_seconds * 1000 || this.#working.size > 0) return;
    for (const order of this.#spool.due()) {
      if (signal.aborted) return;
      const ports = { spool: this.#spool, clock, config: this.#config, place, log };
      await backUpOffline(order, signal, ports).catch((error: unknown) => {
        const { code, message } = asHoldfastError(error);
        log("error", `no backup without the server: ${message}`, { code, workload_id: order.workload_id });
      });
    }
  }

  #begin(task: AgentTask, key_manager: string): void {
    const abort = new AbortController();
    const done = this.#do(task, key_manager, abort)
      .catch((error: unknown) => this.#o.log("error", asHoldfastError(error).message, { task: task.id }))
      .finally(() => this.#working.delete(task.id));
    this.#working.set(task.id, { abort, done });
  }

  async #do(task: AgentTask, key_manager: string, abort: AbortController): Promise<void> {
    const { place, clock, random, log } = this.#o;
    const { signal } = abort;
    log("info", `${task.kind} started`, { task: task.id, backup_id: task.backup_id });
    const shared = { place, identity: this.#identity, config: this.#config, api: this.#api };
    const ports = { ...shared, key_manager, spool: this.#spool };
    const onProgress = this.#progressOf(task.id, abort);
    let end: object;
    try {
      end = { result: await runTask(task, { signal, onProgress }, { ...ports, clock, random, log }) };
    } catch (thrown) {
      const error = asHoldfastError(signal.aborted ? signal.reason : thrown);
      // Called off: nobody waits for it. Stopping: the next start does it.
      if (error.code === "AGENT_CANCELED" || error.code === "AGENT_STOPPING") return;
      log("warn", `${task.kind} failed: ${error.message}`, { task: task.id, code: error.code });
      end = { error: error.toJSON() };
    }
    await this.#tell(task.id, end, signal);
    log("info", `${task.kind} ended`, { task: task.id });
  }

  /** Until the server has heard it, or says that it does not want to. */
  async #tell(id: string, end: object, signal: AbortSignal): Promise<void> {
    for (let wait_ms = BACKOFF_MIN_MS; !signal.aborted; wait_ms = Math.min(wait_ms * 2, BACKOFF_MAX_MS)) {
      try {
        return await this.#api.end(id, end);
      } catch (thrown) {
        const error = asHoldfastError(thrown);
        if (error.code === "AGENT_TASK_GONE" || FINAL.includes(error.code)) throw error;
        await this.#o.clock.sleep(wait_ms, signal).catch(() => undefined); // stopped
      }
    }
  }

  #progressOf(id: string, abort: AbortController): (progress: Progress) => void {
    const { clock } = this.#o;
    let told_ms = Number.NEGATIVE_INFINITY;
    let telling = false;
    return (progress) => {
      if (telling || clock.monotonic_ms() - told_ms < PROGRESS_EVERY_MS) return;
      telling = true;
      told_ms = clock.monotonic_ms();
      this.#api
        .progress(id, progress)
        .catch((error: unknown) => {
          if (hasCode(error, "AGENT_TASK_GONE")) abort.abort(hostError("AGENT_CANCELED", `task ${id} was called off`));
        })
        .finally(() => {
          telling = false;
        });
    };
  }

  /** A certificate is renewed when half its time is over; the key stays. */
  async #renewInTime(): Promise<void> {
    const { place, clock, log } = this.#o;
    if (clock.monotonic_ms() - this.#renewal_ms < RENEW_CHECK_MS) return;
    const path = join(place.dir, identityFiles.certificate);
    const { validFrom, validTo } = new X509Certificate(await readFile(path));
    const [from_ms, to_ms] = [Date.parse(validFrom), Date.parse(validTo)];
    if (clock.now_ms() < (from_ms + to_ms) / 2) {
      this.#renewal_ms = clock.monotonic_ms();
      return;
    }
    await writeCertificate(place.dir, await this.#api.renew(await renewalRequest(place.dir)));
    // Tasks under way keep their connections, whose certificate holds for another day.
    const old = this.#api;
    this.#api = await openApi(place.dir, this.#identity);
    if (this.#working.size === 0) old.close();
    this.#renewal_ms = clock.monotonic_ms();
    log("info", "certificate renewed");
  }
}
