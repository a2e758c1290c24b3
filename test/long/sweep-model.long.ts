/** The model of test/engine/sweep-model.ts with new seeds, for SWEEP_MINUTES (10). A failure tells how to replay it. */
import test from "node:test";
import { systemRandom } from "../../src/base/index.ts";
import { sweepModel } from "../engine/sweep-model.ts";

const minutes = Number(process.env["SWEEP_MINUTES"] ?? 10);
const STEPS = 36;

test("whatever is deleted and swept, live backups stay whole", { timeout: (minutes + 10) * 60_000 }, async () => {
  const print = (line: string) => process.stdout.write(`${line}\n`);
  for (const end_ms = performance.now() + minutes * 60_000; performance.now() < end_ms; ) {
    const seed = systemRandom.bytes(4).readUInt32LE();
    print(`seed ${seed}`);
    await sweepModel(seed, STEPS, print);
  }
});
