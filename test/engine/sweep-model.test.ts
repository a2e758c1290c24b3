/** A few random steps of the model; SWEEP_SEED and SWEEP_STEPS replay. test/long/sweep-model.long.ts takes many. */
import test from "node:test";
import { random } from "./world.ts";
import { sweepModel } from "./sweep-model.ts";

const seed = Number(process.env["SWEEP_SEED"] ?? random.bytes(4).readUInt32LE());
const steps = Number(process.env["SWEEP_STEPS"] ?? 8);

test(`${steps} random steps (seed ${seed})`, { timeout: 60_000 + steps * 10_000 }, (t) =>
  sweepModel(seed, steps, (line) => t.diagnostic(line)),
);
