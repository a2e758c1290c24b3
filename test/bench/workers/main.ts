/**
 * How much a second worker brings: the same backups into a bucket that is far away (a real Ceph gateway behind a line
 * on which every byte takes its time), done by one process and by two, in turn. Each process runs two jobs at once.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { cli } from "../../../src/apps/cli/testing.ts";
import { systemClock as clock, systemRandom as random } from "../../../src/base/index.ts";
import { CREDENTIALS_NAME, joinGateway } from "../../../src/engine/store/testing/ceph/gateway.ts";
import { type Db, openDatabase } from "../../../src/platform/db/index.ts";
import { startTestCluster, TEMPLATE, urlOf } from "../../../src/platform/db/testing/cluster.ts";
import { silentLogger } from "../../../src/platform/log/index.ts";

const BAAS = fileURLToPath(new URL("../../../src/apps/cli/main.ts", import.meta.url));
const WORKLOADS = 16;
const WORKLOAD_BYTES = 256 * 1024;
const JOBS_AT_ONCE = "2";
/** There and back, as between two cities. */
const ROUND_TRIP_MS = 60;
const WAIT_MS = 10 * 60_000;

interface Round {
  readonly seconds: number;
  /** User and system time of all processes, in seconds. */
  readonly cpu_s: number;
}

/** Prints a line for each round, and the ratio of the medians. */
export async function benchWorkers(rounds: number, print: (line: string) => void): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-workers-"));
  chmodSync(dir, 0o755);
  const gateway = await joinGateway();
  const line = await slowLine(Number(new URL(gateway.endpoint).port));
  mkdirSync(join(dir, "pg"), { mode: 0o755 });
  const cluster = await startTestCluster(join(dir, "pg"));
  const url = urlOf(cluster, TEMPLATE);
  const database = await openDatabase({ url }, { log: silentLogger });
  const env = {
    ...process.env,
    DATABASE_URL: url,
    BAAS_DATA_DIR: join(dir, "data"),
    BAAS_LOG_LEVEL: "error",
    BAAS_JOBS_CONCURRENCY: JOBS_AT_ONCE,
    BAAS_JOBS_PER_REGION: "8",
  };
  const start = async (...argv: string[]) => {
    const child = spawn(process.execPath, [BAAS, ...argv], { env, stdio: ["ignore", "pipe", "inherit"] });
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), once(child, "exit")]);
    return child;
  };
  const baas = async (...argv: string[]) => {
    const { code, stdout, stderr } = await cli([...argv, "--json", "--data", join(dir, "data")]);
    if (code !== 0) throw new Error(`baas ${argv.join(" ")}: ${stdout}${stderr}`);
    return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  };
  const server = await start("up", "--listen", "127.0.0.1:0");
  let second: ChildProcess | undefined;
  try {
    const place = ["--url", `s3://${await gateway.bucket()}/far`, "--endpoint", line.endpoint];
    await baas("region", "add", "far", "--country", "BD", ...place, "--credentials", `env:${CREDENTIALS_NAME}`);
    await baas("project", "add", "p", "--region", "far");
    for (let i = 0; i < WORKLOADS; i++) {
      mkdirSync(join(dir, "sources", String(i)), { recursive: true });
      await baas("workload", "add", `w-${i}`, "--project", "p", "--path", join(dir, "sources", String(i)));
    }
    const round = async (): Promise<Round> => {
      for (let i = 0; i < WORKLOADS; i++)
        writeFileSync(join(dir, "sources", String(i), "data"), random.bytes(WORKLOAD_BYTES));
      const cpu = () => [server, second].reduce((sum, child) => sum + cpuOf(child), 0);
      const before = cpu();
      const jobs: string[] = [];
      for (let i = 0; i < WORKLOADS; i++)
        jobs.push(String((await baas("backup", "run", "--workload", `w-${i}`, "--detach"))["job_id"]));
      return { seconds: await ended(database.db, jobs), cpu_s: cpu() - before };
    };
    await round(); // what is made once: repository, keys, caches of code
    const found: Record<1 | 2, Round[]> = { 1: [], 2: [] };
    for (let i = 0; i < rounds; i++) {
      for (const workers of [1, 2] as const) {
        if (workers === 2) {
          second = await start("worker", "--name", "second");
          await clock.sleep(3_000); // it is there, and has asked for work
        }
        const { seconds, cpu_s } = await round();
        found[workers].push({ seconds, cpu_s });
        print(`${workers} worker(s): ${WORKLOADS} backups in ${seconds.toFixed(1)} s, ${cpu_s.toFixed(1)} s of CPU`);
        await end(second);
        second = undefined;
      }
    }
    const median = (runs: readonly Round[]) =>
      runs.map(({ seconds }) => seconds).toSorted((a, b) => a - b)[Math.floor(runs.length / 2)] ?? Number.NaN;
    const ratio = median(found[1]) / median(found[2]);
    print(`from one worker to two: ${ratio.toFixed(2)}× (bar ≥ 1.7×), ${ROUND_TRIP_MS} ms there and back`);
  } finally {
    await end(second);
    await end(server);
    await database.close();
    await cluster.stop();
    line.close();
    gateway.leave();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Waits for all of them. @returns seconds from the first one's start to the last one's end @throws when one failed */
async function ended(db: Db, jobs: readonly string[]): Promise<number> {
  for (const until_ms = clock.monotonic_ms() + WAIT_MS; clock.monotonic_ms() < until_ms; await clock.sleep(100)) {
    const { rows } = await sql<{ open: number; failed: number; seconds: number }>`select
      count(*) filter (where finished_at is null)::int as open,
      count(*) filter (where state not in ('SUCCEEDED') and finished_at is not null)::int as failed,
      extract(epoch from max(finished_at) - min(started_at))::float8 as seconds
      from jobs where id = any(${jobs})`.execute(db);
    const [row] = rows;
    if (row === undefined || row.open > 0) continue;
    if (row.failed > 0) throw new Error(`${row.failed} of ${jobs.length} backups failed`);
    return row.seconds;
  }
  throw new Error(`${jobs.length} backups did not end within ${WAIT_MS / 1000} s`);
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** Fields utime and stime of the process, in ticks of 10 ms. */
function cpuOf(child: ChildProcess | undefined): number {
  if (child?.pid === undefined) return 0;
  const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** A line to the gateway of this machine on which every byte takes half of {@link ROUND_TRIP_MS}. */
async function slowLine(port: number) {
  const sockets = new Set<Socket>();
  const carry = (from: Socket, to: Socket) => {
    from.on("data", (bytes: Buffer) => void setTimeout(() => to.write(bytes), ROUND_TRIP_MS / 2));
    from.on("close", () => void setTimeout(() => to.destroy(), ROUND_TRIP_MS / 2));
    from.on("error", () => from.destroy());
    sockets.add(from);
    from.once("close", () => sockets.delete(from));
  };
  const listener = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port, host: "127.0.0.1", noDelay: true });
    carry(client, upstream);
    carry(upstream, client);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    endpoint: `http://127.0.0.1:${(listener.address() as { port: number }).port}`,
    close() {
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
