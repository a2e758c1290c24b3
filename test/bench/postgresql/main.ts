/**
 * `node test/bench/postgresql/main.ts [--scale N] [--seconds N]`: PostgreSQL, ours beside pgBackRest (2 processes,
 * zstd, AES), on one server and one pgbench database of scale N (15 MB each; 200 is about 3 GB). Prints a table;
 * nothing of it is kept. Run it on a quiet machine.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { newId } from "../../../src/base/index.ts";
import { runArchive } from "../../../src/control/archiving/index.ts";
import { runStreamBackup } from "../../../src/engine/backup/index.ts";
import {
  driftOf,
  findHost,
  layWal,
  openPgSource,
  parseLsn,
  type PgBackupDetails,
  pgRoot,
  prepareRecovery,
  reachOf,
  startRecovered,
  stopServer,
} from "../../../src/engine/source/postgresql/index.ts";
import { asPostgres, Cluster } from "../../../src/engine/source/postgresql/testing/cluster.ts";
import { clock, openAt, random, World } from "../../engine/world.ts";

const { values } = parseArgs({
  options: { scale: { type: "string", default: "5" }, seconds: { type: "string", default: "20" } },
});
const [scale, seconds] = [Number(values.scale), Number(values.seconds)];
const print = (line: string) => process.stdout.write(`${line}\n`);
const mib = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
const usage = (path: string) => Number(execFileSync("du", ["-sb", path], { encoding: "utf8" }).split("\t")[0]);

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; value: T }> {
  const begun = performance.now();
  const value = await work();
  return { seconds: (performance.now() - begun) / 1000, value };
}

using world = await World.create();
chmodSync(world.folder, 0o711);
await using opened = await openAt(world.repo);
const { repository } = opened;
const rival = join(world.folder, "pgbackrest");
mkdirSync(rival);
const config = join(rival, "pgbackrest.conf");
await using cluster = await Cluster.start([
  "fsync = on",
  "shared_buffers = 256MB",
  "max_wal_size = 4GB",
  "archive_mode = on",
  `archive_command = 'pgbackrest --config=${config} --stanza=bench archive-push %p'`,
]);
writeFileSync(
  config,
  `[global]
repo1-path=${rival}/repo
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=correct-horse-battery-staple
compress-type=zst
process-max=2
start-fast=y
log-path=${rival}
lock-path=${rival}
spool-path=${rival}
log-level-console=error
repo1-retention-full=10

[bench]
pg1-path=${cluster.data}
pg1-socket-path=${cluster.folder}
pg1-port=${cluster.port}
`,
);
execFileSync("chown", ["-R", "postgres:postgres", rival]);
const pgbackrest = (...args: string[]) =>
  asPostgres("/usr/bin/pgbackrest", [`--config=${config}`, "--stanza=bench", ...args]);
const connection = ["-h", cluster.folder, "-p", String(cluster.port), "-U", "postgres"];
await asPostgres("pgbench", ["-i", "-q", "-s", String(scale), ...connection, "postgres"]);
await pgbackrest("stanza-create");

const target = cluster.target();
const backUp = () =>
  runStreamBackup({
    repository,
    backup_id: newId("bkp", clock, random),
    labels: {},
    clock,
    threads: 2,
    kind: "postgresql",
    root: pgRoot("bench"),
    open: () => openPgSource({ target, root: pgRoot("bench"), label: "bench", clock }),
  });
const stop = new AbortController();
let flushed = 0n;
const listener = {
  streaming: async () => undefined,
  flushed: async ({ flushed_lsn }: { flushed_lsn: string }) => {
    flushed = parseLsn(flushed_lsn);
  },
  gap: async () => {
    throw new Error("a gap");
  },
  slotMade: async () => undefined,
};
const archiving = runArchive({
  repository,
  target,
  slot: "holdfast",
  clock,
  signal: stop.signal,
  listener,
  last_timeline: null,
}).catch((error: unknown) => {
  if (!stop.signal.aborted) throw error;
});

await cluster.sql("CHECKPOINT");
const ours_full = await timed(backUp);
const their_full = await timed(() => pgbackrest("--type=full", "backup"));
print(`| work | ours | pgBackRest | ratio |\n|---|---|---|---|`);
const row = (work: string, ours: string, theirs: string, ratio: number) =>
  print(`| ${work} | ${ours} | ${theirs} | ${ratio.toFixed(2)} |`);
row(
  `first full, ${mib(ours_full.value.stats.source_bytes)}`,
  `${ours_full.seconds.toFixed(2)} s, ${mib(ours_full.value.stats.stored_bytes)}`,
  `${their_full.seconds.toFixed(2)} s, ${mib(usage(`${rival}/repo/backup`))}`,
  their_full.seconds / ours_full.seconds,
);

/** From when a commit was acknowledged to when it was durable here, in milliseconds. */
async function measureRpo(signal: AbortSignal): Promise<number[]> {
  const client = new pg.Client({ host: cluster.folder, port: cluster.port, user: "postgres", database: "postgres" });
  await client.connect();
  const samples: number[] = [];
  while (!signal.aborted) {
    await client.query("SELECT pg_current_xact_id()");
    const known = performance.now();
    const { rows } = await client.query<{ lsn: string }>("SELECT pg_current_wal_flush_lsn() AS lsn");
    const lsn = parseLsn(rows[0]?.lsn as string);
    while (flushed < lsn && !signal.aborted) await clock.sleep(5);
    if (flushed >= lsn) samples.push(performance.now() - known);
    await clock.sleep(50);
  }
  await client.end();
  return samples.sort((a, b) => a - b);
}

