/** `npm run test:long [-- FILTER …]`: every `*.long.ts` below test/, e.g. kill tests; minutes to an hour. */
import { dirname } from "node:path";
import { selectFiles } from "./runner/files.ts";
import { runAll } from "./runner/run.ts";
import { ensureSystemPackages } from "./system/packages.ts";

const FILE_LIMIT_MS = 60 * 60_000;
const RUN_LIMIT_MS = 6 * 60 * 60_000;

const root = dirname(import.meta.dirname);
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

ensureSystemPackages(print);
const files = selectFiles(root, { folders: ["test"], suffix: ".long.ts", except: [], filters: process.argv.slice(2) });
const totals = await runAll({
  root,
  files,
  extras: [],
  // One at a time: these measure durations and kill processes under load of their own making.
  concurrency: 1,
  file_limit_ms: FILE_LIMIT_MS,
  run_limit_ms: RUN_LIMIT_MS,
  print,
});
process.exitCode = totals.failed === 0 ? 0 : 1;
