/**
 * A server, three workers and three agents, each a process of its own, on one PostgreSQL. They are killed and frozen at
 * random (seeded) while policies ask for a backup of everything every five minutes, and people for others in between.
 * In the end every slot has one outcome, every good one has one backup that is there, and nothing else is.
 * HOLDFAST_SCALE_MINUTES and HOLDFAST_SCALE_SEED set how long and which.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { cli } from "../../src/apps/cli/testing.ts";
import { systemClock as clock, systemRandom as random } from "../../src/base/index.ts";
import { type Db, openDatabase } from "../../src/platform/db/index.ts";
import { startTestCluster, TEMPLATE, urlOf } from "../../src/platform/db/testing/cluster.ts";
import { silentLogger } from "../../src/platform/log/index.ts";
import { Dice } from "../sim/dice.ts";

const BAAS = fileURLToPath(new URL("../../src/apps/cli/main.ts", import.meta.url));
const MINUTES = Number(process.env["HOLDFAST_SCALE_MINUTES"] ?? 12);
const SEED = Number(process.env["HOLDFAST_SCALE_SEED"] ?? 20_261_126);
const WORKLOADS = Number(process.env["HOLDFAST_SCALE_WORKLOADS"] ?? 18);
const AGENTS = 3;
const POLICY = `name: often
schedule:
  cron: "*/5 * * * * UTC"
retention:
  hourly: 24
start_window: 3m
complete_within: 5m
overlap: queue_one
retry:
  max: 3
