/**
 * PostgreSQL: ours beside pgBackRest (2 processes, zstd, AES), on one server and one pgbench database of scale N (15 MB
 * each; 200 is about 3 GB), in turn.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { newId } from "../../../src/base/index.ts";
import { runArchive } from "../../../src/control/archiving/index.ts";
import { runStreamBackup } from "../../../src/engine/backup/index.ts";
import type { Repository } from "../../../src/engine/repository/index.ts";
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
import { clock, createAt, openAt, random, World } from "../../engine/world.ts";
import { HEAD, lineOf, mib, type Outcome, serverCpu, timed, type Work } from "./measured.ts";

export interface DatabaseBench {
  /** 15 MB each. */
  readonly scale: number;
  /** How long the load runs, twice. */
  readonly seconds: number;
  readonly rounds: number;
  print(line: string): void;
}

const usage = (path: string) => Number(execFileSync("du", ["-sb", path], { encoding: "utf8" }).split("\t")[0]);
const pidOf = (data: string): number =>
  Number.parseInt(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0] ?? "", 10);

/** pgBackRest on a cluster, with a repository beside it. */
class Rival {
  readonly folder: string;
  readonly #config: string;

  constructor(folder: string) {
    this.folder = folder;
    this.#config = join(folder, "pgbackrest.conf");
    mkdirSync(folder);
  }

  get archive_command(): string {
    return `pgbackrest --config=${this.#config} --stanza=bench archive-push %p`;
  }

  configure(cluster: Cluster): void {
    const { folder } = this;
    writeFileSync(
      this.#config,
      `[global]
repo1-path=${folder}/repo
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=correct-horse-battery-staple
compress-type=zst
process-max=2
start-fast=y
log-path=${folder}
lock-path=${folder}
spool-path=${folder}
log-level-console=error
repo1-retention-full=10

[bench]
pg1-path=${cluster.data}
pg1-socket-path=${cluster.folder}
pg1-port=${cluster.port}
`,
    );
    execFileSync("chown", ["-R", "postgres:postgres", folder]);
  }

  async run(...args: string[]): Promise<void> {
    await asPostgres("/usr/bin/pgbackrest", [`--config=${this.#config}`, "--stanza=bench", ...args]);
  }

  stored(): number {
    return usage(`${this.folder}/repo/backup`);
  }

  async restore(to_ms: number, folder: string): Promise<number> {
    const wanted = new Date(to_ms).toISOString().replace("T", " ").replace("Z", "+00");
    await this.run(`--pg1-path=${folder}`, "--type=time", `--target=${wanted}`, "--target-action=promote", "restore");
    const options = `-c listen_addresses='' -c unix_socket_directories='${folder}' -c archive_mode=off`;
    await asPostgres("pg_ctl", ["-D", folder, "-W", "-s", "-l", join(this.folder, "log"), "-o", options, "start"]);
    const there = Cluster.at(folder);
    for (;;) {
      const rows = await there.sql("SELECT pg_is_in_recovery() AS r").catch(() => []);
      if (String(rows[0]?.["r"]) === "false") return serverCpu(pidOf(folder));
      await clock.sleep(100);
    }
  }
}

const backUp = (repository: Repository, cluster: Cluster) =>
  runStreamBackup({
    repository,
    backup_id: newId("bkp", clock, random),
    labels: {},
    clock,
    threads: 2,
    kind: "postgresql",
    root: pgRoot("bench"),
    open: () => openPgSource({ target: cluster.target(), root: pgRoot("bench"), label: "bench", clock }),
  });

/** The log as the server's own streamer keeps it, and how far it is durable. */
function archive(repository: Repository, cluster: Cluster) {
  const stop = new AbortController();
  const state = { flushed: 0n };
  const listener = {
    streaming: async () => undefined,
    flushed: async ({ flushed_lsn }: { flushed_lsn: string }) => {
      state.flushed = parseLsn(flushed_lsn);
    },
    gap: async () => {
      throw new Error("a gap");
    },
    slotMade: async () => undefined,
  };
  const { signal } = stop;
  const run = { repository, target: cluster.target(), slot: "holdfast", clock, signal, listener, last_timeline: null };
  const done = runArchive(run).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return {
    state,
    async end() {
      stop.abort(new Error("done"));
      await done;
    },
  };
}

/** From when a commit was acknowledged to when it was durable here, in milliseconds. */
async function measureRpo(cluster: Cluster, state: { readonly flushed: bigint }, signal: AbortSignal) {
  const client = new pg.Client({ host: cluster.folder, port: cluster.port, user: "postgres", database: "postgres" });
  await client.connect();
  const samples: number[] = [];
  while (!signal.aborted) {
    await client.query("SELECT pg_current_xact_id()");
    const known = performance.now();
    const { rows } = await client.query<{ lsn: string }>("SELECT pg_current_wal_flush_lsn() AS lsn");
    const lsn = parseLsn(rows[0]?.lsn as string);
    while (state.flushed < lsn && !signal.aborted) await clock.sleep(5);
    if (state.flushed >= lsn) samples.push(performance.now() - known);
    await clock.sleep(50);
  }
  await client.end();
  return samples;
}

