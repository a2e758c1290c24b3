/**
 * An installation that lives on a clock which runs ahead: the server's own scheduler and jobs, a day in some seconds.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { startScheduler } from "../../../src/apps/server/index.ts";
import { type Clock, systemClock } from "../../../src/base/index.ts";
import type { Region } from "../../../src/model/index.ts";
import { silentLogger } from "../../../src/platform/log/index.ts";
import type { Logger } from "../../../src/platform/log/index.ts";
import type { Installation } from "../../../src/testing/index.ts";
import { aheadMs, setAhead } from "./ahead.ts";

export const DAY_MS = 86_400_000;
/** Unlike any other wait: by it the scheduler's pause is known. */
const PAUSE_MS = 987_654;
/** For the jobs of one day, in real time. */
const PATIENCE_MS = 120_000;
const HISTORY = { jobs_days: 60, events_days: 60, audit_days: 60 };

export class Life {
  readonly #it: Installation;
  readonly #passTime: (ms: number) => Promise<void>;
  readonly #errors: unknown[] = [];
  readonly #scheduler: ReturnType<typeof startScheduler>;
  #go: () => void = () => undefined;
  #paused: () => void = () => undefined;
  #jobs_seen = "";
  /** Kinds of jobs that ended, and how. */
  readonly ended = new Map<string, number>();

  /** @param passTime tells who has a clock of his own */
  constructor(it: Installation, passTime: (ms: number) => Promise<void>) {
    this.#it = it;
    this.#passTime = passTime;
    const clock: Clock = {
      now_ms: systemClock.now_ms,
      monotonic_ms: () => systemClock.monotonic_ms() + aheadMs(),
      sleep: (ms, signal) => (ms === PAUSE_MS ? this.#pause(signal) : systemClock.sleep(ms, signal)),
    };
    const complain = (...told: unknown[]) => void this.#errors.push(told);
    const log = { ...silentLogger, error: complain, warn: complain } as unknown as Logger;
    this.#scheduler = startScheduler(PAUSE_MS, { ...it, clock, log, history: HISTORY });
  }

  #pause(signal: AbortSignal | undefined): Promise<void> {
    this.#paused();
    return new Promise((resolve) => {
      this.#go = resolve;
      signal?.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  async pass(ms: number): Promise<void> {
    setAhead(aheadMs() + ms);
    await this.#passTime(ms);
  }

  /** One look of the scheduler, and everything that it led to. Time passes for jobs that wait for theirs. */
  async turn(): Promise<void> {
    const done = new Promise<void>((resolve) => (this.#paused = resolve));
    this.#go();
    await done;
    assert.deepEqual(this.#errors, [], "the scheduler complains");
    await this.settle();
  }

  async settle(): Promise<void> {
    const deadline_ms = systemClock.monotonic_ms() + PATIENCE_MS;
    for (;;) {
      const open = await this.#it.db
        .selectFrom("jobs")
        .select(["id", "kind", "state", "run_after"])
        .where("finished_at", "is", null)
        .execute();
      if (open.length === 0) break;
      const next_ms = Math.min(...open.map(({ run_after }) => run_after.getTime()));
      const wait_ms = next_ms - systemClock.now_ms();
      if (wait_ms > 0 && open.every(({ state }) => state !== "RUNNING" && state !== "VERIFYING")) {
        await this.pass(wait_ms + 1);
      }
      assert.ok(systemClock.monotonic_ms() < deadline_ms, `jobs do not end: ${JSON.stringify(open)}`);
      await systemClock.sleep(10);
    }
    await this.#review();
  }

  /** Every job of the day ended well. */
  async #review(): Promise<void> {
    const jobs = await this.#it.db
      .selectFrom("jobs")
      .select(["id", "kind", "state", "error", "result", "status_reason"])
      .where("id", ">", this.#jobs_seen)
      .orderBy("id")
      .execute();
    for (const { id, kind, state, error, result } of jobs) {
      this.#jobs_seen = id;
      const name = `${kind} ${state}`;
      this.ended.set(name, (this.ended.get(name) ?? 0) + 1);
      const well = state === "SUCCEEDED" || (kind === "retire_key" && state === "SKIPPED");
      assert.ok(well, `${name}: ${JSON.stringify(error)} ${JSON.stringify(result)?.slice(0, 2000)}`);
    }
  }

  async stop(): Promise<void> {
    await this.#scheduler.stop();
  }
}

/** Bytes of all files of a project in a region, whatever tier they stand in, by their first folder. */
export function bytesIn(region: Region, project_id: string): Map<string, number> {
  assert.ok(region.store.kind === "fs");
  const bytes = new Map<string, number>();
  for (const tier of [".", "warm", "cold"]) {
    const root = join(region.store.path, tier, "projects", project_id);
    if (!existsSync(root)) continue;
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(root.length + 1).split("/", 1)[0] ?? "";
      bytes.set(name, (bytes.get(name) ?? 0) + statSync(path).size);
    }
  }
  return bytes;
}
