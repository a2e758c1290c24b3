/**
 * `npm run bench:control [-- --scale 0.1] [--work DIR] [--keep]`: what the control plane takes for 100,000 workloads,
 * 1,000 policies and 2 million backups, beside its bars. With `--keep` the database stays in DIR, and the next run
 * uses it again.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock, systemRandom } from "../../../src/base/index.ts";
import { openDatabase } from "../../../src/platform/db/index.ts";
import { silentLogger } from "../../../src/platform/log/index.ts";
import { FULL, generate } from "./generate.ts";
import { apiBars } from "./load.ts";
import { type Bar, bars } from "./measure.ts";

const { values } = parseArgs({
  options: {
    scale: { type: "string", default: "1" },
    work: { type: "string", default: join(tmpdir(), "holdfast-bench-control") },
    keep: { type: "boolean", default: false },
    clients: { type: "string", default: "200" },
    seconds: { type: "string", default: "15" },
    only: { type: "string" },
  },
});
const scale = Number(values.scale);
const sizes = {
  workloads: Math.round(FULL.workloads * scale),
  policies: Math.round(FULL.policies * scale),
  backups: Math.round(FULL.backups * scale),
  projects: Math.max(10, Math.round(FULL.projects * scale)),
};
const print = (line: string) => process.stdout.write(`${line}\n`);
const ports = { clock: systemClock, random: systemRandom };
const dir = join(values.work, "db");
/** Written when everything is there: a run that was stopped in the middle leaves nothing to go on with. */
const complete = join(values.work, "complete");
const known = existsSync(complete);
if (known && readFileSync(complete, "utf8") !== JSON.stringify(sizes))
  throw new Error(`${values.work} holds a catalog of another size: name another folder with --work, or remove it`);
if (!known) rmSync(dir, { recursive: true, force: true });
mkdirSync(dir, { recursive: true });
const database = await openDatabase({ embedded: { dir } }, { log: silentLogger });
try {
  if (!known) {
    const started_ms = performance.now();
    await generate(database.db, sizes, values.work, ports, print);
    writeFileSync(complete, JSON.stringify(sizes));
    print(`generated in ${((performance.now() - started_ms) / 1000).toFixed(1)} s`);
  }
  const table: Bar[] = values.only === "api" ? [] : await bars(database.db, ports);
  table.push(
    ...(await apiBars(database, values.work, { clients: Number(values.clients), seconds: Number(values.seconds) })),
  );
  print("");
  print(
    `| what (${sizes.workloads} workloads, ${sizes.policies} policies, ${sizes.backups} backups) | measured | bar | |`,
  );
  print("|---|---|---|---|");
  for (const { what, measured, bar, held } of table)
    print(`| ${what} | ${measured} | ${bar} | ${held ? "held" : "MISSED"} |`);
} finally {
  await database.close();
  if (!values.keep) rmSync(values.work, { recursive: true, force: true });
}
