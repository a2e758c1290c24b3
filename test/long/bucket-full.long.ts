/**
 * A bucket of 100,000 objects and more versions on the real gateway: half of them were there before it kept versions.
 * Backed up after each of five rounds of changes, restored as of five times, each compared key by key with a recorded
 * history.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { GetObjectCommand, ListObjectsV2Command, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { newId } from "../../src/base/index.ts";
import { runStreamBackup } from "../../src/engine/backup/index.ts";
import { BackupReader, BackupTree } from "../../src/engine/browse/index.ts";
import { bucketRoot, fillBucket, layPicture, openBucket } from "../../src/engine/source/bucket/index.ts";
import { ACCESS_KEY, SECRET_KEY } from "../../src/engine/store/testing/ceph/cluster.ts";
import { joinGateway } from "../../src/engine/store/testing/ceph/gateway.ts";
import { gatewayMissing } from "../../src/engine/store/testing/ceph/programs.ts";
import { clock, openAt, random, World } from "../engine/world.ts";
import { type Change, Writers } from "./bucket/writers.ts";

const KEYS = Number(process.env["HOLDFAST_BUCKET_KEYS"] ?? 100_000);
const READ_TOGETHER = 48;
const ROUNDS = 5;
/** Beyond what a process of Node with this engine takes for an empty bucket. */
const GROWTH_BYTES_MAX = 700 * 1024 * 1024;

