/** `npm test [-- FILTER …]`: the gates and every `*.test.ts`; with filters, just the files whose path contains one. */
import { dirname } from "node:path";
import { gateTasks } from "./gates/index.ts";
import { selectFiles } from "./runner/files.ts";
import { runAll } from "./runner/run.ts";
import { ensureConsole } from "./web/ensure-console.ts";
import { ensureSystemPackages } from "./system/packages.ts";

/** Bounds against what hangs, four times what a quiet 2-core machine needs: a busy one is slow, not broken. */
const FILE_LIMIT_MS = 600_000;
const RUN_LIMIT_MS = 80 * 60_000;
/** One more than cores: much of the time of tests with servers is waiting. */
const CONCURRENCY = 3;

const root = dirname(import.meta.dirname);
const filters = process.argv.slice(2);
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

ensureSystemPackages(print);
const files = selectFiles(root, {
  folders: ["test", "src", "scripts"],
  suffix: ".test.ts",
  except: ["test/long", "test/bench"],
  filters,
});
// Once, before tests that run beside each other would each do it.
if (files.some((path) => path.startsWith("test/web/"))) ensureConsole(root, print);
const totals = await runAll({
  root,
  files,
  extras: filters.length === 0 ? gateTasks(root) : [],
  concurrency: CONCURRENCY,
  file_limit_ms: FILE_LIMIT_MS,
  run_limit_ms: RUN_LIMIT_MS,
  print,
});
process.exitCode = totals.failed === 0 ? 0 : 1;
