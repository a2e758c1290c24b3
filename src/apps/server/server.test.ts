import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock, systemRandom } from "../../base/index.ts";
import { verifyToken } from "../../control/access/index.ts";
import { listBackups, listCopies } from "../../control/catalog/index.ts";
import { createWorkload, listProjects, listRegions } from "../../control/inventory/index.ts";
import { cancelJob, getJob, listJobs } from "../../control/jobs/index.ts";
import { createPolicy } from "../../control/policy/index.ts";
import { requestBackup } from "../../control/protect/index.ts";
import { connectKeyManager } from "../../engine/keyservice/index.ts";
import { openDatabase } from "../../platform/db/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { silentLogger } from "../../platform/log/index.ts";

const ports = { clock: systemClock, random: systemRandom };
const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

interface Process {
  readonly child: ChildProcess;
  /** Everything it has said. */
  output(): string;
  ready(): Promise<void>;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
}

/** A real server process on a data folder; killed with the test when it still runs. */
function server(
  t: { after(work: () => void): void },
  dir: string,
  env: Readonly<Record<string, string>> = {},
): Process {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...process.env,
      BAAS_DATA_DIR: join(dir, "data"),
      BAAS_LISTEN_PORT: "0",
      BAAS_SCHEDULE_TICK_SECONDS: "60",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
  child.stderr.setEncoding("utf8").on("data", (part: string) => (text += part));
  const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | string);
  t.after(() => child.kill("SIGKILL"));
  const ready = async () => {
    const deadline_ms = systemClock.monotonic_ms() + 30_000;
    while (!/^ready: /m.test(text)) {
      assert.equal(child.exitCode ?? child.signalCode, null, text);
      assert.ok(systemClock.monotonic_ms() < deadline_ms, `not ready: ${text}`);
      await systemClock.sleep(20);
    }
  };
  return { child, output: () => text, ready, ended };
}

/** The server's own PostgreSQL, which outlives a killed server. */
async function attach(dir: string): Promise<Database> {
  const password = (await readFile(join(dir, "data", "db", "password"), "utf8")).trim();
  const host = encodeURIComponent(join(dir, "data", "db", "socket"));
  return openDatabase({ url: `postgres://holdfast:${password}@/holdfast?host=${host}` }, { log: silentLogger });
}

async function temporaryFolder(t: { after(work: () => Promise<void>): void }): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "holdfast-server-"));
  await chmod(dir, 0o755);
  t.after(async () => {
    // After a failure PostgreSQL may still run: it outlives a killed server on purpose.
    const pid_file = await readFile(join(dir, "data", "db", "data", "postmaster.pid"), "utf8").catch(() => "");
    if (pid_file !== "") process.kill(Number(pid_file.split("\n", 1)[0]), "SIGQUIT");
    await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });
  return dir;
}

test("a lost database ends the server with a clear error; the next start has all, and makes a lost token anew", {
  timeout: 60_000,
}, async (t) => {
  const dir = await temporaryFolder(t);
  const first = server(t, dir);
  await first.ready();
  const token_path = join(dir, "data", "admin.token");
  const token = (await readFile(token_path, "utf8")).trim();
  assert.ok(first.output().includes(token), "what is kept is what was shown");
  assert.equal((await stat(token_path)).mode & 0o777, 0o600);

  const [postmaster] = (await readFile(join(dir, "data", "db", "data", "postmaster.pid"), "utf8")).split("\n", 1);
  process.kill(Number(postmaster), "SIGKILL");
  assert.equal(await first.ended, 1, first.output());
  assert.match(first.output(), /^DATABASE_LOST: PostgreSQL in .* ended unexpectedly$/m);

  await rm(token_path);
  const second = server(t, dir);
  await second.ready();
  const database = await attach(dir);
  const again = (await readFile(token_path, "utf8")).trim();
  assert.equal((await verifyToken(database.db, token, systemClock)).name, "admin");
  assert.equal((await verifyToken(database.db, again, systemClock)).name, "command line");
  await database.close();
  second.child.kill("SIGTERM");
  assert.equal(await second.ended, 0, second.output());
});

