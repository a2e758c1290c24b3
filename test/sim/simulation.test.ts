/**
 * Random work against a model for some seconds: three seeds that never change and one that nobody has seen.
 * `SIM_SEED=N [SIM_STEPS=N] node test/sim/simulation.test.ts` replays one.
 */
import test from "node:test";
import { systemRandom } from "../../src/base/index.ts";
import { simulate } from "./simulation.ts";

/** Of steps; each simulation then takes a second or two to make everything good. */
const BUDGET_MS = 12_000;
const { SIM_SEED, SIM_STEPS } = process.env;
const seeds = SIM_SEED === undefined ? [1, 2, 3, systemRandom.bytes(4).readUInt32LE()] : [Number(SIM_SEED)];

for (const seed of seeds) {
  test(`whatever happens, backups restore and damage is told: seed ${seed}`, { timeout: 600_000 }, async (t) => {
    const end_ms = performance.now() + BUDGET_MS / seeds.length;
    const replayed = SIM_SEED !== undefined;
    const report = await simulate({
      seed,
      steps_max: Number(SIM_STEPS ?? 60),
      isOver: () => !replayed && performance.now() > end_ms,
    });
    t.diagnostic(`seed ${seed}: ${JSON.stringify(report)}`);
  });
}