/** Ours: files, log, recovery, until it is open. @returns what the new server's CPU did, and how much log there was */
async function restoreOurs(world: World, repo: string, backup_id: string, to_ms: number, folder: string) {
  const host = await findHost(15);
  await using opened = await openAt(repo);
  const { repository } = opened;
  await world.restore(backup_id, { to: folder, repo });
  const backup = (await repository.readManifest(backup_id)).details as unknown as PgBackupDetails;
  const reach = await reachOf(repository, backup);
  const wanted = { kind: "time", at_ms: to_ms } as const;
  const { bytes } = await layWal(repository, backup, reach, wanted, folder);
  chmodSync(folder, 0o700);
  const { preload } = await driftOf(backup, host);
  const settings = { data_dir: folder, host, port: 5432 };
  const recovery = { backup, target: wanted, timeline: reach.timeline, preload, keep_settings: false };
  await prepareRecovery({ ...settings, ...recovery });
  await startRecovered(settings, clock, { timeout_ms: 3_600_000 });
  return { server_s: serverCpu(pidOf(folder)), bytes };
}

export async function benchPostgresql({ scale, seconds, rounds, print }: DatabaseBench): Promise<void> {
  using world = await World.create();
  chmodSync(world.folder, 0o711);
  const rival = new Rival(join(world.folder, "pgbackrest"));
  await using cluster = await Cluster.start([
    "fsync = on",
    "shared_buffers = 256MB",
    "max_wal_size = 4GB",
    "archive_mode = on",
    `archive_command = '${rival.archive_command}'`,
  ]);
  rival.configure(cluster);
  const connection = ["-h", cluster.folder, "-p", String(cluster.port), "-U", "postgres"];
  await asPostgres("pgbench", ["-i", "-q", "-s", String(scale), ...connection, "postgres"]);
  await rival.run("stanza-create");
  await cluster.sql("CHECKPOINT");
  const postmaster = pidOf(cluster.data);
  const servers = () => [postmaster];
  const load = (length: number) =>
    asPostgres("pgbench", ["-T", String(length), "-c", "4", "-j", "2", "-n", ...connection, "postgres"]);
  print(HEAD);
  const tell = (outcome: Outcome) => print(lineOf(outcome));

  const [full, their_full]: [Work[], Work[]] = [[], []];
  let [repo, first_stored, source_bytes, their_first] = ["", 0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    if (repo !== "") rmSync(repo, { recursive: true, force: true });
    repo = world.path("full");
    await createAt(repo);
    await using opened = await openAt(repo);
    const ours = await timed(() => backUp(opened.repository, cluster), servers);
    full.push(ours);
    ({ stored_bytes: first_stored, source_bytes } = ours.value.stats);
    const before = round === 0 ? 0 : rival.stored();
    their_full.push(await timed(() => rival.run("--type=full", "backup"), servers));
    their_first = rival.stored() - before;
  }
  tell({
    work: `first full backup, ${mib(source_bytes)}`,
    bar: "≥ 1.5×",
    ours: full,
    theirs: their_full,
    stored: { ours: first_stored, theirs: their_first },
  });

  await using opened = await openAt(repo);
  const { repository } = opened;
  const log = archive(repository, cluster);
  const measured = new AbortController();
  const rpo = measureRpo(cluster, log.state, measured.signal);
  const tps = /tps = ([\d.]+)/.exec(await load(seconds))?.[1] ?? "?";
  await cluster.sql("CHECKPOINT");
  const before = rival.stored();
  const second = await timed(() => backUp(repository, cluster), servers);
  const their_second = await timed(() => rival.run("--type=incr", "backup"), servers);
  tell({
    work: `second: ours full, theirs incremental, after ${seconds} s of pgbench`,
    bar: "stores ≤ 1.2×",
    ours: [second],
    theirs: [their_second],
    stored: { ours: second.value.stats.stored_bytes, theirs: rival.stored() - before },
  });

  await load(seconds);
  measured.abort();
  const samples = (await rpo).sort((a, b) => a - b);
  const at = (share: number) => `${Math.round(samples[Math.floor(samples.length * share)] ?? Number.NaN)} ms`;
  print(
    `| commit to durable log, ${samples.length} samples over ${2 * seconds} s of pgbench (${tps} tps) | p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${Math.round(samples.at(-1) ?? 0)} ms | – | – | – | – | p99 ≤ 5 s |`,
  );
  await clock.sleep(100);
  const to_ms = clock.now_ms();
  await clock.sleep(100);
  await load(1);
  await cluster.sql("SELECT pg_switch_wal()");
  const end = parseLsn((await cluster.sql("SELECT pg_current_wal_flush_lsn() AS lsn"))[0]?.["lsn"] as string);
  while (log.state.flushed < end) await clock.sleep(50);
  await rival.run("check");
  await log.end();

  const [restored, their_restored]: [Work[], Work[]] = [[], []];
  let log_bytes = 0;
  const host = await findHost(15);
  for (let round = 0; round < rounds; round++) {
    const folder = world.path("ours");
    const ours = await timed(() => restoreOurs(world, repo, second.value.backup_id, to_ms, folder));
    restored.push({ ...ours, server_s: ours.value.server_s });
    log_bytes = ours.value.bytes;
    await stopServer(host, folder);
    const there = join(rival.folder, `restored-${round}`);
    const theirs = await timed(() => rival.restore(to_ms, there));
    their_restored.push({ ...theirs, server_s: theirs.value });
    await asPostgres("pg_ctl", ["-D", there, "-m", "immediate", "-w", "-s", "stop"]);
    for (const each of [folder, there]) rmSync(each, { recursive: true, force: true });
  }
  tell({
    work: `restore to a time, open (${mib(log_bytes)} of log)`,
    bar: "≥ 1.2×",
    ours: restored,
    theirs: their_restored,
  });
}
