/**
 * A region in a bucket: backups are copied there, locked there, and restored from there when the first region is gone.
 */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import test from "node:test";
import { DeleteObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { cli } from "../../src/apps/cli/testing.ts";
import { ACCESS_KEY, SECRET_KEY } from "../../src/engine/store/testing/ceph/cluster.ts";
import { CREDENTIALS_NAME, joinGateway, type SharedGateway } from "../../src/engine/store/testing/ceph/gateway.ts";
import { gatewayMissing } from "../../src/engine/store/testing/ceph/programs.ts";
import { assertSameTree, HOME, Installation } from "./installation.ts";
import { makeTree } from "./tree.ts";

const POLICY = `name: worm
schedule: { cron: "0 23 28 12 * UTC" }
retention: { daily: 3 }
copy: { cross_region: cloud-1 }
immutable: true
`;

interface Probe {
  readonly usable: boolean;
  readonly lock_modes: readonly string[];
  readonly findings: readonly { readonly what: string; readonly verdict: string }[];
}

test("copied into a bucket; restored without the first region, without the database, and after an attack with its keys", {
  skip: gatewayMissing() ?? false,
  timeout: 240_000,
}, async (t) => {
  const gateway = await joinGateway();
  t.after(() => gateway.leave());
  const bucket = await gateway.bucket();
  const it = new Installation(t, "s3");
  const tree = makeTree(it.path("web"), 40);
  await it.start();
  const place = ["--url", `s3://${bucket}/holdfast`, "--endpoint", gateway.endpoint];
  const refused = await it.baas("region", "add", "cloud-0", "--country", "BD", ...place, "--credentials", "env:NOBODY");
  assert.equal(refused.json.code, "STORE_BAD_CONFIG", refused.text);
  await it.ok("region", "add", "cloud-1", "--country", "BD", ...place, "--credentials", `env:${CREDENTIALS_NAME}`);
  const probe = (await it.ok("region", "test", "cloud-1")) as unknown as Probe;
  assert.deepEqual([probe.usable, probe.lock_modes], [true, ["GOVERNANCE", "COMPLIANCE"]]);
  assert.deepEqual(
    probe.findings.filter(({ verdict }) => verdict !== "yes").map(({ what }) => what),
    ["conditional writes"], // Ceph of Debian 12 ignores them in a bucket with versions
  );
  const twice = await it.baas(
    "region",
    "add",
    "cloud-2",
    "--country",
    "BD",
    ...place,
    "--credentials",
    `env:${CREDENTIALS_NAME}`,
  );
  assert.equal(twice.json.code, "REGION_MISMATCH", twice.text);

  writeFileSync(it.path("worm.yaml"), POLICY);
  await it.ok("policy", "create", "-f", it.path("worm.yaml"));
  await it.ok("workload", "add", "web-1", "--project", "default", "--path", tree, "--tag", "backup-policy=worm");
  const { id } = await it.ok("backup", "run", "--workload", "web-1");
  for (const job of await it.settled()) assert.equal(job.state, "SUCCEEDED", JSON.stringify(job));
  await it.ok("verify", "--backup-id", id, "--region", "cloud-1");

  rmSync(it.path("data", "regions", HOME), { recursive: true });
  await it.ok("restore", "--backup-id", id, "--target", it.path("out"), "--from-region", "cloud-1");
  assertSameTree(tree, it.path("out"));

  // The database is lost as well: the bucket alone, and the keys, bring everything back.
  await it.stop();
  rmSync(it.path("data", "db"), { recursive: true });
  await it.start();
  const job = await it.ok("catalog", "rebuild", ...place, "--credentials", `env:${CREDENTIALS_NAME}`);
  assert.equal(job.result["backups_added"], 1, JSON.stringify(job.result));
  await it.ok("restore", "--backup-id", id, "--target", it.path("out-2"));
  assertSameTree(tree, it.path("out-2"));

  const { deleted, withstood } = await attack(gateway, bucket);
  assert.ok(withstood.some((key) => key.includes("/packs/")) && withstood.some((key) => key.includes("/manifests/")));
  assert.ok(!deleted.some((key) => /\/(packs|manifests|keys)\/|\/config$/.test(key)), deleted.join("\n"));
  await it.ok("restore", "--backup-id", id, "--target", it.path("out-3"));
  assertSameTree(tree, it.path("out-3"));

  for (const Key of withstood) {
    await gateway.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.from("garbage") }));
  }
  const spoiled = await it.baas("restore", "--backup-id", id, "--target", it.path("out-4"));
  assert.notEqual(spoiled.code, 0);
  const credentials = it.path("credentials");
  writeFileSync(credentials, `[default]\naws_access_key_id=${ACCESS_KEY}\naws_secret_access_key=${SECRET_KEY}\n`);
  const uncovering = ["repo", "uncover", "--repo", `s3://${bucket}/holdfast`, "--endpoint", gateway.endpoint, "--json"];
  const uncovered = await cli(uncovering, { env: { AWS_SHARED_CREDENTIALS_FILE: credentials }, cwd: it.dir });
  assert.equal(uncovered.code, 0, uncovered.stderr);
  assert.equal((JSON.parse(uncovered.stdout) as { items: unknown[] }).items.length, withstood.length);
  await it.ok("restore", "--backup-id", id, "--target", it.path("out-5"));
  assertSameTree(tree, it.path("out-5"));
});

/** With the bucket's own keys: every version deleted that can be, and a delete marker put on what is left. */
async function attack({ client }: SharedGateway, bucket: string) {
  const listing = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  assert.equal(listing.IsTruncated, false);
  const deleted: string[] = [];
  const withstood: string[] = [];
  for (const { Key = "", VersionId } of listing.Versions ?? []) {
    try {
      const bypass = { VersionId, BypassGovernanceRetention: true };
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key, ...bypass }));
      deleted.push(Key);
    } catch (error) {
      assert.equal((error as Error).name, "AccessDenied");
      withstood.push(Key);
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    }
  }
  return { deleted, withstood };
}
