/** Counts the calls of every operation, makes points of them, and runs all or some, two at a time. */
import { type ChildProcess, fork } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { seededChance } from "../../../src/engine/store/index.ts";
import { operationOf, operations } from "./operations.ts";
import { countedCalls, countingFault, parsePoint, pointName, pointsOf } from "./points.ts";
import type { LaneTask } from "./lane.ts";
import type { PointResult } from "./run-point.ts";
import { buildStates, type Facts, newScene } from "./states.ts";

/** Every so many points the independent reader reads along. */
const BY_FORMAT_EVERY = 10;

export interface MatrixOptions {
  readonly seed: number;
  readonly lanes: number;
  /** Only this many points, drawn by the seed. */
  readonly sample?: number;
  /** Only points of these operations. */
  readonly operations?: readonly string[];
  /** Only these. */
  readonly points?: readonly string[];
  /** No point is begun later than this; those left over are told. */
  readonly limit_ms: number;
  readonly print: (line: string) => void;
}

export interface MatrixReport {
  readonly points: number;
  /** Points the operation came to. */
  readonly struck: number;
  /** Points there was no time for. */
  readonly left_over: number;
  readonly failures: readonly PointResult[];
}

export async function runMatrix(options: MatrixOptions): Promise<MatrixReport> {
  const { print, seed } = options;
  const facts = await buildStates();
  const results: PointResult[] = [];
  let points: readonly string[] = [];
  try {
    points = options.points ?? (await choosePoints(facts, options));
    print(`crash matrix: ${points.length} points, seed ${seed}, in ${facts.base}`);
    const began_ms = performance.now();
    await runAll(points, facts, options, (result) => {
      results.push(result);
      if (result.failure !== undefined) print(`FAILED ${result.point} (seed ${seed})\n${result.failure}`);
      if (results.length % 100 === 0)
        print(`${results.length} of ${points.length}, ${Math.round((performance.now() - began_ms) / 1000)} s`);
    });
  } finally {
    const failed = results.some(({ failure }) => failure !== undefined);
    if (!failed) rmSync(facts.base, { recursive: true, force: true });
  }
  for (const line of table(results)) print(line);
  const failures = results.filter(({ failure }) => failure !== undefined);
  const left_over = points.length - results.length;
  if (left_over > 0) print(`${left_over} points were left over when the time was up`);
  return { points: results.length, struck: results.filter(({ struck }) => struck).length, left_over, failures };
}

async function choosePoints(facts: Facts, { sample, seed, print, operations: only }: MatrixOptions): Promise<string[]> {
  const all: string[] = [];
  for (const operation of only ?? Object.keys(operations)) {
    const fault = countingFault();
    const scene = newScene(facts, operationOf(operation).state);
    await operationOf(operation).run(scene, facts, { fault });
    rmSync(scene.folder, { recursive: true });
    const points = pointsOf(operation, countedCalls(fault)).map(pointName);
    print(`${operation}: ${points.length} points`);
    all.push(...points);
  }
  return shuffled(all, seed).slice(0, sample ?? all.length);
}

/** In the order of the seed: whatever there is time for is then spread over everything. */
function shuffled(all: readonly string[], seed: number): string[] {
  const chance = seededChance(seed);
  const left = [...all];
  return all.map(() => left.splice(Math.floor(chance() * left.length), 1)[0] as string);
}

async function runAll(
  points: readonly string[],
  facts: Facts,
  { lanes, seed, limit_ms }: MatrixOptions,
  onResult: (result: PointResult) => void,
): Promise<void> {
  let next = 0;
  const end_ms = performance.now() + limit_ms;
  const lane = async () => {
    let child: ChildProcess | undefined;
    for (let at = next++; at < points.length && performance.now() < end_ms; at = next++) {
      child ??= startLane(facts);
      const task = { point: points[at] as string, seed: seed + at, by_format: at % BY_FORMAT_EVERY === 0 };
      const result = await ask(child, task);
      if (child.exitCode !== null || child.signalCode !== null) child = undefined;
      onResult(result);
    }
    child?.disconnect();
  };
  await Promise.all(Array.from({ length: Math.min(lanes, points.length) }, lane));
}

function startLane({ base }: Facts): ChildProcess {
  return fork(join(import.meta.dirname, "lane.ts"), [base], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: [],
    // Thousands of processes and threads load the same modules.
    env: { ...process.env, NODE_COMPILE_CACHE: join(base, "compiled") },
  });
}

function ask(child: ChildProcess, task: LaneTask): Promise<PointResult> {
  return new Promise((resolve) => {
    const onExit = (code: number | null, signal: string | null) =>
      resolve({ point: task.point, struck: true, failure: `its process ended with ${code ?? signal}` });
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message as PointResult);
    });
    child.send(task);
  });
}

/** Points the operations came to, by operation and kind. */
function table(results: readonly PointResult[]): string[] {
  const counts = new Map<string, { struck: number; missed: number; failed: number }>();
  for (const { point, struck, failure } of results) {
    const { operation, kind } = parsePoint(point);
    for (const name of [`${operation} ${kind.split("-")[0]}`, `${operation}`, "all"]) {
      const count = counts.get(name) ?? { struck: 0, missed: 0, failed: 0 };
      counts.set(name, count);
      if (failure !== undefined) count.failed++;
      if (struck) count.struck++;
      else count.missed++;
    }
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, { struck, missed, failed }]) =>
        `${name.padEnd(30)} ${String(struck).padStart(5)} stopped, ${missed} not reached, ${failed} failed`,
    );
}