`;

test("every backup due is made or reported, whoever dies", { timeout: (MINUTES + 15) * 60_000 }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-scale-"));
  chmodSync(dir, 0o755);
  const place = new Place(dir);
  mkdirSync(join(dir, "pg"), { mode: 0o755 });
  const cluster = await startTestCluster(join(dir, "pg"));
  t.after(async () => {
    await place.stopAll();
    await cluster.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });
  const url = urlOf(cluster, TEMPLATE);
  const database = await openDatabase({ url }, { log: silentLogger });
  t.after(() => database.close());
  await place.setUp(url);
  const began = new Date(clock.now_ms());
  const roll = new Dice(SEED);
  const until_ms = clock.monotonic_ms() + MINUTES * 60_000;
  let killed = 0;
  while (clock.monotonic_ms() < until_ms) {
    for (let i = 0; i < 3; i++) await place.ask(`w-${roll.below(WORKLOADS)}`);
    await clock.sleep(3_000 + roll.below(7_000));
    const name = place.names[roll.below(place.names.length)] ?? "server";
    if (roll.below(4) === 0 && name !== "server") {
      place.signal(name, "SIGSTOP"); // as if its link were cut
      await clock.sleep(2_000 + roll.below(15_000));
      place.signal(name, "SIGCONT");
    } else {
      killed++;
      await place.kill(name);
      await clock.sleep(roll.below(5_000));
      await place.start(name);
    }
  }
  const ended = new Date(clock.now_ms());
  await settled(database.db, ended);
  const found = await check(database.db, began, ended, place.asked);
  const projects = join(dir, "data", "regions", "bd-dha-1", "projects");
  const kept = readdirSync(projects).flatMap((project) => readdirSync(join(projects, project, "manifests")));
  const known = await database.db.selectFrom("backups").select("id").where("state", "=", "AVAILABLE").execute();
  assert.deepEqual(kept.toSorted(), known.map(({ id }) => id).toSorted(), "the catalog and the storage agree");
  t.diagnostic(`${killed} kills, ${place.asked.length} backups asked for in ${MINUTES} min: ${JSON.stringify(found)}`);
});

/** Waits until nothing that was due before `ended` is open. */
async function settled(db: Db, ended: Date): Promise<void> {
  const until_ms = clock.monotonic_ms() + 9 * 60_000;
  for (;;) {
    const open = await db
      .selectFrom("schedule_slots")
      .select(sql<number>`count(*)`.as("count"))
      .where("due_at", "<", ended)
      .where("outcome", "is", null)
      .executeTakeFirstOrThrow();
    const jobs = await db
      .selectFrom("jobs")
      .select(sql<number>`count(*)`.as("count"))
      .where("kind", "=", "backup")
      .where("created_at", "<", ended)
      .where("finished_at", "is", null)
      .executeTakeFirstOrThrow();
    if (Number(open.count) + Number(jobs.count) === 0) return;
    assert.ok(clock.monotonic_ms() < until_ms, `${open.count} slots and ${jobs.count} jobs have no end yet`);
    await clock.sleep(1_000);
  }
}

async function check(db: Db, began: Date, ended: Date, asked: readonly string[]) {
  const { rows: jobs } = await sql<{ id: string; state: string; backups: number }>`select j.id, j.state,
    (select count(*) from backups b where b.job_id = j.id and b.state = 'AVAILABLE') as backups
    from jobs j where j.id = any(${asked})`.execute(db);
  assert.equal(jobs.length, asked.length, "what was accepted is there");
  for (const { id, state, backups } of jobs) {
    assert.equal(Number(backups), state === "SUCCEEDED" ? 1 : 0, `${id} ended ${state} with ${backups} backups`);
  }
  const { rows: doubled } = await sql`select slot_id, count(*) from backups where state = 'AVAILABLE'
    and slot_id is not null group by 1 having count(*) > 1`.execute(db);
  assert.deepEqual(doubled, [], "no slot has two backups");
  const { rows: lost } = await sql`select s.id from schedule_slots s where s.due_at >= ${began} and s.due_at < ${ended}
    and s.outcome in ('SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS')
    and not exists (select from backups b where b.slot_id = s.id and b.state = 'AVAILABLE')`.execute(db);
  assert.deepEqual(lost, [], "every good slot has its backup");
  const { rows: mute } = await sql`select id from schedule_slots where due_at >= ${began} and due_at < ${ended}
    and outcome in ('FAILED', 'EXPIRED', 'SKIPPED') and reason is null and job_id is null`.execute(db);
  assert.deepEqual(mute, [], "every other one says why");
  const { rows } = await sql<{ outcome: string; count: number }>`select outcome, count(*) from schedule_slots
    where due_at >= ${began} and due_at < ${ended} group by 1 order by 1`.execute(db);
  const { rows: holes } = await sql`select w.name from workloads w where w.removed_at is null and not exists
    (select from backups b where b.workload_id = w.id and b.state = 'AVAILABLE')`.execute(db);
  assert.deepEqual(holes, [], "everything was backed up at least once");
  const { rows: slow } = await sql<{
    max: number;
  }>`select coalesce(max(extract(epoch from finished_at - started_at)), 0)
    as max from jobs where kind = 'backup' and finished_at is not null and state = 'SUCCEEDED'`.execute(db);
  const outcomes = Object.fromEntries(rows.map(({ outcome, count }) => [outcome, Number(count)]));
  // A short run may lie between two slots.
  if (MINUTES >= 6) assert.ok((outcomes["SUCCEEDED"] ?? 0) > 0);
  return { ...outcomes, longest_job_seconds: Math.round(Number(slow[0]?.max)) };
}

/** The processes, by name. */
class Place {
  readonly #dir: string;
  readonly #running = new Map<string, ChildProcess>();
  #env: Readonly<Record<string, string>> = {};
  readonly names: string[] = ["server"];

  constructor(dir: string) {
    this.#dir = dir;
  }

  async setUp(url: string): Promise<void> {
    const port = String(await freePort());
    this.#env = {
      DATABASE_URL: url,
      BAAS_DATA_DIR: join(this.#dir, "data"),
      BAAS_AGENTS_HOST: "127.0.0.1",
      BAAS_SCHEDULE_TICK_SECONDS: "2",
      BAAS_LOG_LEVEL: "error",
      AGENTS_PORT: port,
    };
    await this.start("server");
    writeFileSync(join(this.#dir, "policy.yaml"), POLICY);
    await this.baas("policy", "create", "-f", join(this.#dir, "policy.yaml"));
    for (let i = 1; i <= AGENTS; i++) {
      const { token } = await this.baas("agent", "token", "create", `host-${i}`);
      const server = `https://127.0.0.1:${port}`;
      const argv = [
        "agent",
        "enroll",
        "--server",
        server,
        "--token",
        String(token),
        "--dir",
        join(this.#dir, `host-${i}`),
      ];
      const { code, stderr } = await cli(argv);
      assert.equal(code, 0, stderr);
      this.names.push(`agent-${i}`, `worker-${i}`);
    }
    for (const name of this.names.slice(1)) await this.start(name);
    for (let i = 0; i < WORKLOADS; i++) {
      const source = join(this.#dir, "sources", String(i));
      mkdirSync(source, { recursive: true });
      writeFileSync(join(source, "data"), random.bytes(200_000));
      const host = i % 2 === 0 ? `host-${((i / 2) % AGENTS) + 1}` : undefined;
      const where = host === undefined ? ["--project", "default"] : ["--project", host, "--agent", host];
      await this.baas("workload", "add", `w-${i}`, ...where, "--path", source, "--tag", "backup-policy=often");
    }
  }

  async start(name: string): Promise<void> {
    const [what = "", number = ""] = name.split("-");
    const argv = {
      server: ["up", "--listen", "127.0.0.1:0"],
      worker: ["worker", "--name", number],
      agent: ["agent", "run", "--dir", join(this.#dir, `host-${number}`)],
    }[what as "server" | "worker" | "agent"];
    const { AGENTS_PORT = "", ...env } = this.#env;
    const child = spawn(process.execPath, [BAAS, ...argv], {
      env: { ...process.env, ...env, ...(what === "server" ? { BAAS_AGENTS_PORT: AGENTS_PORT } : {}) },
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#running.set(name, child);
    if (what !== "server") return;
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), once(child, "exit")]);
  }

  signal(name: string, signal: NodeJS.Signals): void {
    this.#running.get(name)?.kill(signal);
  }

  async kill(name: string): Promise<void> {
    const child = this.#running.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  async stopAll(): Promise<void> {
    for (const name of [...this.names].reverse()) {
      this.signal(name, "SIGCONT");
      await this.kill(name);
    }
  }

  readonly asked: string[] = [];

  /** Asks for a backup; a server that is down at the moment does not take it, and that is an answer. */
  async ask(workload: string): Promise<void> {
    const argv = ["backup", "run", "--workload", workload, "--detach", "--json", "--data", join(this.#dir, "data")];
    const { code, stdout } = await cli(argv);
    if (code === 0) this.asked.push((JSON.parse(stdout) as { job_id: string }).job_id);
  }

  async baas(...argv: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const { code, stdout, stderr } = await cli([...argv, "--json", "--data", join(this.#dir, "data")]);
    assert.equal(code, 0, `baas ${argv.join(" ")}: ${stdout}${stderr}`);
    return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
