/** Runs gates and test files side by side, prints each as it ends, failures again in full at the end, totals last. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FileRun, runFile } from "./run-file.ts";

/** A unit of work that is not a test file, e.g. a gate. Counts as one test. */
export interface ExtraTask {
  readonly name: string;
  /** Resolves with the findings; empty when there is nothing wrong. */
  run(signal: AbortSignal): Promise<readonly string[]>;
}

export interface RunOptions {
  readonly root: string;
  readonly files: readonly string[];
  readonly extras: readonly ExtraTask[];
  readonly concurrency: number;
  readonly file_limit_ms: number;
  readonly run_limit_ms: number;
  readonly print: (line: string) => void;
}

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

const indent = (text: string): string => text.replace(/^/gm, "    ");
const seconds = (duration_ms: number): string => `${(duration_ms / 1000).toFixed(1)} s`;
const count = (run: FileRun, outcome: string): number => run.tests.filter((test) => test.outcome === outcome).length;

/** `ok    src/base/ids.test.ts  5 tests, 1 skipped  0.2 s`, and the reasons of what was skipped. */
function summaryLines(run: FileRun): string[] {
  const [passed, failed, skipped] = [count(run, "passed"), count(run, "failed"), count(run, "skipped")];
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} FAILED`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  const lines = [`${failed > 0 ? "FAIL" : "ok  "}  ${run.path}  ${parts.join(", ")}  ${seconds(run.duration_ms)}`];
  for (const note of run.notes) lines.push(`      note: ${note}`);
  for (const test of run.tests)
    if (test.outcome === "skipped") lines.push(`      skipped: ${test.name}: ${test.detail}`);
  return lines;
}

function failureLines(run: FileRun): string[] {
  const lines: string[] = [];
  for (const test of run.tests) {
    if (test.outcome !== "failed") continue;
    const where = test.line === undefined ? run.path : `${run.path}:${test.line}`;
    lines.push(`✖ ${where}  ${test.name}`, indent(test.detail ?? ""));
  }
  if (lines.length > 0 && run.output.trim() !== "") lines.push("  what it printed:", indent(run.output.trimEnd()));
  return lines;
}

async function runExtra(task: ExtraTask, signal: AbortSignal): Promise<FileRun> {
  const start_ms = performance.now();
  let findings: readonly string[];
  try {
    findings = await task.run(signal);
  } catch (error) {
    findings = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
  const duration_ms = performance.now() - start_ms;
  const failed = findings.length > 0;
  const detail = failed ? findings.join("\n") : undefined;
  const outcome = failed ? "failed" : "passed";
  const test = { kind: "test", name: task.name, outcome, duration_ms, line: undefined, detail } as const;
  return { path: task.name, duration_ms, tests: [test], output: "", notes: [] };
}

/** Stops everything when the time is up, or when someone asks this process to stop. */
function stopSwitch(limit_ms: number, print: (line: string) => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stop = (why: string): void => {
    if (controller.signal.aborted) return;
    print(`STOPPED: ${why}; what has not ended by now counts as failed`);
    controller.abort();
  };
  const timer = setTimeout(() => stop(`the whole run was not done within ${limit_ms / 60_000} minutes`), limit_ms);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const onSignal = (name: NodeJS.Signals): void => stop(`received ${name}`);
  for (const name of signals) process.on(name, onSignal);
  const release = (): void => {
    clearTimeout(timer);
    for (const name of signals) process.off(name, onSignal);
  };
  return { signal: controller.signal, release };
}

/** Prints `N passed, N failed, N skipped` as its last line. */
export async function runAll(options: RunOptions): Promise<Totals> {
  const { root, print } = options;
  const scratch = mkdtempSync(join(tmpdir(), "holdfast-tests-"));
  const { signal, release } = stopSwitch(options.run_limit_ms, print);
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  const queue: (() => Promise<FileRun>)[] = [
    ...options.extras.map((task) => () => runExtra(task, signal)),
    ...options.files.map((path) => () => runFile(path, { root, scratch, limit_ms: options.file_limit_ms, signal })),
  ];
  const work = async (): Promise<void> => {
    while (!signal.aborted) {
      const next = queue.shift();
      if (next === undefined) return;
      const run = await next();
      for (const line of summaryLines(run)) print(line);
      const lines = failureLines(run);
      for (const line of lines) print(line);
      failures.push(...lines.filter((line) => line.startsWith("✖")));
      for (const test of run.tests) totals[test.outcome] += 1;
    }
  };
  const units = queue.length;
  try {
    await Promise.all(Array.from({ length: options.concurrency }, work));
  } finally {
    release();
    rmSync(scratch, { recursive: true, force: true });
  }
  if (units === 0 || queue.length > 0) {
    totals.failed += 1;
    failures.push(units === 0 ? "✖ there is no test to run" : `✖ ${queue.length} of ${units} were never started`);
  }
  if (failures.length > 0) print(["", "Failures:", ...failures, ""].join("\n"));
  print(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  return totals;
}
