/**
 * A server, three workers and three agents, each a process of its own, on one PostgreSQL. They are killed, frozen and
 * cut off at random (seeded) while policies ask for a backup of everything every five minutes, and people for others in
 * between. In the end every slot has one outcome, every good one has one backup that is there, and nothing else is.
 *
 * As root each process has a network namespace, and backups go into a bucket of a Ceph gateway where there is one
 * (HOLDFAST_SCALE_SPACES=no, HOLDFAST_SCALE_BUCKET=no to do without). An hour of a policy takes five minutes: an hour
 * with 300 workloads is HOLDFAST_SCALE_MINUTES=5, twelve of them 60. HOLDFAST_SCALE_SEED sets which one.
 */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { sql } from "kysely";
import { systemClock as clock } from "../../src/base/index.ts";
import { joinGateway, type SharedGateway } from "../../src/engine/store/testing/ceph/gateway.ts";
import { gatewayMissing } from "../../src/engine/store/testing/ceph/programs.ts";
import { type Db, openDatabase } from "../../src/platform/db/index.ts";
import { startTestCluster, TEMPLATE, urlOf } from "../../src/platform/db/testing/cluster.ts";
import { silentLogger } from "../../src/platform/log/index.ts";
import { Dice } from "../sim/dice.ts";
import { Place } from "./scale/place.ts";
import { spacesMissing } from "./scale/spaces.ts";

const { env } = process;
const MINUTES = Number(env["HOLDFAST_SCALE_MINUTES"] ?? 12);
const SEED = Number(env["HOLDFAST_SCALE_SEED"] ?? 20_261_126);
const WORKLOADS = Number(env["HOLDFAST_SCALE_WORKLOADS"] ?? 18);
const AGENTS = 3;
/** "Work moves to the living within a minute." */
const MOVED_MS_MAX = 60_000;
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

test("every backup due is made or reported, whoever dies", { timeout: (MINUTES + 25) * 60_000 }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-scale-"));
  chmodSync(dir, 0o755);
  const no_spaces = env["HOLDFAST_SCALE_SPACES"] === "no" ? "not wanted" : spacesMissing();
  const no_bucket = env["HOLDFAST_SCALE_BUCKET"] === "no" ? "not wanted" : gatewayMissing();
  t.diagnostic(`network namespaces: ${no_spaces ?? "yes"}; Ceph gateway: ${no_bucket ?? "yes"}`);
  const gateway = no_bucket === undefined ? await joinGateway() : undefined;
  const spaces = no_spaces === undefined;
  const place = new Place({ dir, workloads: WORKLOADS, agents: AGENTS, spaces, gateway, policy: POLICY });
  mkdirSync(join(dir, "pg"), { mode: 0o755 });
  const cluster = await startTestCluster(join(dir, "pg"));
  t.after(async () => {
    await place.stopAll();
    await cluster.stop();
    gateway?.leave();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });
  const url = urlOf(cluster, TEMPLATE);
  const database = await openDatabase({ url }, { log: silentLogger });
  t.after(() => database.close());
  const { host, port, user, password } = cluster.connection;
  await place.setUp({
    url,
    socket: join(String(host), `.s.PGSQL.${port}`),
    remote: (at, through) => `postgres://${user}:${password}@${at}:${through}/${TEMPLATE}`,
  });
  const began = new Date(clock.now_ms());
  const roll = new Dice(SEED);
  const until_ms = clock.monotonic_ms() + MINUTES * 60_000;
  const counts = { kills: 0, cuts: 0, freezes: 0 };
  const moves = new Moves(database.db);
  while (clock.monotonic_ms() < until_ms) {
    for (let i = 0; i < 3; i++) await place.ask(`w-${roll.below(WORKLOADS)}`);
    await clock.sleep(3_000 + roll.below(7_000));
    const name = place.names[roll.below(place.names.length)] ?? "server";
    const what = roll.below(6);
    if (what === 0) {
      counts.cuts++;
      place.cut(name);
      await clock.sleep(2_000 + roll.below(25_000));
      place.heal(name);
    } else if (what === 1 && name !== "server") {
      counts.freezes++;
      place.signal(name, "SIGSTOP");
      await clock.sleep(2_000 + roll.below(15_000));
      place.signal(name, "SIGCONT");
    } else {
      counts.kills++;
      await place.kill(name);
      if (name.startsWith("worker")) await moves.lost(name);
      await clock.sleep(roll.below(5_000));
      await place.start(name);
    }
    await moves.look();
  }
  const ended = new Date(clock.now_ms());
  await settled(database.db, ended, () => moves.look());
  const found = await check(database.db, began, ended, place.asked);
  const kept = gateway === undefined ? manifestsIn(join(dir, "data")) : await manifestsOf(gateway, place.bucket);
  const known = await database.db.selectFrom("backups").select("id").where("state", "=", "AVAILABLE").execute();
  assert.deepEqual(kept.toSorted(), known.map(({ id }) => id).toSorted(), "the catalog and the storage agree");
  const told = { ...counts, asked_for: place.asked.length, ...found, ...moves.told() };
  t.diagnostic(`${WORKLOADS} workloads, ${MINUTES} min, seed ${SEED}: ${JSON.stringify(told)}`);
  assert.ok(moves.longest_ms <= MOVED_MS_MAX, `work of the dead lay for ${moves.longest_ms} ms`);
});

