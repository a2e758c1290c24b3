/** Random work against a model, seed after seed, for SIM_HOURS (a quarter of an hour unless told otherwise). */
import test from "node:test";
import { systemRandom } from "../../src/base/index.ts";
import { simulate } from "./simulation.ts";

const { SIM_HOURS, HOURS } = process.env;
const hours = Number(SIM_HOURS ?? HOURS ?? 0.25);
const STEPS = 150;

test(`simulations for ${hours} hours`, { timeout: (hours + 0.2) * 3_600_000 }, async () => {
  const end_ms = performance.now() + hours * 3_600_000;
  const isOver = () => performance.now() > end_ms;
  const total = { seeds: 0, steps: 0, backups: 0, restores: 0, faults: 0, damages: 0 };
  while (!isOver()) {
    const seed = systemRandom.bytes(4).readUInt32LE();
    const report = await simulate({ seed, steps_max: STEPS, isOver });
    total.seeds++;
    for (const name of ["steps", "backups", "restores", "faults", "damages"] as const) total[name] += report[name];
    process.stdout.write(`seed ${seed}: ${JSON.stringify(report)}\n`);
  }
  process.stdout.write(`${JSON.stringify(total)}\n`);
});
