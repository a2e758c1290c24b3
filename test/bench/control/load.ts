import { fork } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { systemClock, systemRandom } from "../../../src/base/index.ts";
import { createToken } from "../../../src/control/access/index.ts";
import { listProjects } from "../../../src/control/inventory/index.ts";
import { createApi } from "../../../src/apps/api/index.ts";
import type { Database } from "../../../src/platform/db/index.ts";
import { createLogger } from "../../../src/platform/log/index.ts";
import type { Bar } from "./measure.ts";
import { type Answered, type Asked, mixOf } from "./mix.ts";

/** Over HTTP, from another process: the lists with filters one by one, then everything from 200 clients at once. */
export async function apiBars(
  database: Database,
  dir: string,
  { clients, seconds }: { readonly clients: number; readonly seconds: number },
): Promise<Bar[]> {
  const { db } = database;
  const ports = { clock: systemClock, random: systemRandom };
  const unused = {} as never;
  const app = await createApi({
    ...ports,
    db,
    readers: database.readers,
    log: createLogger({ to: join(dir, "api.log") }),
    version: "bench",
    limits: { requests_per_minute: 100_000_000 },
    restore_dir: dir,
    forbidden_dirs: [],
    engine: unused,
    keys: unused,
    seal: unused,
    key_admin: unused,
    repositories: unused,
    sources: unused,
    wakeups: unused,
    signer: unused,
    authority: unused,
  });
  try {
    const port = Number(new URL(await app.listen({ host: "127.0.0.1", port: 0 })).port);
    const lists = await listBars(db, port, ports);
    return [...lists, ...(await readBars(db, port, clients, seconds, ports))];
  } finally {
    await app.close();
  }
}

type Ports = Parameters<typeof createToken>[2];

async function listBars(db: Database["db"], port: number, ports: Ports): Promise<Bar[]> {
  const { secret: token } = await createToken(db, { name: "bench", scopes: ["*"] }, ports);
  const [project] = await listProjects(db);
  const workload = await db
    .selectFrom("workloads")
    .select(["id", "name"])
    .orderBy("id")
    .limit(1)
    .executeTakeFirstOrThrow();
  const day = new Date(ports.clock.now_ms() - 2 * 86_400_000).toISOString();
  const lists = [
    "/v1/backups",
    "/v1/backups?page_size=100",
    `/v1/backups?filter=workload_id%3D${workload.id}`,
    `/v1/backups?filter=workload%3D${workload.name}`,
    `/v1/backups?filter=project%3D${project?.name}`,
    "/v1/backups?filter=state%3DDAMAGED",
    `/v1/backups?filter=policy%3Dpolicy-2,created_at%3E${day}`,
    `/v1/backups?filter=verified_state%3DVALID,created_at%3C${day}`,
    "/v1/backups?filter=workload_type%3Dvm|host,region%3Ddha-1",
    `/v1/workloads?filter=project%3D${project?.name}`,
    `/v1/workloads?filter=name%3D${workload.name}`,
    "/v1/workloads?search=w-99",
    "/v1/workloads?selector=team%3Dteam-7,env%3Dprod",
    "/v1/jobs?filter=state%3DFAILED",
    `/v1/jobs?filter=workload_id%3D${workload.id}`,
  ];
  const asked = lists.map((path) => ({ path, token }));
  const { answered } = await drive({ port, asked, clients: 1, rounds: 40 });
  const table = lists.map((path, at) => {
    const took = answered.filter((it) => it.at === at);
    const wrong = took.filter(({ status }) => status !== 200).length;
    const ms = took.map((it) => it.ms);
    return { path, wrong, p99: percentile(ms, 99), median: percentile(ms, 50) };
  });
  table.sort((a, b) => b.p99 - a.p99);
  return table.map(({ path, wrong, p99, median }) => ({
    what: `p99 of \`${decodeURIComponent(path).replaceAll("|", "\\|")}\``,
    measured: `${p99.toFixed(0)} ms (median ${median.toFixed(0)} ms${wrong === 0 ? "" : `, ${wrong} ERRORS`})`,
    bar: "≤ 100 ms",
    held: p99 <= 100 && wrong === 0,
  }));
}

async function readBars(
  db: Database["db"],
  port: number,
  clients: number,
  seconds: number,
  ports: Ports,
): Promise<Bar[]> {
  const asked = await mixOf(db, ports);
  await drive({ port, asked, clients, seconds: 2 }); // plans, connections and compiled code, as in any hour but the first
  const database_before = await databaseCpu_ms();
  const cpu = process.cpuUsage();
  const { answered, cpu_us } = await drive({ port, asked, clients, seconds });
  const { user, system } = process.cpuUsage(cpu);
  const database_ms = (await databaseCpu_ms()) - database_before;
  const wrong = answered.filter(({ status }) => status !== 200);
  for (const what of new Set(wrong.map(({ at, status }) => `${status} ${asked[at]?.path}`)))
    process.stderr.write(`${what}\n`);
  const each = (ms: number) => (ms / answered.length).toFixed(2);
  const rate = answered.length / seconds;
  const took = answered.map(({ ms }) => ms);
  const p99 = percentile(took, 99);
  const others = `median ${percentile(took, 50).toFixed(0)} ms, longest ${percentile(took, 100).toFixed(0)} ms`;
  const kib = answered.reduce((sum, { bytes }) => sum + bytes, 0) / answered.length / 1024;
  const cpus = `ms of CPU each: ${each((user + system) / 1000)} API, ${each(database_ms)} PostgreSQL, ${each(cpu_us / 1000)} clients`;
  return [
    {
      what: `reads from ${clients} clients (${asked.length} different, ${kib.toFixed(1)} KiB each)`,
      measured: `${Math.round(rate)}/s, ${wrong.length} errors (${cpus})`,
      bar: "≥ 2000/s, none",
      held: rate >= 2000 && wrong.length === 0,
    },
    { what: `their p99`, measured: `${p99.toFixed(0)} ms (${others})`, bar: "≤ 150 ms", held: p99 <= 150 },
  ];
}

interface Drive {
  readonly port: number;
  readonly asked: readonly Asked[];
  readonly clients: number;
  readonly rounds?: number;
  readonly seconds?: number;
}

interface Driven {
  readonly answered: readonly Answered[];
  readonly cpu_us: number;
}

export function drive(task: Drive): Promise<Driven> {
  return new Promise((done, fail) => {
    const child = fork(join(import.meta.dirname, "client.ts"), { serialization: "advanced", execArgv: [] });
    child.once("message", (driven) => done(driven as Driven));
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`the client ended with ${code}`)));
    child.send(task);
  });
}

/** CPU time in milliseconds that the PostgreSQL below this process has taken, from /proc: 10 ms a tick. */
export async function databaseCpu_ms(): Promise<number> {
  const processes = new Map<number, { readonly parent: number; readonly ticks: number; readonly name: string }>();
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    const [, name = "", rest = ""] = /^\d+ \((.*)\) (.*)$/s.exec(text) ?? [];
    const fields = rest.split(" ");
    // Of the process and of those of its children that have ended: utime, stime, cutime, cstime.
    const ticks = fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
    processes.set(Number(pid), { parent: Number(fields[1]), ticks, name });
  }
  const ours = new Set(
    [...processes].filter(([, it]) => it.parent === process.pid && it.name === "postgres").map(([pid]) => pid),
  );
  let ticks = 0;
  for (const [pid, { parent, ticks: own }] of processes) if (ours.has(pid) || ours.has(parent)) ticks += own;
  return ticks * 10;
}

function percentile(values: readonly number[], of: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * of) / 100) - 1)] ?? 0;
}
