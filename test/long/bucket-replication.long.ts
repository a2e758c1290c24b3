/**
 * A bucket that is replicated to another one and backed up soon after a change, on the real gateway: what its service
 * tells by events comes over within seconds, what nobody tells by the next comparison, and the lag says what is
 * missing.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { after, test, type TestContext } from "node:test";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { cli } from "../../src/apps/cli/testing.ts";
import { supervise, type LogKind } from "../../src/control/archiving/index.ts";
import { bucketKind, listBucketStreams } from "../../src/control/buckets/index.ts";
import { factSources } from "../../src/control/alerting/index.ts";
import { createWorkload } from "../../src/control/inventory/index.ts";
import { joinGateway } from "../../src/engine/store/testing/ceph/gateway.ts";
import { gatewayMissing } from "../../src/engine/store/testing/ceph/programs.ts";
import { testDatabases } from "../../src/platform/db/testing.ts";
import { type Installation, installation, serveInstallation } from "../../src/testing/index.ts";

const databases = testDatabases();

async function until<T>(work: () => Promise<T | undefined | false>, what: string, ms = 60_000): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const found = await work();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`waited too long: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A gateway pushes to addresses of TCP only. */
async function overTcp(t: TestContext, socket_path: string): Promise<string> {
  const server = createServer((socket) => {
    const to = connect(socket_path);
    for (const each of [socket, to]) each.on("error", () => (socket.destroy(), to.destroy()));
    socket.pipe(to).pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function shownBy(client: S3Client, Bucket: string): Promise<Record<string, string>> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  const shown: Record<string, string> = {};
  for (const { Key } of Contents) {
    const got = await client.send(new GetObjectCommand({ Bucket, Key }));
    shown[String(Key)] = (await got.Body?.transformToString()) ?? "";
  }
  return shown;
}

function streamBuckets(t: TestContext, it: Installation, asked: string[]) {
  const kind = bucketKind({ ...it, backUp: async (workload, why) => void asked.push(`${workload}: ${why}`) });
  const streams = supervise("test", [kind as LogKind], it);
  t.after(() => streams.stop());
  return streams;
}

test("a replicated bucket, by events and without", { skip: gatewayMissing() }, async (t) => {
  const gateway = await joinGateway();
  after(() => gateway.leave());
  const { client } = gateway;
  const [from, to] = [
    await gateway.bucket({ object_lock: false }),
    await gateway.bucket({ object_lock: false }),
  ] as const;
  const it = await installation(t, databases);
  const { socket_path, env } = await serveInstallation(t, it);
  const base_url = await overTcp(t, socket_path);
  const versions = (Bucket: string) => {
    const VersioningConfiguration = { Status: "Enabled" as const };
    return client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  };
  await versions(from);
  const put = (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket: from, Key, Body }));
  await put("before/ü+1", "there before");

  const { kind: _kind, ...place } = gateway.config(from);
  const replicate = { ...place, bucket: to };
  const continuous = { every_seconds: 3600, backup_within_seconds: 60, replicate };
  const source = { kind: "bucket" as const, ...place, prefix: "", continuous } as never;
  const { id } = await createWorkload(it.db, { name: "photos", project: "acme", type: "bucket", source, tags: {} }, it);
  const asked: string[] = [];
  streamBuckets(t, it, asked);
  const status = async () => (await listBucketStreams(it.db, Date.now()))[0];
  const run = async (...argv: string[]) => {
    const done = await cli(argv, { env, cwd: it.dir });
    assert.equal(done.code, 0, `${argv.join(" ")}: ${done.stderr}`);
    return done.stdout;
  };

  // A target that keeps no versions is refused, and says so until it does.
  const refused = await until(async () => {
    const now = await status();
    return now?.state === "RETRYING" && now;
  }, "the refusal");
  assert.match(String(refused.message), /keeps no versions/);
  assert.match(await run("bucket", "status"), /keeps no versions/);
  await versions(to);
  await until(async () => (await status())?.complete_at ?? undefined, "the first comparison");
  assert.deepEqual(await shownBy(client, to), { "before/ü+1": "there before" });
  await until(async () => asked.length > 0, "a backup is asked for");
  assert.deepEqual(asked, [`${id}: the bucket has changed`]);

  // The next comparison is an hour away: what comes now, comes by events.
  assert.match(await run("bucket", "events", "photos", "--register", "--base-url", base_url), /arn:aws:sns:/);
  const before = performance.now();
  await put("told/a b+ü%", "one");
  await put("told/a b+ü%", "two");
  await client.send(new DeleteObjectCommand({ Bucket: from, Key: "before/ü+1" }));
  await until(async () => {
    const shown = await shownBy(client, to);
    return shown["told/a b+ü%"] === "two" && shown["before/ü+1"] === undefined;
  }, "what was told");
  t.diagnostic(`told changes were in the replica after ${Math.round(performance.now() - before)} ms`);
  const settled = await until(async () => {
    const now = await status();
    return now?.lag_seconds === 0 && now;
  }, "no lag");
  assert.deepEqual([settled.missing_keys, settled.failed_keys, settled.deleted_keys], [0, 0, 1]);
  assert.ok(settled.events && settled.told_at !== null);
  assert.match(await run("replication", "status"), /photos/);
  assert.equal(JSON.parse(await run("replication", "status", "--json")).buckets[0].lag_seconds, 0);
  assert.equal(asked.length, 1, "one backup a minute");

  // Nobody may send events without the address, and nothing but events.
  const post = (path: string, body: string) => fetch(`${base_url}${path}`, { method: "POST", body });
  assert.equal((await post("/bucket-events/AAAAAAAAAAAAAAAAAAAAAAAA", '{"Records":[]}')).status, 404);
  const url = (await run("bucket", "events", "photos", "--base-url", base_url)).split("\n")[0] as string;
  const path = new URL(url).pathname;
  assert.equal((await post(path, "{}")).status, 400);
  assert.equal((await post(path, "no JSON")).status, 400);
  const forged = JSON.stringify({ Records: [{ s3: { bucket: { name: from }, object: { key: "for%2Fged" } } }] });
  assert.deepEqual(await (await post(path, forged)).json(), { keys: 1 });
  await until(async () => {
    const { left } = await it.db
      .selectFrom("bucket_events")
      .select(({ fn }) => fn.countAll<number>().as("left"))
      .executeTakeFirstOrThrow();
    return Number(left) === 0;
  }, "the forged key is looked at");
  assert.equal(Object.keys(await shownBy(client, to)).length, 1);

  // The old address is gone: what is written now is told nobody, and found by the next comparison.
  await put("untold", "three");
  await it.db.updateTable("bucket_streams").set({ compared_at: null }).where("workload_id", "=", id).execute();
  await until(async () => (await shownBy(client, to))["untold"] === "three", "what was not told");

  // A replica that falls behind is an alert.
  const alerts = async () => {
    const facts = factSources.find(({ rules }) => rules.includes("bucket_lag"));
    return (await facts?.load({ ...it } as never)) ?? [];
  };
  assert.deepEqual(await alerts(), []);
  const long_ago = new Date(Date.now() - 1_000_000);
  const set = { failing_since: long_ago, begun_at: long_ago, failed_keys: 1, failure: "k: no" };
  await it.db.updateTable("bucket_streams").set(set).where("workload_id", "=", id).execute();
  const [alert] = await alerts();
  assert.match(String(alert?.summary), /the replica of photos, is 1000 s behind: \d+ keys wait, 1 failed; k: no/);
});
