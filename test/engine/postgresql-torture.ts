/**
 * Consistency torture: clients commit numbered rows as fast as they can and note outside when each commit was
 * acknowledged; meanwhile log is streamed, its receiver is killed, its slot is dropped and the server is restarted.
 * Then restores to random times must have exactly the commits up to there.
 */
import assert from "node:assert/strict";
import { chmodSync, rmSync } from "node:fs";
import pg from "pg";
import { newId } from "../../src/base/index.ts";
import { runArchive, type ArchiveGap } from "../../src/control/archiving/index.ts";
import { runStreamBackup } from "../../src/engine/backup/index.ts";
import {
  checkTarget,
  driftOf,
  findHost,
  layWal,
  openPgSource,
  type PgBackupDetails,
  pgRoot,
  prepareRecovery,
  reachOf,
  startRecovered,
  stopServer,
} from "../../src/engine/source/postgresql/index.ts";
import { Cluster } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { clock, openAt, random, World } from "./world.ts";

interface Commit {
  readonly id: number;
  /** By the server's clock within the transaction, and when the client knew that it was committed. */
  readonly begun_ms: number;
  readonly known_ms: number;
}

export interface TortureOptions {
  readonly targets: number;
  readonly seconds: number;
  readonly clients: number;
  readonly seed: number;
}

/** Numbers in [0, 1) from a seed, the same each time. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export async function torture({ targets, seconds, clients, seed }: TortureOptions): Promise<string> {
  using world = await World.create();
  chmodSync(world.folder, 0o711);
  await using cluster = await Cluster.start(["synchronous_commit = on", "max_connections = 40"]);
  await cluster.sql("CREATE TABLE ledger (id bigint PRIMARY KEY, at timestamptz NOT NULL)");
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  const target = cluster.target();
  const roll = dice(seed);
  const gaps: ArchiveGap[] = [];
  const stopping = new AbortController();
  let receiver = new AbortController();
  let [timeline, kills]: [number | null, number] = [null, 0];
  let durable_ms = 0;
  const listener = {
    streaming: async (_: unknown, on: number) => {
      timeline = on;
    },
    flushed: async ({ last_commit_ms }: { last_commit_ms: number | null }) => {
      durable_ms = last_commit_ms ?? durable_ms;
    },
    gap: async (gap: ArchiveGap) => {
      gaps.push(gap);
    },
    slotMade: async () => undefined,
  };
  const archiving = (async () => {
    while (!stopping.signal.aborted) {
      receiver = new AbortController();
      const signal = AbortSignal.any([receiver.signal, stopping.signal]);
      await runArchive({
        repository,
        target,
        slot: "holdfast",
        clock,
        signal,
        listener,
        last_timeline: timeline,
      }).catch(
        () => undefined, // killed, or the server restarts
      );
      await clock.sleep(50);
    }
  })();

  const ledger: Commit[] = [];
  let [next, writing] = [1, true];
  const client = async () => {
    while (writing) {
      const connection = new pg.Client({
        host: target.host,
        port: target.port,
        user: target.user,
        database: "postgres",
      });
      connection.on("error", () => undefined);
      try {
        await connection.connect();
        while (writing) {
          const id = next++;
          const begun_ms = clock.now_ms();
          await connection.query("INSERT INTO ledger VALUES ($1, clock_timestamp())", [id]);
          ledger.push({ id, begun_ms, known_ms: clock.now_ms() });
        }
      } catch {
        await clock.sleep(100); // the server restarts; what was in flight is in no ledger
      } finally {
        await connection.end().catch(() => undefined);
      }
    }
  };
  while (durable_ms === 0) {
    await cluster.sql("SELECT pg_current_xact_id()");
    await clock.sleep(100);
  }
  const working = Promise.all(Array.from({ length: clients }, client));
  const { backup_id } = await runStreamBackup({
    repository,
    backup_id: newId("bkp", clock, random),
    labels: {},
    clock,
    threads: 1,
    kind: "postgresql",
    root: pgRoot("torture"),
    open: () => openPgSource({ target, root: pgRoot("torture"), label: "torture", clock }),
  });
  const details = (await repository.readManifest(backup_id)).details as unknown as PgBackupDetails;
  const from_ms = clock.now_ms();
  const until_ms = from_ms + seconds * 1000;
  for (let turn = 0; clock.now_ms() < until_ms; turn++) {
    await clock.sleep(Math.max(300, (seconds * 1000) / 8));
    if (turn % 3 === 2) {
      await cluster.down("immediate");
      await cluster.up();
    } else {
      receiver.abort(new Error("killed"));
      kills++;
    }
  }
  const to_ms = clock.now_ms();
  await clock.sleep(200);
  writing = false;
  await working;
  for (let i = 0; durable_ms <= to_ms; i++) {
    if (i > 300) throw new Error(`nothing durable after ${new Date(to_ms).toISOString()}`);
    await cluster.sql("SELECT pg_current_xact_id()");
    await clock.sleep(100);
  }
  stopping.abort(new Error("done"));
  await archiving;
  assert.deepEqual(gaps, [], "no log was lost");

  const reach = await reachOf(repository, details);
  const host = await findHost(15);
  const { preload } = await driftOf(details, host);
  for (let i = 0; i < targets; i++) {
    const at_ms = Math.round(from_ms + roll() * (to_ms - from_ms));
    const to = { kind: "time", at_ms } as const;
    await checkTarget(repository, details, reach, to);
    const { target: data_dir } = await world.restore(backup_id);
    chmodSync(data_dir, 0o700);
    await layWal(repository, details, reach, to, data_dir);
    const settings = { data_dir, host, port: 5432 };
    const recovery = { backup: details, target: to, timeline: reach.timeline, preload, keep_settings: false };
    await prepareRecovery({ ...settings, ...recovery });
    await startRecovered(settings, clock, { timeout_ms: 120_000 });
    try {
      const restored = Cluster.at(data_dir);
      const rows = await restored.sql("SELECT id FROM ledger");
      compare(ledger, new Set(rows.map(({ id }) => Number(id))), at_ms);
    } finally {
      await stopServer(host, data_dir);
      rmSync(data_dir, { recursive: true, force: true });
    }
  }
  return `${ledger.length} commits, ${kills} receivers killed, ${targets} targets`;
}

/**
 * Whoever knew of a commit before the target has it; whoever had not begun by then does not. In between, commit and
 * target are closer than the client can tell.
 */
function compare(ledger: readonly Commit[], restored: ReadonlySet<number>, at_ms: number): void {
  let undecided = 0;
  for (const { id, begun_ms, known_ms } of ledger) {
    if (known_ms < at_ms) assert.ok(restored.has(id), `commit ${id}, known ${at_ms - known_ms} ms before, is lost`);
    else if (begun_ms > at_ms)
      assert.ok(!restored.has(id), `commit ${id} began ${begun_ms - at_ms} ms after the target`);
    else undecided++;
  }
  assert.ok(undecided < 100, `${undecided} commits were under way`);
}
