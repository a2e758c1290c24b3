/**
 * What an attacker reaches who has everything but time: the machine's root, and the storage's own keys, at the raw API
 * of the gateway. A COMPLIANCE object outlasts him until its date; an unlocked region does not, and the other one has
 * everything.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import test from "node:test";
import * as s3 from "@aws-sdk/client-s3";
import { newId, systemClock as clock, systemRandom as random } from "../../src/base/index.ts";
import { lockBackup } from "../../src/control/repositories/index.ts";
import { runBackup } from "../../src/engine/backup/index.ts";
import { ACCESS_KEY, SECRET_KEY } from "../../src/engine/store/testing/ceph/cluster.ts";
import { CREDENTIALS_NAME, joinGateway, type SharedGateway } from "../../src/engine/store/testing/ceph/gateway.ts";
import { gatewayMissing } from "../../src/engine/store/testing/ceph/programs.ts";
import { World } from "../engine/world.ts";
import { assertSameTree, Installation } from "../e2e/installation.ts";
import { changeTree, makeTree } from "../e2e/tree.ts";
import { createAt, openAt, S3_ENDPOINT } from "./crash/open.ts";
import { noise } from "./crash/tree.ts";

const LOCKED_MS = 3_600_000;

interface Version {
  readonly Key: string;
  readonly VersionId: string;
}

async function versionsIn(client: s3.S3Client, Bucket: string): Promise<Version[]> {
  const found: Version[] = [];
  for (let markers = {}; ; ) {
    const page = await client.send(new s3.ListObjectVersionsCommand({ Bucket, ...markers }));
    for (const { Key = "", VersionId = "" } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])])
      found.push({ Key, VersionId });
    if (page.IsTruncated !== true) return found;
    markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

async function digestOf(client: s3.S3Client, Bucket: string, version: Version): Promise<string> {
  const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, ...version }));
  return createHash("sha256")
    .update((await Body?.transformToByteArray()) ?? "")
    .digest("hex");
}

/** Everything the API has that could remove a version, shorten its lock or bring it about that it goes. */
function attempts(Bucket: string, version: Version, others: readonly Version[]) {
  const soon = new Date(clock.now_ms() + 60_000);
  const bypass = { BypassGovernanceRetention: true };
  const retain = (Mode: "GOVERNANCE" | "COMPLIANCE", RetainUntilDate: Date) => ({ Mode, RetainUntilDate });
  const later = new Date(clock.now_ms() + LOCKED_MS * 10);
  const change = (Retention: object) => new s3.PutObjectRetentionCommand({ Bucket, ...version, ...bypass, Retention });
  return {
    "delete the version": new s3.DeleteObjectCommand({ Bucket, ...version }),
    "delete it, bypassing": new s3.DeleteObjectCommand({ Bucket, ...version, ...bypass }),
    "delete many at once": new s3.DeleteObjectsCommand({
      Bucket,
      ...bypass,
      Delete: { Objects: [version, ...others] },
    }),
    "shorten the lock": change(retain("COMPLIANCE", soon)),
    "make it GOVERNANCE": change(retain("GOVERNANCE", later)),
    "take the lock off": change({}),
    "release a hold": new s3.PutObjectLegalHoldCommand({ Bucket, ...version, LegalHold: { Status: "OFF" } }),
    "suspend versions": new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }),
    "take the bucket's default away": new s3.PutObjectLockConfigurationCommand({
      Bucket,
      ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
    }),
    "let it expire": new s3.PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: {
        Rules: [
          {
            ID: "all",
            Status: "Enabled",
            Filter: { Prefix: "" },
            Expiration: { Date: new Date("2020-01-01T00:00:00Z") },
            NoncurrentVersionExpiration: { NoncurrentDays: 1 },
          },
        ],
      },
    }),
    "write over it": new s3.PutObjectCommand({ Bucket, Key: version.Key, Body: "garbage" }),
    "copy over it": new s3.CopyObjectCommand({ Bucket, Key: version.Key, CopySource: `${Bucket}/${others[0]?.Key}` }),
    "delete its name": new s3.DeleteObjectCommand({ Bucket, Key: version.Key }),
    "delete the bucket": new s3.DeleteBucketCommand({ Bucket }),
  };
}

