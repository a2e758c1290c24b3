import assert from "node:assert/strict";
import test from "node:test";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { systemClock as clock, systemRandom as random } from "../../../base/index.ts";
import { joinGateway } from "../testing/ceph/gateway.ts";
import { gatewayMissing } from "../testing/ceph/programs.ts";
import { openS3Store } from "./store.ts";
import { type Covered, uncover } from "./uncover.ts";

const skip = gatewayMissing() ?? false;

test("locked objects come back to light, whatever was put on top of them", { skip, timeout: 60_000 }, async (t) => {
  const gateway = await joinGateway();
  t.after(() => gateway.leave());
  const bucket = await gateway.bucket();
  const config = gateway.config(bucket, "r/");
  const store = await openS3Store({ config, clock, random });
  t.after(() => store.close());
  const retain_until_ms = Math.trunc(clock.now_ms()) + 3_600_000;
  const keys = ["deleted", "replaced", "replaced-and-locked", "untouched", "unlocked"];
  for (const key of keys) {
    const lock = key === "unlocked" ? {} : { lock: { mode: "COMPLIANCE", retain_until_ms } as const };
    await store.put(key, Buffer.from(`${key} as it was`), lock);
  }
  const attack = (key: string, lock: object = {}) =>
    gateway.client.send(
      new PutObjectCommand({ Bucket: bucket, Key: `r/${key}`, Body: Buffer.from("garbage"), ...lock }),
    );
  await attack("replaced");
  await attack("replaced");
  const until = new Date(retain_until_ms + 1000);
  await attack("replaced-and-locked", { ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate: until });
  for (const key of ["deleted", "unlocked"]) {
    await gateway.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: `r/${key}` }));
  }
  assert.equal((await store.get("replaced")).toString(), "garbage");

  const run = async (dry_run: boolean) => {
    const found: Covered[] = [];
    for await (const each of uncover(config, { clock, random, dry_run })) found.push(each);
    return found.map(({ key, above, outcome }) => `${key} ${above} ${outcome}`);
  };
  const names = ["deleted 1", "replaced 2", "replaced-and-locked 1", "unlocked 1"];
  assert.deepEqual(
    await run(true),
    names.map((name) => `${name} found`),
  );
  assert.deepEqual(await run(false), [
    "deleted 1 removed",
    "replaced 2 removed",
    "replaced-and-locked 1 copied",
    "unlocked 1 removed",
  ]);
  assert.deepEqual(await run(false), [], "once more finds nothing");
  for (const key of keys) assert.equal((await store.get(key)).toString(), `${key} as it was`);
  assert.deepEqual((await store.stat("replaced-and-locked"))?.lock, { mode: "COMPLIANCE", retain_until_ms });
});