/** How long jobs of a killed worker lie until somebody else works on them. */
class Moves {
  readonly #db: Db;
  readonly #open = new Map<string, { readonly fence: number; readonly since_ms: number }>();
  longest_ms = 0;
  #moved = 0;

  constructor(db: Db) {
    this.#db = db;
  }

  /** @param name `worker-N`, which was just killed */
  async lost(name: string): Promise<void> {
    const since_ms = clock.now_ms();
    const rows = await this.#db
      .selectFrom("jobs")
      .select(["id", "lease_fence", "lease_owner"])
      .where("state", "=", "RUNNING")
      .where("lease_owner", "like", `%-worker-${name.split("-")[1]}%`)
      .execute();
    for (const { id, lease_fence } of rows) this.#open.set(id, { fence: Number(lease_fence), since_ms });
  }

  async look(): Promise<void> {
    if (this.#open.size === 0) return;
    const rows = await this.#db
      .selectFrom("jobs")
      .select(["id", "lease_fence", "state", "started_at", "heartbeat_at", "finished_at"])
      .where("id", "in", [...this.#open.keys()])
      .execute();
    for (const { id, lease_fence, heartbeat_at, finished_at } of rows) {
      const was = this.#open.get(id);
      if (was === undefined || (Number(lease_fence) <= was.fence && finished_at === null)) continue;
      // The first sign of life of whoever has it now: later than when it was taken, by a heartbeat at most.
      const at = Math.min(
        heartbeat_at?.getTime() ?? clock.now_ms(),
        finished_at?.getTime() ?? Number.POSITIVE_INFINITY,
      );
      this.longest_ms = Math.max(this.longest_ms, at - was.since_ms);
      this.#moved++;
      this.#open.delete(id);
    }
  }

  told() {
    return { jobs_moved: this.#moved, longest_until_moved_seconds: Math.round(this.longest_ms / 1000) };
  }
}

function manifestsIn(data: string): string[] {
  const projects = join(data, "regions", "bd-dha-1", "projects");
  return readdirSync(projects).flatMap((project) => readdirSync(join(projects, project, "manifests")));
}

async function manifestsOf({ client }: SharedGateway, bucket: string): Promise<string[]> {
  const ids: string[] = [];
  for (let token: string | undefined; ; ) {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }));
    for (const { Key = "" } of page.Contents ?? []) {
      const found = /\/manifests\/(bkp_[^/]+)$/.exec(Key);
      if (found?.[1] !== undefined) ids.push(found[1]);
    }
    token = page.NextContinuationToken;
    if (token === undefined) return ids;
  }
}

/** Waits until nothing that was due before `ended` is open. */
async function settled(db: Db, ended: Date, look: () => Promise<void>): Promise<void> {
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
    await look();
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
