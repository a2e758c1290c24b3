/** A server that is killed and started again, and what must hold whenever it has come to rest. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { failpointNames, type ServerParts } from "../../src/apps/server/index.ts";
import { systemClock as clock } from "../../src/base/index.ts";
import type { CheckReport } from "../../src/engine/check/index.ts";
import type { Job, JobKind } from "../../src/model/index.ts";
import { readEvents } from "../../src/platform/db/index.ts";
import { assertSameTree, HOME, Installation, PEER } from "../e2e/installation.ts";
import { changeTree, makeTree } from "../e2e/tree.ts";

const KEYD = fileURLToPath(new URL("../../src/apps/keyd/main.ts", import.meta.url));
const WATCH_MS_MAX = 180_000;

/** Failpoints of a kind of job, in the order in which a job passes them; `runs` is the step that takes long. */
export function pointsOf(kind: JobKind, runs = "run"): string[] {
  const all = failpointNames({} as ServerParts).filter((name) => name.startsWith(`${kind}.`));
  const special = [`${kind}.claimed`, `${kind}.progress`, `${kind}.ended`];
  const steps = all.filter((name) => !special.includes(name));
  const run_done = steps.indexOf(`${kind}.${runs}.done`);
  assert.ok(run_done > 0, `${kind} has no step that runs`);
  return [
    `${kind}.claimed`,
    ...steps.slice(0, run_done),
    `${kind}.progress`,
    ...steps.slice(run_done),
    `${kind}.ended`,
  ];
}

/** What a server asks of itself once a day, in each region at most; midnight may pass while a test runs. */
const DAILY: readonly JobKind[] = ["retention_audit", "tier", "deep_read", "integrity"];