test("killed in the middle of its jobs, the server finishes each of them, once, after its restart", {
  timeout: 120_000,
}, async (t) => {
  const dir = await temporaryFolder(t);
  const source = join(dir, "source");
  await mkdir(source);
  for (let i = 0; i < 50; i++) await writeFile(join(source, `${i}.bin`), systemRandom.bytes(20_000));

  const first = server(t, dir);
  await first.ready();
  assert.match(first.output(), /admin token \(shown once\): baas_/);
  assert.equal((await stat(join(dir, "data-keys"))).mode & 0o777, 0o700);

  const second = server(t, dir);
  assert.equal(await second.ended, 1);
  assert.match(second.output(), new RegExp(`SERVER_ALREADY_RUNNING: the server with pid ${first.child.pid} `));

  let database = await attach(dir);
  const [project] = await listProjects(database.db);
  assert.deepEqual(
    (await listRegions(database.db)).map((region) => region.name),
    ["bd-ctg-1", "bd-dha-1"],
  );
  const policy = {
    name: "two",
    schedule: { daily: "02:00 UTC" },
    retention: { daily: 3 },
    copy: { cross_region: "bd-ctg-1" },
  };
  await createPolicy(database.db, policy, ports);
  await createWorkload(
    database.db,
    {
      name: "web-1",
      project: project?.id ?? "",
      type: "host",
      source: { kind: "files", paths: [source] },
      tags: { "backup-policy": "two" },
    },
    ports,
  );
  await database.close();
  first.child.kill("SIGTERM");
  assert.equal(await first.ended, 0, first.output());

  for (const failpoint of ["backup.run.done", "copy.run.done"]) {
    const began_ms = systemClock.monotonic_ms();
    const victim = server(t, dir, { BAAS_FAILPOINT: failpoint });
    await victim.ready();
    assert.doesNotMatch(victim.output(), /admin token/);
    database = await attach(dir);
    const { job_id } = await requestBackup(database.db, { workload: "web-1" }, ports);
    assert.equal(await victim.ended, "SIGKILL", victim.output());
    await database.close();

    const heir = server(t, dir);
    await heir.ready();
    database = await attach(dir);
    const deadline_ms = systemClock.monotonic_ms() + 30_000;
    for (;;) {
      const open = (await listJobs(database.db)).filter((job) => job.finished_at === null);
      if (open.length === 0) break;
      assert.ok(systemClock.monotonic_ms() < deadline_ms, `${failpoint}: ${JSON.stringify(open)}`);
      await systemClock.sleep(50);
    }
    const job = await getJob(database.db, job_id);
    t.diagnostic(`${failpoint}: ${Math.round(systemClock.monotonic_ms() - began_ms)} ms`);
    assert.deepEqual([job.state, job.attempt], ["SUCCEEDED", 1], failpoint);
    await database.close();
    heir.child.kill("SIGTERM");
    assert.equal(await heir.ended, 0, heir.output());
  }

  const last = server(t, dir);
  await last.ready();
  database = await attach(dir);
  const [backups, copies] = [await listBackups(database.db), await listCopies(database.db)];
  assert.deepEqual([backups.length, copies.length], [2, 2]);
  assert.ok(backups.every((backup) => backup.state === "AVAILABLE"));
  assert.ok(copies.every((copy) => copy.state === "AVAILABLE"));

  // A key that the key manager does not give out: the published reason, from the key manager's own answer, by the very
  // next job of a server that has just used the key.
  const used = await requestBackup(database.db, { workload: "web-1" }, ports);
  for (let i = 0; (await getJob(database.db, used.job_id)).finished_at === null && i < 200; i++) {
    await systemClock.sleep(50);
  }
  assert.equal((await getJob(database.db, used.job_id)).state, "SUCCEEDED");
  const token = (await readFile(join(dir, "data", "tokens", "admin.token"), "utf8")).trim();
  const admin = connectKeyManager({ socket_path: join(dir, "data", "run", "keyd.sock"), token });
  const key = (await admin.listKeys()).find(({ alias }) => alias === project?.id);
  await admin.disableKey(key?.key_id ?? "");
  const disabled_ms = systemClock.monotonic_ms();
  const { job_id } = await requestBackup(database.db, { workload: "web-1" }, ports);
  let denied = await getJob(database.db, job_id);
  for (let i = 0; denied.status_reason === null && i < 200; i++) {
    await systemClock.sleep(50);
    denied = await getJob(database.db, job_id);
  }
  assert.deepEqual([denied.status_reason, denied.error?.code], ["EncryptionKeyAccessDenied", "KEY_DISABLED"]);
  t.diagnostic(`denied after ${Math.round(systemClock.monotonic_ms() - disabled_ms)} ms`);
  await cancelJob({ db: database.db, ...ports }, job_id).catch(() => undefined); // it may have failed for good by now
  admin.close();
  await database.close();
  last.child.kill("SIGTERM");
  assert.equal(await last.ended, 0, last.output());
});
