import { createInvoice, recomputeInvoice } from "../../../src/control/billing/index.ts";
import { coverageReport } from "../../../src/control/coverage/index.ts";
import { everyWorkload, listProjects } from "../../../src/control/inventory/index.ts";
import { loadSelection } from "../../../src/control/policy/index.ts";
import { createTickMemory, tick } from "../../../src/control/schedule/index.ts";
import { enqueueSlotBackup } from "../../../src/control/protect/index.ts";
import { type Db, type Ports, withTransaction } from "../../../src/platform/db/index.ts";
import { silentLogger } from "../../../src/platform/log/index.ts";
import { lastMonth } from "./generate.ts";

export interface Bar {
  readonly what: string;
  readonly measured: string;
  readonly bar: string;
  readonly held: boolean;
}

export const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

async function timed<T>(work: () => Promise<T>): Promise<[ms: number, result: T]> {
  const started_ms = performance.now();
  const result = await work();
  return [performance.now() - started_ms, result];
}

/** A bar in milliseconds. */
function bar(what: string, ms: number, bar_ms: number, more = ""): Bar {
  return { what, measured: `${seconds(ms)}${more}`, bar: `≤ ${seconds(bar_ms)}`, held: ms <= bar_ms };
}

export async function bars(db: Db, ports: Ports): Promise<Bar[]> {
  const table: Bar[] = [];
  const [resolve_ms, states] = await timed(async () => {
    const selection = await loadSelection(db);
    const found = { bound: 0, excluded: 0, unbound: 0 };
    for await (const workload of everyWorkload(db)) found[selection.resolve(workload, ports.clock.now_ms()).state]++;
    return found;
  });
  table.push(
    bar("tags of everything evaluated anew", resolve_ms, 5000, ` (${states.bound} bound, ${states.unbound} not)`),
  );
  table.push(...(await ticks(db, ports)));
  const coverage = [];
  for (let round = 0; round < 3; round++) coverage.push(await timed(() => coverageReport(db, ports.clock.now_ms())));
  const [coverage_ms, report] = coverage.sort(([a], [b]) => a - b)[1] ?? [0, undefined];
  table.push(bar("coverage report, median of 3", coverage_ms, 2000, ` (${report?.totals.protected} protected)`));
  // A month is billed once: a catalog that was kept has its invoices.
  const billed = await db.selectFrom("invoices").select("id").limit(1).execute();
  if (billed.length === 0) table.push(await billing(db, ports));
  return table;
}

/** The tick that binds everything, and those that follow. */
async function ticks(db: Db, ports: Ports): Promise<Bar[]> {
  const memory = createTickMemory();
  const tickPorts = {
    ...ports,
    log: silentLogger,
    memory,
    enqueue: (tx: Parameters<typeof enqueueSlotBackup>[0], spec: Parameters<typeof enqueueSlotBackup>[1]) =>
      enqueueSlotBackup(tx, spec, ports),
  };
  const [first_ms, first] = await timed(() => tick(db, tickPorts));
  const steady: number[] = [];
  let jobs = 0;
  for (let round = 0; round < 5; round++) {
    await ports.clock.sleep(2000);
    const [ms, result] = await timed(() => tick(db, tickPorts));
    steady.push(ms);
    jobs += result.job_ids.length;
  }
  return [
    {
      what: "first tick, which binds everything",
      measured: `${seconds(first_ms)} (${first.failed} failed)`,
      bar: "—",
      held: true,
    },
    bar("scheduling tick, slowest of 5", Math.max(...steady), 1000, ` (${jobs} jobs)`),
  ];
}

async function billing(db: Db, ports: Ports): Promise<Bar> {
  const { month } = lastMonth(ports.clock.now_ms());
  const projects = (await listProjects(db)).filter(({ sandbox }) => !sandbox);
  const [ms, same] = await timed(async () => {
    let alike = 0;
    for (const { name } of projects) {
      const invoice = await withTransaction(db, (tx) => createInvoice(tx, { project: name, month }, "bench", ports));
      if ((await recomputeInvoice(db, invoice.id)).same) alike++;
    }
    return alike;
  });
  const result = bar(
    `a month's billing, each invoice computed twice`,
    ms,
    60_000,
    ` (${same} of ${projects.length} alike)`,
  );
  return { ...result, held: result.held && same === projects.length };
}
