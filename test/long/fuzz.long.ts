/**
 * Coverage-guided fuzzing of every parser of what lies on a store, docs/testing.md.
 * FUZZ_MINUTES (10) of all targets together; FUZZ_SEED repeats a run; FUZZ_TARGET names one of them.
 */
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import test from "node:test";
import { Worker } from "node:worker_threads";
import { TARGETS } from "../engine/fuzz/targets.ts";
import type { FuzzResult, FuzzTask } from "./fuzz/worker.ts";

const INPUT_BYTES_MAX = 1 << 20;
/** An input that takes longer than this is a finding. */
const STUCK_MS = 10_000;
const HEAP_MIB_MAX = 512;
const minutes = Number(process.env["FUZZ_MINUTES"] ?? 10);
const seed = Number(process.env["FUZZ_SEED"] ?? randomInt(1, 2 ** 31));
const only = process.env["FUZZ_TARGET"];
const targets = TARGETS.filter(({ name }) => only === undefined || only.split(",").includes(name));

function fuzz(target: string): Promise<FuzzResult> {
  const current = new SharedArrayBuffer(8 + INPUT_BYTES_MAX);
  const words = new Int32Array(current, 0, 2);
  const task: FuzzTask = { target, seed, run_ms: (minutes * 60_000) / targets.length, current };
  const worker = new Worker(new URL("./fuzz/worker.ts", import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
  });
  const lastInput = () => Buffer.from(new Uint8Array(current, 8, words[1] as number)).toString("base64");
  return new Promise((resolve, reject) => {
    let before = -1;
    const watch = setInterval(() => {
      const runs = Atomics.load(words, 0);
      if (runs > 0 && runs === before) fail(new Error(`it is still busy after ${STUCK_MS} ms`));
      before = runs;
    }, STUCK_MS);
    const fail = (error: Error) => {
      clearInterval(watch);
      void worker.terminate();
      reject(new Error(`${target}: ${error.message}; input ${lastInput()}`, { cause: error }));
    };
    worker.once("message", (result: FuzzResult) => {
      clearInterval(watch);
      void worker.terminate();
      resolve(result);
    });
    worker.once("error", fail);
  });
}

test(`fuzzing for ${minutes} minutes, FUZZ_SEED=${seed}`, async (t) => {
  for (const { name } of targets) {
    await t.test(name, async (of) => {
      const { runs, corpus, branches, branches_all, found } = await fuzz(name);
      of.diagnostic(`${name}: ${runs} runs, corpus ${corpus}, ${branches} of ${branches_all} branches`);
      for (const { what, input } of found) of.diagnostic(`${name}: ${what}\n  input ${input}`);
      assert.equal(found.length, 0, `${found.length} findings; add them to test/engine/fuzz/found.json`);
    });
  }
});