export class Victim extends Installation {
  readonly source = makeTree(this.path("source"));
  #rounds = 0;
  #restores = 0;
  #asked: Readonly<Record<JobKind, number>> = {
    backup: 0,
    copy: 0,
    verify: 0,
    restore: 0,
    delete: 0,
    undelete: 0,
    sweep: 0,
    hold: 0,
    retention_audit: 0,
    rotate: 0,
    reseal: 0,
    retire_key: 0,
    tier: 0,
    thaw: 0,
    deep_read: 0,
    integrity: 0,
    drill: 0,
    recovery_drill: 0,
    report: 0,
    catalog_rebuild: 0,
  };

  /** A workload under a policy that copies to the other region; its schedule rests while the test runs. */
  async setUp(): Promise<void> {
    await this.start();
    const far = new Date(clock.now_ms() + 12 * 3_600_000).toISOString().slice(11, 16);
    const yaml = `name: two\nschedule:\n  daily: "${far} UTC"\nretention:\n  daily: 3\ncopy:\n  cross_region: ${PEER}\n`;
    const file = this.path("policy.yaml");
    writeFileSync(file, yaml);
    await this.ok("policy", "create", "-f", file);
    const tag = "backup-policy=two";
    await this.ok("workload", "add", "web-1", "--project", "default", "--path", this.source, "--tag", tag);
  }

  /** Asks for a backup of a source that has changed. */
  async askBackup(): Promise<void> {
    changeTree(this.source, ++this.#rounds);
    await this.#ask({ backup: 1, copy: 1 }, ["backup", "run", "--workload", "web-1"]);
  }

  async askVerification(backup_id: string): Promise<void> {
    await this.#ask({ verify: 1 }, ["verify", "--backup-id", backup_id]);
  }

  /** Asks for a job of this kind that no other method asks for. */
  async askFor(
    kind: "delete" | "undelete" | "sweep" | "rotate" | "retire_key",
    ...argv: readonly string[]
  ): Promise<void> {
    await this.#ask({ [kind]: 1 }, argv);
  }

  /** Asks for a restore from the other region; returns the folder it goes to. */
  async askRestore(backup_id: string): Promise<string> {
    const target = this.path(`restored-${++this.#restores}`);
    const where = ["--target", target, "--from-region", PEER];
    await this.#ask({ restore: 1 }, ["restore", "--backup-id", backup_id, ...where]);
    return target;
  }

  /** The server may be dead before it has answered: then the job is there, or it is not, and nothing in between. */
  async #ask(jobs: Partial<Record<JobKind, number>>, argv: readonly string[]): Promise<void> {
    const { code, text } = await this.baas(...argv, "--detach");
    assert.ok(code === 0 || code === 6, text);
    for (const [kind, count] of Object.entries(jobs)) {
      this.#asked = { ...this.#asked, [kind]: this.#asked[kind as JobKind] + count };
    }
  }

  /** Kills the server the moment `condition` holds: looks every millisecond. */
  async killWhen(what: string, condition: () => boolean): Promise<void> {
    const deadline_ms = clock.monotonic_ms() + WATCH_MS_MAX;
    while (!condition()) {
      assert.ok(clock.monotonic_ms() < deadline_ms, `${what}: never seen\n${this.output}`);
      await clock.sleep(1);
    }
    await this.kill();
  }

  /** Number of entries below a folder that may not be there yet; files still being written count. */
  count(region: string, folder: string): number {
    try {
      return readdirSync(`${this.repository(region)}/${folder}`, { recursive: true }).length;
    } catch {
      return 0;
    }
  }

  /** The engine's check while no server runs, with the key manager started for it alone. */
  async checkDead(region: string): Promise<CheckReport> {
    const socket_path = this.path("check.sock");
    const stdio = ["ignore", "pipe", "inherit"] as const;
    const keyd = spawn(process.execPath, [KEYD, "--dir", this.keys, "--socket", socket_path], { stdio: [...stdio] });
    const ended = once(keyd, "exit");
    try {
      const [said] = (await Promise.race([once(keyd.stdout as NodeJS.ReadableStream, "data"), ended])) as [unknown];
      assert.match(String(said), /^keyd ready/);
      return await this.check(region, socket_path);
    } finally {
      keyd.kill("SIGTERM");
      await ended;
    }
  }

  /**
   * At rest after a restart: every job that was asked for is there once and has succeeded; every backup has one row,
   * one manifest in each region, and one event for each thing that happened to it; one database and one key manager
   * run.
   * @returns ids of the backups, newest first
   */
  async assertWhole(): Promise<string[]> {
    const jobs = await this.settled();
    for (const job of jobs) assert.equal(job.state, "SUCCEEDED", JSON.stringify(job));
    for (const job of jobs) assert.equal(job.attempt, 1, `a death used up an attempt: ${JSON.stringify(job)}`);
    const countOf = (kind: string) => jobs.filter((job) => job.kind === kind).length;
    const asked = Object.entries(this.#asked).filter(([kind]) => !DAILY.includes(kind as JobKind));
    assert.deepEqual(Object.fromEntries(asked.map(([kind]) => [kind, countOf(kind)])), Object.fromEntries(asked));
    for (const kind of DAILY) assert.ok(countOf(kind) <= 4, `${kind} is asked for once a day, and was more often`);

    const backups = await this.backups();
    const ids = backups.map((backup) => backup.id);
    assert.deepEqual(new Set(backups.map((backup) => backup.state)), new Set(["AVAILABLE"]));
    assert.equal((await this.ok("list", "--state", "FAILED")).items.length, 0);
    assert.equal((await this.ok("list", "--state", "CREATING")).items.length, 0);
    const made_by = jobs.filter((job) => job.kind === "backup").map((job) => job.backup_id);
    assert.deepEqual([...ids].sort(), made_by.sort());
    const manifests = [...ids].sort().map((id) => `manifests/${id}`);
    for (const region of [HOME, PEER]) assert.deepEqual(this.objects(region, "manifests"), manifests, region);
    for (const id of ids) {
      const { copies } = await this.backup(id);
      assert.deepEqual(
        copies.map((copy) => [copy.region_name, copy.state]),
        [[PEER, "AVAILABLE"]],
      );
    }
    await this.#assertEvents(jobs, ids);
    for (const program of [/\/postgres -D/, /\/keyd\/main\.ts/]) {
      const running = () => this.processes().filter((line) => program.test(line));
      await this.until(
        `one ${program}`,
        async () => running().length === 1,
        () => running().join("\n"),
      );
    }
    return ids;
  }

  async #assertEvents(jobs: readonly Job[], backup_ids: readonly string[]): Promise<void> {
    const database = await this.database();
    try {
      const events = await readEvents(database.db, { after_sequence: 0, limit: 100_000 });
      const seen = (type: string, subject: string, has: (data: Record<string, unknown>) => boolean = () => true) =>
        events.filter((event) => event.type === type && event.subject === subject && has(event.data)).length;
      for (const id of backup_ids) {
        assert.equal(seen("holdfast.backup.creating", id), 1, id);
        assert.equal(seen("holdfast.backup.available", id), 1, id);
      }
      for (const { id, kind } of jobs) {
        assert.equal(
          seen("holdfast.job.state", id, ({ state }) => state === "QUEUED"),
          1,
          `${kind} ${id} asked for`,
        );
        assert.equal(
          seen("holdfast.job.state", id, ({ state }) => state === "SUCCEEDED"),
          1,
          `${kind} ${id} ended`,
        );
        const steps = events.filter((event) => event.type === "holdfast.job.step" && event.subject === id);
        const names = steps.map((event) => String(event.data["step"]));
        assert.equal(new Set(names).size, names.length, `${kind} ${id}: ${names.join(" ")}`);
      }
    } finally {
      await database.close();
    }
  }

  /** Reads every backup in both regions, restores the newest from each and compares: it is the source as it stands. */
  async assertRestorable(ids: readonly string[]): Promise<void> {
    const [newest = ""] = ids;
    for (const region of [HOME, PEER]) {
      for (const id of ids) {
        const found = await this.ok("verify", "--backup-id", id, "--region", region);
        assert.equal(found.verdict, "VALID", JSON.stringify(found));
        this.#asked = { ...this.#asked, verify: this.#asked.verify + 1 };
      }
      const target = this.path(`restored-${++this.#restores}`);
      await this.ok("restore", "--backup-id", newest, "--target", target, "--from-region", region);
      this.#asked = { ...this.#asked, restore: this.#asked.restore + 1 };
      assertSameTree(this.source, target);
    }
  }

  /** Nothing in either region is damaged, and nothing lies there that no backup knows. */
  async assertTidy(): Promise<void> {
    for (const region of [HOME, PEER]) {
      const { damaged, orphan_packs, stale_leases } = await this.check(region);
      assert.deepEqual(
        { damaged, orphan_packs, stale_leases },
        { damaged: [], orphan_packs: [], stale_leases: [] },
        region,
      );
    }
  }
}

/** One that has a backup and its copy, and is stopped. */
export async function protectedVictim(t: TestContext, name: string): Promise<{ victim: Victim; backup_id: string }> {
  const victim = new Victim(t, name);
  await victim.setUp();
  await victim.askBackup();
  const [backup_id = ""] = await victim.assertWhole();
  await victim.stop();
  return { victim, backup_id };
}
