import assert from "node:assert/strict";
import test from "node:test";
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { systemClock as clock, systemRandom as random } from "../../base/index.ts";
import { probeStore } from "./probe.ts";
import { joinGateway } from "./testing/ceph/gateway.ts";
import { gatewayMissing } from "./testing/ceph/programs.ts";
import { temporaryFolder } from "./testing/fs-folder.ts";

const skip = gatewayMissing() ?? false;

test("a folder locks, and nothing of the probe stays", async (t) => {
  const path = await temporaryFolder(t);
  const found = await probeStore({ kind: "fs", path }, { clock, random });
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