const load = (length: number) =>
  asPostgres("pgbench", ["-T", String(length), "-c", "4", "-j", "2", "-n", ...connection, "postgres"]);
const measured = new AbortController();
const rpo = measureRpo(measured.signal);
const tps = /tps = ([\d.]+)/.exec(await load(seconds))?.[1] ?? "?";
measured.abort();
const samples = await rpo;
const at = (share: number) => `${Math.round(samples[Math.floor(samples.length * share)] ?? Number.NaN)} ms`;
print(
  `| commit to durable log, ${samples.length} samples under pgbench (${tps} tps) | p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${Math.round(samples.at(-1) ?? 0)} ms | – | – |`,
);

await cluster.sql("CHECKPOINT");
const before = usage(`${rival}/repo/backup`);
const ours_second = await timed(backUp);
const their_second = await timed(() => pgbackrest("--type=incr", "backup"));
const theirs_stored = usage(`${rival}/repo/backup`) - before;
const ours_stored = ours_second.value.stats.stored_bytes;
row(
  "second: ours full, theirs incremental (ratio of stored bytes, ours to theirs)",
  `${ours_second.seconds.toFixed(2)} s, ${mib(ours_stored)}`,
  `${their_second.seconds.toFixed(2)} s, ${mib(theirs_stored)}`,
  ours_stored / theirs_stored,
);

await load(seconds);
await clock.sleep(100);
const to_ms = clock.now_ms();
await clock.sleep(100);
await load(1);
await cluster.sql("SELECT pg_switch_wal()");
const end = parseLsn((await cluster.sql("SELECT pg_current_wal_flush_lsn() AS lsn"))[0]?.["lsn"] as string);
while (flushed < end) await clock.sleep(50);
await pgbackrest("check");
stop.abort(new Error("done"));
await archiving;

const host = await findHost(15);
const ours_dir = world.path("ours");
const ours_restore = await timed(async () => {
  const { backup_id } = ours_second.value;
  await world.restore(backup_id, { to: ours_dir });
  const backup = (await repository.readManifest(backup_id)).details as unknown as PgBackupDetails;
  const reach = await reachOf(repository, backup);
  const wanted = { kind: "time", at_ms: to_ms } as const;
  const { bytes } = await layWal(repository, backup, reach, wanted, ours_dir);
  chmodSync(ours_dir, 0o700);
  const { preload } = await driftOf(backup, host);
  const settings = { data_dir: ours_dir, host, port: 5432 };
  const recovery = { backup, target: wanted, timeline: reach.timeline, preload, keep_settings: false };
  await prepareRecovery({ ...settings, ...recovery });
  await startRecovered(settings, clock, { timeout_ms: 3_600_000 });
  return bytes;
});
await stopServer(host, ours_dir);
const their_dir = join(rival, "restored");
const their_restore = await timed(async () => {
  const wanted = new Date(to_ms).toISOString().replace("T", " ").replace("Z", "+00");
  await pgbackrest(
    `--pg1-path=${their_dir}`,
    "--type=time",
    `--target=${wanted}`,
    "--target-action=promote",
    "restore",
  );
  const options = `-c listen_addresses='' -c unix_socket_directories='${their_dir}' -c archive_mode=off`;
  await asPostgres("pg_ctl", ["-D", their_dir, "-W", "-s", "-l", join(rival, "log"), "-o", options, "start"]);
  const there = Cluster.at(their_dir);
  for (;;) {
    const rows = await there.sql("SELECT pg_is_in_recovery() AS r").catch(() => []);
    if (String(rows[0]?.["r"]) === "false") return;
    await clock.sleep(100);
  }
});
await asPostgres("pg_ctl", ["-D", their_dir, "-m", "immediate", "-w", "-s", "stop"]);
row(
  `restore to a time, open (${mib(ours_restore.value)} of log)`,
  `${ours_restore.seconds.toFixed(2)} s`,
  `${their_restore.seconds.toFixed(2)} s`,
  their_restore.seconds / ours_restore.seconds,
);
rmSync(rival, { recursive: true, force: true });
