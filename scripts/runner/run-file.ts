/** Runs one test file in a process of its own and turns whatever happens, a crash or a hang too, into records. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type ChildEnd, runChild } from "./child.ts";
import { parseRecords, type TestRecord } from "./records.ts";

export interface FileRun {
  /** Relative to the root. */
  readonly path: string;
  readonly duration_ms: number;
  readonly tests: readonly TestRecord[];
  /** What the file's process printed, for the report of a failure. */
  readonly output: string;
  /** Worth knowing, failing nothing. */
  readonly notes: readonly string[];
}

export interface RunFileOptions {
  readonly root: string;
  /** A folder of this run's own, for records and output. */
  readonly scratch: string;
  readonly limit_ms: number;
  readonly signal?: AbortSignal;
}

const REPORTER = pathToFileURL(join(import.meta.dirname, "reporter.ts")).href;
const OUTPUT_CHARS_MAX = 16_000;

const seconds = (duration_ms: number): string => `${Math.round(duration_ms / 1000)} s`;

/** Why the file as a whole failed, beside its single tests; undefined when it ended well. */
function fileFailure(
  end: ChildEnd,
  tests: readonly TestRecord[],
  ended: boolean,
  limit_ms: number,
): string | undefined {
  if (end.start_error !== undefined) return `could not be started: ${end.start_error}`;
  const done = `after ${tests.length} finished tests`;
  if (end.stopped === "run") return `stopped ${done}: the whole run was at its limit or was interrupted`;
  if (end.stopped === "limit") {
    const why = ended ? "all tests had ended, but the process did not (an open handle?)" : "a test did not end";
    return `stopped ${done}: not finished within ${seconds(limit_ms)}; ${why}`;
  }
  if (end.signal !== undefined) return `killed by ${end.signal} ${done}`;
  if (!ended) return `ended with exit code ${end.exit_code} ${done}, before its test runner came to an end`;
  if (tests.length === 0) return "holds no test";
  if (end.exit_code !== 0 && !tests.some((test) => test.outcome === "failed")) {
    return `every test passed, but the process ended with exit code ${end.exit_code}`;
  }
  return undefined;
}

function tail(text: string): string {
  return text.length > OUTPUT_CHARS_MAX ? `… (cut)\n${text.slice(-OUTPUT_CHARS_MAX)}` : text;
}

/** Never rejects for what the file does. */
export async function runFile(path: string, options: RunFileOptions): Promise<FileRun> {
  const stem = join(options.scratch, path.replaceAll("/", "__"));
  const records_path = `${stem}.records`;
  const output_path = `${stem}.output`;
  const end = await runChild({
    command: process.execPath,
    args: [`--test-reporter=${REPORTER}`, `--test-reporter-destination=${records_path}`, join(options.root, path)],
    cwd: options.root,
    output_path,
    limit_ms: options.limit_ms,
    // Nearly every file imports the same modules: compiled once, they halve the time to start.
    env: { NODE_COMPILE_CACHE: join(options.root, "node_modules/.cache/compiled") },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const records = existsSync(records_path) ? parseRecords(readFileSync(records_path, "utf8")) : [];
  const tests = records.filter((record) => record.kind === "test");
  const detail = fileFailure(end, tests, records.length > tests.length, options.limit_ms);
  if (detail !== undefined) {
    const duration_ms = end.duration_ms;
    tests.push({ kind: "test", name: "(the file)", outcome: "failed", duration_ms, line: undefined, detail });
  }
  const notes = end.left_processes ? ["left processes running; they were stopped"] : [];
  return { path, duration_ms: end.duration_ms, tests, output: tail(readFileSync(output_path, "utf8")), notes };
}