test("100,000 objects with versions, as of five times", {
  skip: gatewayMissing(),
  timeout: 3 * 3_600_000,
}, async (t) => {
  using world = await World.create();
  const gateway = await joinGateway();
  after(() => gateway.leave());
  const { client } = gateway;
  const Bucket = await gateway.bucket({ object_lock: false });
  const { kind: _kind, ...place } = gateway.config(Bucket);
  // Half of them in one flat folder, half in a thousand of them.
  const key = (i: number) => (i % 2 === 0 ? `flat/${i}` : `deep/${i % 1000}/${i}`);

  /** The oracle: what was there at each time. */
  const now = new Map<string, string>();
  const history: { readonly at_ms: number; readonly shown: ReadonlyMap<string, string> }[] = [];
  const many = async (numbers: Iterable<number>, work: (i: number) => Promise<unknown>) => {
    const left = numbers[Symbol.iterator]();
    const one = async () => {
      for (let next = left.next(); next.done !== true; next = left.next()) await work(next.value);
    };
    await Promise.all(Array.from({ length: READ_TOGETHER }, one));
  };
  const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY };
  const writers = new Writers({ bucket: Bucket, endpoint: gateway.endpoint, credentials });
  after(() => writers.close());
  const write = async (numbers: Iterable<number>, text: (i: number) => string | null) => {
    const changes = [...numbers].map((i): Change => [key(i), text(i)]);
    await writers.write(changes);
    for (const [name, content] of changes)
      if (content === null) now.delete(name);
      else now.set(name, content);
  };
  const range = function* (from: number, to: number, step = 1) {
    for (let i = from; i < to; i += step) yield i;
  };
  const root = bucketRoot(place, "");
  const backup = async () => {
    await using opened = await openAt(world.repo);
    const backup_id = newId("bkp", clock, random);
    const begun_ms = clock.monotonic_ms();
    const { repository } = opened;
    const open = () => openBucket({ place, prefix: "", clock });
    await runStreamBackup({ repository, backup_id, labels: {}, clock, kind: "bucket", root, threads: 2, open });
    const { details } = await repository.readManifest(backup_id);
    const seconds = Math.round((clock.monotonic_ms() - begun_ms) / 1000);
    t.diagnostic(`backup in ${seconds} s: ${JSON.stringify(details)}`);
    return { backup_id, details: details as Record<string, number> };
  };

  let begun_ms = clock.monotonic_ms();
  let backup_id = "";
  let expected_fetched = 0;
  let grown = 0;
  for (let round = 0; round < ROUNDS; round++) {
    if (round === 0) {
      const first = (i: number) => `round 0 of ${key(i)}`;
      await write(range(0, KEYS / 2), first);
      const VersioningConfiguration = { Status: "Enabled" as const };
      await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
      await write(range(KEYS / 2, KEYS), first);
    } else {
      // Some change, some go, some of those that went come back.
      await write(range(round, KEYS, 40), (i) => `round ${round} of ${key(i)} ${"x".repeat(i % 50)}`);
      await write(range(10 + round, KEYS, 160), () => null);
      expected_fetched = [...range(round, KEYS, 40)].length;
      if (round > 2) {
        const back = [...range(10 + round - 2, KEYS, 320)];
        await write(back, () => `back in ${round}`);
        expected_fetched += back.length;
      }
    }
    t.diagnostic(`round ${round}: ${now.size} keys after ${Math.round((clock.monotonic_ms() - begun_ms) / 1000)} s`);
    await sleep(1100);
    history.push({ at_ms: Date.now(), shown: new Map(now) });
    await sleep(1100);
    const before = process.memoryUsage().rss;
    const made = await backup();
    grown = Math.max(grown, process.memoryUsage().rss - before);
    backup_id = made.backup_id;
    if (round > 0) assert.equal(made.details["fetched"], expected_fetched, "only new versions were read");
  }
  t.diagnostic(`memory grew by ${Math.round(grown / 2 ** 20)} MiB at most`);
  assert.ok(grown < GROWTH_BYTES_MAX);

  await using opened = await openAt(world.repo);
  const reader = await BackupReader.open(opened.repository, backup_id);
  const tree = new BackupTree(reader);
  const base = Buffer.from(root.slice(1));
  const digest = (shown: Iterable<readonly [string, string]>) => {
    const hash = createHash("sha256");
    for (const [name, text] of [...shown].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${name}\n${text}\n`);
    return hash.digest("hex");
  };
  const compare = (found: ReadonlyMap<string, string>, shown: ReadonlyMap<string, string>, what: string) => {
    for (const [name, text] of shown)
      if (found.get(name) !== text) assert.equal(found.get(name), text, `${what}: ${name}`);
    for (const name of found.keys()) assert.ok(shown.has(name), `${what}: ${name} was not there`);
    assert.equal(digest(found), digest(shown));
  };
  for (const [round, { at_ms, shown }] of history.entries()) {
    begun_ms = clock.monotonic_ms();
    const found = new Map<string, string>();
    const dir = world.path("laid");
    await layPicture(tree, base, { as_of_ms: at_ms }, dir, () => undefined, new AbortController().signal);
    for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) {
        const path = join(entry.parentPath, entry.name);
        found.set(path.slice(dir.length + 1), readFileSync(path, "utf8"));
      }
    rmSync(dir, { recursive: true });
    compare(found, shown, `as of round ${round}`);
    const seconds = Math.round((clock.monotonic_ms() - begun_ms) / 1000);
    t.diagnostic(`as of round ${round}: ${found.size} keys as they were, in ${seconds} s`);
  }

  // A part of it into a new bucket of the service, read by its own client.
  const { at_ms, shown } = history[2] as (typeof history)[number];
  const bucket = `${Bucket}-t`;
  const prefix = "deep/1";
  await fillBucket({ place: { ...place, bucket }, clock, tree, base, as_of_ms: at_ms, prefix, fresh: true });
  const names: string[] = [];
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }));
    names.push(...(page.Contents ?? []).map(({ Key }) => String(Key)));
    token = page.NextContinuationToken;
  }
  const found = new Map<string, string>();
  await many(range(0, names.length), async (i) => {
    const name = names[i] as string;
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: name }));
    found.set(name, (await Body?.transformToString()) ?? "");
  });
  compare(found, new Map([...shown].filter(([name]) => name.startsWith(prefix))), "in a new bucket");
  t.diagnostic(`${found.size} keys in a new bucket as they were`);
  await reader.close();
});