test("root with the storage's own keys cannot remove a COMPLIANCE object before its date by the raw API", {
  skip: gatewayMissing() ?? false,
  timeout: 300_000,
}, async (t) => {
  assert.equal(process.getuid?.(), 0, "this is about root");
  const gateway = await joinGateway();
  t.after(() => gateway.leave());
  process.env[S3_ENDPOINT] = gateway.endpoint;
  const bucket = await gateway.bucket();
  const repo = `s3://${bucket}/worm`;
  using world = await World.create();
  for (let i = 0; i < 6; i++) writeFileSync(`${world.source}/f${i}`, noise(200_000, `f${i}`));
  await createAt(repo);
  const { backup_id } = await backUp(repo, world.source);
  const until_ms = Math.ceil((clock.now_ms() + LOCKED_MS) / 1000) * 1000;
  {
    await using opened = await openAt(repo);
    const manifest = await opened.repository.readManifest(backup_id);
    const lock = { mode: "COMPLIANCE", retain_until_ms: until_ms, packs_until_ms: until_ms } as const;
    await lockBackup(opened.store, manifest, lock, clock);
  }
  const { client } = gateway;
  const all = await versionsIn(client, bucket);
  const locked: Version[] = [];
  for (const version of all) {
    const head = await client.send(new s3.HeadObjectCommand({ Bucket: bucket, ...version }));
    if (head.ObjectLockMode === "COMPLIANCE") locked.push(version);
  }
  for (const part of ["/packs/", "/manifests/", "/keys/", "/config"])
    assert.ok(
      locked.some(({ Key }) => Key.includes(part)),
      `${part} is locked`,
    );

  const before = new Map<Version, string>();
  for (const version of locked) before.set(version, await digestOf(client, bucket, version));
  const answers = new Map<string, Map<string, number>>();
  for (const [at, version] of locked.entries()) {
    for (const [what, command] of Object.entries(attempts(bucket, version, locked.slice(at + 1)))) {
      const answer = await client.send(command as s3.DeleteObjectCommand).then(
        (told) => {
          const { Errors: errors } = told as unknown as s3.DeleteObjectsCommandOutput;
          return errors?.[0]?.Code ?? "accepted";
        },
        (error: Error) => error.name,
      );
      const told = answers.get(what) ?? new Map<string, number>();
      answers.set(what, told.set(answer, (told.get(answer) ?? 0) + 1));
    }
  }
  const answersOf = (what: string) => [...(answers.get(what)?.keys() ?? [])];
  t.diagnostic(JSON.stringify(Object.fromEntries([...answers.keys()].map((what) => [what, answersOf(what)]))));
  for (const what of ["delete the version", "delete it, bypassing", "delete many at once", "make it GOVERNANCE"])
    assert.deepEqual(answersOf(what), ["AccessDenied"], what);
  assert.ok(!answersOf("shorten the lock").includes("accepted"));
  // Whatever was answered: each version is there, with its bytes, its lock and its date.
  for (const [version, digest] of before) {
    assert.equal(await digestOf(client, bucket, version), digest, version.Key);
    const head = await client.send(new s3.HeadObjectCommand({ Bucket: bucket, ...version }));
    assert.equal(head.ObjectLockMode, "COMPLIANCE");
    assert.ok((head.ObjectLockRetainUntilDate?.getTime() ?? 0) >= until_ms, version.Key);
  }
  // After the date the same request is obeyed: nothing but the date has refused it.
  const moved = await gateway.startMoved();
  if (moved === undefined) return t.diagnostic("no libfaketime: the time after the date was not tried");
  t.after(() => moved.stop());
  await moved.move(LOCKED_MS + 60_000);
  const later = new s3.S3Client({
    endpoint: moved.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    systemClockOffset: LOCKED_MS + 60_000,
    credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
  });
  t.after(() => later.destroy());
  for (const version of locked) await later.send(new s3.DeleteObjectCommand({ Bucket: bucket, ...version }));
  const left = new Set((await versionsIn(client, bucket)).map(({ VersionId }) => VersionId));
  assert.ok(locked.every(({ VersionId }) => !left.has(VersionId)));
});

