/**
 * Fuzzes one target in a thread of its own, guided by the branches its inputs take. What it runs just now lies in
 * shared memory, so that an input that never ends, or ends the thread, is known.
 */
import { Buffer as NodeBuffer } from "node:buffer";
import { parentPort, workerData } from "node:worker_threads";
import { branchCount, counters, numbers, texts } from "./coverage.ts";
import { Dice, mutate } from "./mutate.ts";

export interface FuzzTask {
  readonly target: string;
  readonly seed: number;
  readonly run_ms: number;
  /** Counts runs in its first word, then the length of the input, then the input. */
  readonly current: SharedArrayBuffer;
}

export interface FuzzResult {
  readonly runs: number;
  readonly corpus: number;
  /** Branches reached, of those in the sources. */
  readonly branches: number;
  readonly branches_all: number;
  readonly found: readonly { readonly input: string; readonly what: string }[];
}

const FOUND_MAX = 20;
const CLOCK_EVERY = 64;
const { target: name, seed, run_ms, current } = workerData as FuzzTask;
const words = new Int32Array(current, 0, 2);
const place = new Uint8Array(current, 8);

let asked_bytes = 0;
for (const method of ["alloc", "allocUnsafe", "allocUnsafeSlow"] as const) {
  const real = NodeBuffer[method].bind(NodeBuffer) as typeof NodeBuffer.alloc;
  NodeBuffer[method] = (size: number, ...rest: []) => {
    asked_bytes += size;
    return real(size, ...rest);
  };
}

const { TARGETS, isNamed } = await import("../../engine/fuzz/targets.ts");
const target = TARGETS.find((one) => one.name === name);
if (target === undefined) throw new Error(`no target ${name}`);

/** How often a branch was taken, by powers of two: what AFL calls a bucket. */
const bucket = (count: number) => (count === 0 ? 0 : 1 << Math.min(7, 31 - Math.clz32(count)));
const reached = new Uint8Array(counters.length);
const dice = new Dice(seed);
const dictionary = { numbers: [...numbers], texts: [...texts] };
const corpus: NodeBuffer[] = [];
const found = new Map<string, { input: string; what: string }>();
let runs = 0;

/** @returns whether the input took a branch, or took it as often, as none did before */
async function run(input: NodeBuffer): Promise<boolean> {
  place.set(input);
  words[1] = input.length;
  Atomics.add(words, 0, 1);
  runs++;
  counters.fill(0);
  asked_bytes = 0;
  let wrong: string | undefined;
  try {
    await target?.run(NodeBuffer.from(input));
  } catch (error) {
    if (!isNamed(error)) wrong = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  if (asked_bytes > (target?.bytes_max ?? 0)) wrong = `it asked for ${asked_bytes} bytes`;
  if (wrong !== undefined && found.size < FOUND_MAX) {
    const where = wrong.split("\n").slice(0, 2).join(" ").replace(/\d+/g, "#");
    if (!found.has(where))
      found.set(where, { input: input.toString("base64"), what: wrong.split("\n").slice(0, 4).join("\n") });
  }
  let is_new = false;
  for (let i = Math.min(branchCount(), counters.length) - 1; i >= 0; i--) {
    const bits = bucket(counters[i] as number);
    if ((bits & ~(reached[i] as number)) !== 0) {
      reached[i] = (reached[i] as number) | bits;
      is_new = true;
    }
  }
  return is_new;
}

for (const input of target.seeds) {
  await run(input);
  corpus.push(input);
}
const end_ms = performance.now() + run_ms;
while (performance.now() < end_ms) {
  for (let i = 0; i < CLOCK_EVERY; i++) {
    // The newest members have led furthest: every other draw is one of them.
    const from = dice.roll(2) === 0 ? Math.max(0, corpus.length - 8) : 0;
    const parent = corpus[from + dice.roll(corpus.length - from)] as NodeBuffer;
    const input = mutate(parent, dice.pick(corpus), dice, dictionary);
    if (await run(input)) corpus.push(input);
  }
}
const branches = reached.reduce((sum, bits) => sum + (bits === 0 ? 0 : 1), 0);
parentPort?.postMessage({
  runs,
  corpus: corpus.length,
  branches,
  branches_all: branchCount(),
  found: [...found.values()],
} satisfies FuzzResult);
