import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Clock, systemClock, systemRandom } from "../../../base/index.ts";
import { LocalKeyStore, type LocalKeyStoreOptions } from "../key-store.ts";
import { setUpKeyFolder } from "../set-up.ts";

export const DAY_MS = 86_400_000;
export const ROOT_SECRET = "5a".repeat(32);

/** Time that passes only when a test says so. */
export class SteppedClock implements Clock {
  wall_ms = Date.parse("2026-05-01T00:00:00Z");
  monotonic = 0;

  now_ms(): number {
    return this.wall_ms;
  }

  monotonic_ms(): number {
    return this.monotonic;
  }

  /** Real waiting, in which this clock stands still. */
  sleep(delay_ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(delay_ms, signal);
  }

  pass(duration_ms: number): void {
    this.wall_ms += duration_ms;
    this.monotonic += duration_ms;
  }
}

/** A key folder that was set up, and is removed after the test. */
export async function createKeyFolder(t: TestContext) {
  const base = await mkdtemp(join(tmpdir(), "holdfast-keys-"));
  t.after(() => rm(base, { recursive: true, force: true }));
  const dir = join(base, "keys");
  const clock = new SteppedClock();
  const tokens: Record<string, string> = {};
  await setUpKeyFolder({
    dir,
    root_secret: ROOT_SECRET,
    root_secret_file: join(base, "unused"),
    deliver: async (list) => {
      for (const { principal, token } of list) tokens[principal] = token;
    },
    clock,
    random: systemRandom,
  });
  const open = (options: Partial<LocalKeyStoreOptions> = {}) =>
    LocalKeyStore.open({ dir, root_secret: ROOT_SECRET, clock, random: systemRandom, ...options });
  return { base, dir, clock, tokens, open };
}
