/**
 * A deletion, a sweep and a tier run in a bucket, killed at each request of theirs that writes: no backup that lives
 * loses a byte, and the next run ends what was begun. `S3_KILLS=N` strikes at N requests of each at most,
 * `S3_OPERATIONS=tier` at those of one alone.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { DeleteObjectCommand, ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { newId, systemClock as clock, systemRandom as random } from "../../src/base/index.ts";
import { runBackup } from "../../src/engine/backup/index.ts";
import { checkRepository, verifyBackup } from "../../src/engine/check/index.ts";
import { planRestore, runRestore } from "../../src/engine/restore/index.ts";
import { joinGateway } from "../../src/engine/store/testing/ceph/gateway.ts";
import { gatewayMissing } from "../../src/engine/store/testing/ceph/programs.ts";
import { faultProxy } from "../../src/engine/store/testing/fault-proxy.ts";
import { assertSameTree } from "../e2e/installation.ts";
import { createAt, openAt, S3_ENDPOINT } from "./crash/open.ts";
import { noise } from "./crash/tree.ts";
import { perform, type S3Task } from "./s3/child.ts";

const CHILD = join(import.meta.dirname, "s3/child.ts");
const WRITES = /^(PUT|POST|DELETE) /;
const KILLS_MAX = Number(process.env["S3_KILLS"] ?? 40);
/** No operation here makes so many. */
const WRITES_MAX = 400;

test("a deletion, a sweep, a tier run in a bucket, killed at every request that writes", {
  skip: gatewayMissing() ?? false,
  timeout: 25 * 60_000,
}, async (t) => {
  const gateway = await joinGateway();
  t.after(() => gateway.leave());
  const proxy = await faultProxy(t, gateway.endpoint);
  process.env[S3_ENDPOINT] = gateway.endpoint;
  let bucket = await gateway.bucket();
  const dir = mkdtempSync(join(tmpdir(), "holdfast-s3-matrix-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const source = join(dir, "source");
  mkdirSync(source);
  let places = 0;

  const backUp = async (repo: string) => {
    await using opened = await openAt(repo);
    const backup_id = newId("bkp", clock, random);
    const from = { kind: "files", paths: [source] } as const;
    await runBackup({ repository: opened.repository, backup_id, source: from, labels: {}, clock, threads: 1 });
    return backup_id;
  };
  const write = (name: string, round: number) => writeFileSync(join(source, name), noise(90_000, `${name} ${round}`));
  /** Three backups: of the first, part is needed by the later ones, and part by nobody. */
  const scene = async () => {
    const repo = `s3://${bucket}/r${++places}`;
    await createAt(repo);
    const ids: string[] = [];
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 12; i++) if (round === 0 || i % 3 === round) write(`f${i}`, places * 10 + round);
      ids.push(await backUp(repo));
    }
    return { repo, ids: ids as [string, string, string] };
  };
  const proveWhole = async (repo: string, ids: readonly string[]) => {
    await using opened = await openAt(repo);
    const { repository } = opened;
    for (const backup_id of ids) {
      const { verdict, damaged } = await verifyBackup({ repository, backup_id, read_data: true, threads: 1 });
      assert.deepEqual([verdict, damaged], ["valid", []]);
    }
    const target = join(dir, "back");
    const to = { kind: "folder", path: target } as const;
    await runRestore(await planRestore({ repository, backup_id: ids.at(-1) ?? "", target: to, clock, threads: 1 }));
    assertSameTree(source, target);
    rmSync(target, { recursive: true });
  };
  /** @returns whether it was killed before it had ended */
  const killAt = async (task: S3Task, nth: number): Promise<boolean> => {
    const before = proxy.requests.length;
    const env = { ...process.env, [S3_ENDPOINT]: proxy.endpoint };
    const child = spawn(process.execPath, [CHILD, JSON.stringify(task)], {
      env,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const ended = once(child, "exit");
    const seen = () => proxy.requests.slice(before).filter((line) => WRITES.test(line)).length;
    while (seen() < nth && child.exitCode === null) await sleep(1);
    child.kill("SIGKILL");
    const [code] = (await ended) as [number | null];
    assert.ok(code === null || code === 0, `${task.operation} ended with ${code}`);
    return code === null;
  };

  /**
   * On a gateway that ignores conditions a killed writer leaves a claim, which others wait out for half an hour
   * (docs/stores.md): here it is taken away at once.
   */
  const expireClaims = async () => {
    const { Versions: found = [] } = await gateway.client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    for (const { Key = "", VersionId } of found)
      if (Key.includes("/.claims/"))
        await gateway.client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
  };

  for (const operation of (process.env["S3_OPERATIONS"]?.split(",") ?? [
    "forget",
    "sweep",
    "tier",
  ]) as S3Task["operation"][]) {
    let kills = 0;
    for (let nth = 1; nth <= WRITES_MAX && kills < KILLS_MAX; nth++) {
      bucket = await gateway.bucket();
      const { repo, ids } = await scene();
      const [first, second, third] = ids;
      if (operation === "sweep") await perform({ operation: "forget", repo, backup_id: first });
      // Every pack with data is needed by the last one.
      const tiers = { [first]: "cold", [second]: "cold", [third]: "warm" } as const;
      const task: S3Task = { operation, repo, backup_id: first, tiers };
      if (!(await killAt(task, nth))) break;
      kills++;
      const alive = operation === "tier" ? ids : [second, third];
      await proveWhole(repo, alive);
      await expireClaims();
      await perform(task).catch((error: { code?: string }) => {
        // It was noted before the kill.
        assert.ok(operation === "forget" && error.code === "BACKUP_NOT_FOUND", String(error));
      });
      if (operation !== "tier") await perform({ operation: "sweep", repo });
      await proveWhole(repo, alive);
      await using opened = await openAt(repo);
      const { repository } = opened;
      const { damaged, orphan_packs, backups } = await checkRepository({ repository, read_data: true, threads: 1 });
      assert.deepEqual([damaged, orphan_packs, backups], [[], [], alive.length], `${operation} killed at write ${nth}`);
      process.stdout.write(`${operation} killed at write ${nth}: all well\n`);
    }
    assert.ok(kills >= Math.min(KILLS_MAX, operation === "forget" ? 1 : 3), `${operation}: only ${kills} kills`);
    t.diagnostic(`${operation}: killed at ${kills} requests`);
  }
});
