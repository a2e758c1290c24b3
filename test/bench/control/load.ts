import { fork } from "node:child_process";
import { join } from "node:path";
import { systemClock, systemRandom } from "../../../src/base/index.ts";
import { createToken } from "../../../src/control/access/index.ts";
import { listProjects } from "../../../src/control/inventory/index.ts";
import { createApi } from "../../../src/apps/api/index.ts";
import type { Database } from "../../../src/platform/db/index.ts";
import { silentLogger } from "../../../src/platform/log/index.ts";
import type { Bar } from "./measure.ts";

export interface Answered {
  readonly path: string;
  readonly ms: number;
  readonly status: number;
}

/** Over HTTP, from another process: the lists with filters one by one, then everything from 200 clients at once. */
export async function apiBars(
  database: Database,
  dir: string,
  { clients, seconds }: { readonly clients: number; readonly seconds: number },
): Promise<Bar[]> {
  const { db } = database;
  const ports = { clock: systemClock, random: systemRandom };
  const { secret } = await createToken(db, { name: "bench", scopes: ["*"] }, ports);
  const unused = {} as never;
  const app = await createApi({
    ...ports,
    db,
    log: silentLogger,
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
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    const [project] = await listProjects(db);
    const workload = await db
      .selectFrom("workloads")
      .select(["id", "name"])
      .orderBy("id")
      .limit(1)
      .executeTakeFirstOrThrow();
    const job = await db.selectFrom("jobs").select("id").limit(1).executeTakeFirstOrThrow();
    const day = new Date(systemClock.now_ms() - 2 * 86_400_000).toISOString();
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
      "/v1/jobs?filter=state%3DFAILED",
      `/v1/jobs?filter=workload_id%3D${workload.id}`,
    ];
    const one = await drive({ url, token: secret, paths: lists, clients: 1, rounds: 40 });
    const slowest = lists.map((path) => {
      const took = one.filter((it) => it.path === path).map(({ ms }) => ms);
      return { path, p99: percentile(took, 99), median: percentile(took, 50) };
    });
    slowest.sort((a, b) => b.p99 - a.p99);
    const table: Bar[] = slowest.map(({ path, p99, median }) => ({
      what: `p99 of \`${decodeURIComponent(path).replaceAll("|", "\\|")}\``,
      measured: `${p99.toFixed(0)} ms (median ${median.toFixed(0)} ms)`,
      bar: "≤ 100 ms",
      held: p99 <= 100,
    }));
    const reads = [
      `/v1/workloads/${workload.id}`,
      `/v1/jobs/${job.id}`,
      "/v1/backups?page_size=20",
      `/v1/backups?filter=workload_id%3D${workload.id}`,
      "/v1/policies/policy-2",
      `/v1/projects/${project?.name}`,
    ];
    const cpu = process.cpuUsage();
    const many = await drive({ url, token: secret, paths: reads, clients, seconds });
    const wrong = many.filter(({ status }) => status !== 200);
    const bad = wrong.length;
    for (const what of new Set(wrong.map(({ path, status }) => `${status} ${path}`))) process.stderr.write(`${what}\n`);
    const { user, system } = process.cpuUsage(cpu);
    const cpu_ms = (user + system) / 1000 / many.length;
    const rate = many.length / seconds;
    const p99 = percentile(
      many.map(({ ms }) => ms),
      99,
    );
    table.push({
      what: `reads from ${clients} clients`,
      measured: `${Math.round(rate)}/s, ${bad} errors (${cpu_ms.toFixed(2)} ms of CPU each)`,
      bar: "≥ 2000/s, none",
      held: rate >= 2000 && bad === 0,
    });
    table.push({ what: `their p99`, measured: `${p99.toFixed(0)} ms`, bar: "≤ 150 ms", held: p99 <= 150 });
    return table;
  } finally {
    await app.close();
  }
}

interface Drive {
  readonly url: string;
  readonly token: string;
  readonly paths: readonly string[];
  readonly clients: number;
  readonly rounds?: number;
  readonly seconds?: number;
}

function drive(task: Drive): Promise<Answered[]> {
  return new Promise((done, fail) => {
    const child = fork(join(import.meta.dirname, "client.ts"), { serialization: "advanced" });
    child.once("message", (answered) => done(answered as Answered[]));
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`the client ended with ${code}`)));
    child.send(task);
  });
}

function percentile(values: readonly number[], of: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * of) / 100) - 1)] ?? 0;
}
