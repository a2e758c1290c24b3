import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { ListObjectVersionsCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { systemClock as clock, systemRandom as random } from "../../base/index.ts";
import { probeStore } from "./probe.ts";
import { joinGateway } from "./testing/ceph/gateway.ts";
import { gatewayMissing } from "./testing/ceph/programs.ts";
import { temporaryFolder } from "./testing/fs-folder.ts";

const skip = gatewayMissing() ?? false;

test("a folder locks, and nothing of the probe stays", async (t) => {
  const path = await temporaryFolder(t);
  const found = await probeStore({ kind: "fs", path }, { clock, random, lock_ms: 1000 });
  assert.deepEqual([found.usable, found.lock_modes], [true, ["GOVERNANCE", "COMPLIANCE"]]);
  assert.deepEqual(
    found.findings.filter(({ verdict }) => verdict !== "yes"),
    [],
  );
});

test("a bucket without versions is usable, and is said to lock nothing", { skip, timeout: 60_000 }, async (t) => {
  const gateway = await joinGateway();
  t.after(() => gateway.leave());
  const bucket = await gateway.bucket({ object_lock: false });
  const found = await probeStore(gateway.config(bucket, "region/"), { clock, random });
  assert.deepEqual([found.usable, found.lock_modes], [true, []]);
  const verdicts = new Map(found.findings.map(({ what, verdict }) => [what, verdict]));
  assert.equal(verdicts.get("versioning"), "no");
  assert.equal(verdicts.get("conditional writes"), "yes");
  assert.equal(verdicts.get("checksum on write"), "yes");
  const left = await gateway.client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  assert.deepEqual(
    left.Versions?.map(({ Key }) => Key),
    ["region/.probe/conditional-write"],
  );
});

test("a bucket that is not there is not usable", { skip, timeout: 60_000 }, async (t) => {
  const gateway = await joinGateway();
  t.after(() => gateway.leave());
  const found = await probeStore(gateway.config("no-such-bucket"), { clock, random });
  assert.equal(found.usable, false);
  assert.match(found.findings[0]?.detail ?? "", /no such bucket.*STORE_UNAVAILABLE/);
});

test("the policy in docs/stores.md suffices, and lifts no lock", { skip, timeout: 90_000 }, async (t) => {
  const gateway = await joinGateway();
  t.after(() => gateway.leave());
  const bucket = await gateway.bucket();
  const { id, credentials_name } = await gateway.user();
  const config = {
    ...gateway.config(bucket, "holdfast/region/"),
    credentials: { from: "env", name: credentials_name },
  } as const;
  const before = await probeStore(config, { clock, random });
  assert.match(before.findings[0]?.detail ?? "", /STORE_FORBIDDEN/);

  const page = await readFile(new URL("../../../docs/stores.md", import.meta.url), "utf8");
  const documented = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const policy = JSON.parse(documented.replaceAll("backups-dha", bucket)) as { Statement: object[] };
  const Statement = policy.Statement.map((each) => ({ ...each, Principal: { AWS: [`arn:aws:iam:::user/${id}`] } }));
  const Policy = JSON.stringify({ ...policy, Statement });
  await gateway.client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  const found = await probeStore(config, { clock, random, lock_ms: 4000 });
  assert.deepEqual([found.usable, found.lock_modes], [true, ["GOVERNANCE", "COMPLIANCE"]], JSON.stringify(found));
  assert.deepEqual(
    found.findings.filter(({ verdict }) => verdict !== "yes").map(({ what }) => what),
    ["conditional writes", "GOVERNANCE bypass"],
  );
});