async function backUp(repo: string, path: string) {
  await using opened = await openAt(repo);
  const source = { kind: "files", paths: [path] } as const;
  const backup_id = newId("bkp", clock, random);
  return await runBackup({ repository: opened.repository, backup_id, source, labels: {}, clock, threads: 1 });
}

const POLICY = `name: two
schedule: { cron: "0 23 28 12 * UTC" }
retention: { daily: 3 }
copy: { cross_region: cloud-b }
`;

test("region A's bucket emptied with its own keys: every backup of every workload restores from B", {
  skip: gatewayMissing() ?? false,
  timeout: 600_000,
}, async (t) => {
  const gateway = await joinGateway();
  t.after(() => gateway.leave());
  const buckets = { a: await gateway.bucket(), b: await gateway.bucket() };
  const it = new Installation(t, "s3-wiped");
  await it.start();
  for (const name of ["a", "b"] as const) {
    const place = ["--url", `s3://${buckets[name]}/holdfast`, "--endpoint", gateway.endpoint];
    await it.ok(
      "region",
      "add",
      `cloud-${name}`,
      "--country",
      "BD",
      ...place,
      "--credentials",
      `env:${CREDENTIALS_NAME}`,
    );
  }
  await it.ok("project", "create", "acme", "--region", "cloud-a");
  writeFileSync(it.path("two.yaml"), POLICY);
  await it.ok("policy", "create", "-f", it.path("two.yaml"));
  const kept: { backup_id: string; tree: string }[] = [];
  for (const name of ["web", "mail"]) {
    const tree = makeTree(it.path(name), 40);
    await it.ok("workload", "add", name, "--project", "acme", "--path", tree, "--tag", "backup-policy=two");
    for (let round = 1; round <= 2; round++) {
      changeTree(tree, round);
      const { id } = await it.ok("backup", "run", "--workload", name);
      const copy = it.path(`${name}-${round}`);
      execFileSync("cp", ["-a", tree, copy]);
      kept.push({ backup_id: id, tree: copy });
    }
  }
  for (const job of await it.settled()) assert.equal(job.state, "SUCCEEDED", JSON.stringify(job));

  assert.ok((await empty(gateway, buckets.a)) > 20);
  assert.deepEqual(await versionsIn(gateway.client, buckets.a), []);
  const proveAll = async (name: string) => {
    for (const { backup_id, tree } of kept) {
      await it.ok("verify", "--backup-id", backup_id, "--region", "cloud-b");
      const target = it.path(name, backup_id);
      await it.ok("restore", "--backup-id", backup_id, "--target", target, "--from-region", "cloud-b");
      assertSameTree(tree, target);
    }
  };
  mkdirSync(it.path("out"));
  await proveAll("out");

  // The database is lost as well: B's bucket and the keys bring everything back.
  await it.stop();
  rmSync(it.path("data", "db"), { recursive: true });
  await it.start();
  const place = ["--url", `s3://${buckets.b}/holdfast`, "--endpoint", gateway.endpoint];
  await it.ok("catalog", "rebuild", ...place, "--credentials", `env:${CREDENTIALS_NAME}`);
  assert.equal((await it.backups()).length, kept.length);
  mkdirSync(it.path("again"));
  for (const { backup_id, tree } of kept) {
    const target = it.path("again", backup_id);
    await it.ok("restore", "--backup-id", backup_id, "--target", target, "--from-region", "cloud-b");
    assertSameTree(tree, target);
  }
});

/** As somebody would who has the bucket's keys and no patience. @returns how many versions went */
async function empty({ client }: SharedGateway, Bucket: string): Promise<number> {
  const all = await versionsIn(client, Bucket);
  for (let at = 0; at < all.length; at += 500) {
    const Objects = all.slice(at, at + 500);
    const { Errors } = await client.send(
      new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects }, BypassGovernanceRetention: true }),
    );
    assert.deepEqual(Errors ?? [], []);
  }
  return all.length;
}
