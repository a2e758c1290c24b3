import type { Clock } from "../../base/index.ts";
import type { StoreOperation } from "./operation.ts";

/** What a rule can hang on: calls to the store, or the system calls the filesystem store makes for them. */
export type FaultPoint =
  | StoreOperation
  | "file.create"
  | "file.write"
  | "file.datasync"
  | "file.link"
  | "file.rename"
  | "file.unlink"
  | "file.mkdir"
  | "file.sync_folder";

export type FaultAction =
  /** Fails as the operating system would. */
  | { readonly kind: "error"; readonly errno: "ENOSPC" | "EDQUOT" | "EIO" | "ETIMEDOUT" | "EACCES" | "EROFS" }
  /** `file.write` only: this many bytes are written and reported as such. */
  | { readonly kind: "short_write"; readonly bytes: number }
  | { readonly kind: "delay"; readonly delay_ms: number }
  /** SIGKILL to this whole process. */
  | { readonly kind: "kill" }
  /**
   * Everything this store was not told to sync is gone: `lose: "all"` of it, or by the seed `"some"`. Then the process
   * is killed, or the store answers EIO for ever.
   */
  | { readonly kind: "power_cut"; readonly lose: "all" | "some"; readonly then: "kill" | "fail" };

export interface FaultRule {
  readonly on: FaultPoint;
  /** Default `before`. */
  readonly when?: "before" | "after";
  /** Counts only calls whose key (or path, for `file.*`) contains this. */
  readonly where?: string;
  /** Strikes at the n-th matching call, counted from 1 in each opened store (or machine). Without it: at every call. */
  readonly nth?: number;
  /** Strikes this many calls in a row; default 1 with `nth`, else no limit. */
  readonly times?: number;
  /** Strikes only by this chance, drawn from the seed. */
  readonly probability?: number;
  readonly action: FaultAction;
}

/** Plain data, so that a test hands it to another process or thread. Same config, same calls: same faults. */
export interface FaultConfig {
  readonly seed?: number;
  readonly rules: readonly FaultRule[];
  /** Makes one machine of all stores opened from this config in one process, those of worker threads too. */
  readonly machine?: FaultMachine;
}

/** What stores that fail together share. */
export interface FaultMachine {
  /** No other machine of the process has this name. */
  readonly name: string;
  /** Int32: the calls each rule has seen in all stores, then how many stores are powered, then how many were cut. */
  readonly calls: SharedArrayBuffer;
}

export function faultMachine(name: string, rules: readonly FaultRule[]): FaultMachine {
  return { name, calls: new SharedArrayBuffer(4 * (rules.length + 2)) };
}

export interface FaultPlanOptions {
  readonly clock: Clock;
  /** Makes an injected operating system error into whatever the caller of this point expects. */
  errorFor(errno: string, point: FaultPoint, where: string): Error;
  /** Loses what is not durable; absent where nothing is ever durable. */
  powerCut?(lose: "all" | "some"): Promise<void>;
}

/** Decides, call by call, what goes wrong. */
export class FaultPlan {
  readonly #rules: readonly FaultRule[];
  readonly #calls: Int32Array;
  readonly #chance: () => number;
  readonly #options: FaultPlanOptions;

  constructor(config: FaultConfig, options: FaultPlanOptions) {
    this.#rules = config.rules;
    this.#calls = new Int32Array(config.machine?.calls ?? faultMachine("", config.rules).calls);
    this.#chance = seededChance(config.seed ?? 1);
    this.#options = options;
  }

  /** Runs one call with whatever is planned before and after it. */
  async around<T>(point: FaultPoint, where: string, run: () => Promise<T>): Promise<T> {
    await this.#strike(this.#due(point, "before", where), point, where);
    const result = await run();
    await this.#strike(this.#due(point, "after", where), point, where);
    return result;
  }

  /** As {@link around} for a write, which may also be told to be short. */
  async aroundWrite<T>(where: string, run: (bytes_max: number | undefined) => Promise<T>): Promise<T> {
    const due = this.#due("file.write", "before", where);
    await this.#strike(due, "file.write", where);
    const short = due.find((action) => action.kind === "short_write");
    const result = await run(short?.bytes);
    await this.#strike(this.#due("file.write", "after", where), "file.write", where);
    return result;
  }

  #due(point: FaultPoint, when: "before" | "after", where: string): FaultAction[] {
    const due: FaultAction[] = [];
    for (const [number, rule] of this.#rules.entries()) {
      if (rule.on !== point || (rule.when ?? "before") !== when) continue;
      if (rule.where !== undefined && !where.includes(rule.where)) continue;
      const call = Atomics.add(this.#calls, number, 1) + 1;
      const first = rule.nth ?? 1;
      const times = rule.times ?? (rule.nth === undefined ? Number.POSITIVE_INFINITY : 1);
      if (call < first || call >= first + times) continue;
      if (rule.probability !== undefined && this.#chance() >= rule.probability) continue;
      due.push(rule.action);
    }
    return due;
  }

  async #strike(actions: readonly FaultAction[], point: FaultPoint, where: string): Promise<void> {
    for (const action of actions) {
      if (action.kind === "delay") await this.#options.clock.sleep(action.delay_ms);
      else if (action.kind === "error") throw this.#options.errorFor(action.errno, point, where);
      else if (action.kind === "kill") await killThisProcess();
      else if (action.kind === "power_cut") {
        await this.#options.powerCut?.(action.lose);
        if (action.then === "kill") await killThisProcess();
        throw this.#options.errorFor("EIO", point, where);
      }
    }
  }
}

/** SIGKILL takes effect at some later instruction; nothing may follow it. */
function killThisProcess(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => undefined);
}

/** mulberry32: a small generator whose only virtue is that a seed replays it. */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
