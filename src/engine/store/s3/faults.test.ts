import assert from "node:assert/strict";
import test, { after } from "node:test";
import {
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
} from "@aws-sdk/client-s3";
import { systemClock as clock, systemRandom as random } from "../../../base/index.ts";
import { openStore } from "../open.ts";
import { joinGateway, type SharedGateway } from "../testing/ceph/gateway.ts";
import { gatewayMissing } from "../testing/ceph/programs.ts";
import { keysOf, rejects } from "../testing/contract.ts";
import { faultProxy } from "../testing/fault-proxy.ts";
import { openS3Store } from "./store.ts";

const MIB = 1024 * 1024;
const missing = gatewayMissing();
const gateway = missing === undefined ? await joinGateway() : undefined;
after(() => gateway?.leave());

function check(title: string, body: (given: { t: test.TestContext; gateway: SharedGateway }) => Promise<void>): void {
  test(`s3: ${title}`, { skip: missing ?? false, timeout: 60_000 }, (t) => {
    assert.ok(gateway !== undefined);
    return body({ t, gateway });
  });
}

/** A bucket behind a proxy, opened bare and with the retries that everything else opens it with. */
async function behindProxy(t: test.TestContext, { bucket, config, endpoint }: SharedGateway, idle_ms = 30_000) {
  const proxy = await faultProxy(t, endpoint);
  const own = { ...config(await bucket()), endpoint: proxy.endpoint };
  const bare = await openS3Store({ config: own, clock, random, timeouts: { idle_ms } });
  const store = await openStore(own, { clock, random, retry: { pause_ms_first: 5 } });
  t.after(() => Promise.all([bare.close(), store.close()]));
  return { proxy, bare, store, bucket: own.bucket };
}

check("a read that is cut, reset, changed or stalls is told, and repeated", async ({ t, gateway: it }) => {
  const { proxy, bare, store } = await behindProxy(t, it, 1500);
  const body = random.bytes(3 * MIB);
  await store.put("k", body);
  const troubles = [
    ["cut", "STORE_UNAVAILABLE"],
    ["reset", "STORE_UNAVAILABLE"],
    ["flip", "STORE_CHECKSUM_MISMATCH"],
    ["stall", "STORE_TIMEOUT"],
  ] as const;
  for (const [kind, code] of troubles) {
    proxy.plan(/^GET \S+\/k\b/, { kind, after_bytes: MIB });
    await rejects(bare.get("k"), code, /\bk\b/);
    if (kind === "stall") continue; // the store with retries waits a minute
    proxy.plan(/^GET \S+\/k\b/, { kind, after_bytes: MIB });
    assert.ok((await store.get("k")).equals(body), kind);
  }
  proxy.plan(/^GET \S+\/k\b/, { kind: "cut", after_bytes: 10 });
  await rejects(bare.get("k", { offset_bytes: 5, length_bytes: 100 }), "STORE_UNAVAILABLE");
});

check("503 is repeated with pauses, up to the limit", async ({ t, gateway: it }) => {
  const { proxy, bare, store } = await behindProxy(t, it);
  proxy.plan(/^PUT \S+\/k\b/, { kind: "busy" });
  await rejects(bare.put("k", Buffer.from("x")), "STORE_UNAVAILABLE", /SlowDown/);
  proxy.plan(/^PUT \S+\/k\b/, { kind: "busy" }, { kind: "busy" });
  await store.put("k", Buffer.from("x"));
  proxy.plan(/^GET \S+\/k\b/, ...Array.from({ length: 5 }, () => ({ kind: "busy" }) as const));
  await rejects(store.get("k"), "STORE_UNAVAILABLE", /503.*SlowDown/);
});

check("a put whose answer was lost is known as our own", async ({ t, gateway: it }) => {
  const { proxy, store } = await behindProxy(t, it);
  await store.put("other", Buffer.from("x"), { if_absent: true }); // finds out about conditions
  for (const [key, options] of [
    ["plain", {}],
    ["absent", { if_absent: true }],
    ["locked", { lock: { mode: "GOVERNANCE", retain_until_ms: Math.trunc(clock.now_ms()) + 3_600_000 } }],
  ] as const) {
    proxy.plan(new RegExp(`^PUT /[^/]+/${key}\\b`), { kind: "lost" });
    await store.put(key, Buffer.from(key), options);
    assert.equal((await store.get(key)).toString(), key);
  }
  await rejects(store.put("absent", Buffer.from("absent"), { if_absent: true }), "STORE_ALREADY_EXISTS");
});

check("a claim whose answer was lost does not stand in the way", async ({ t, gateway: it }) => {
  const { proxy, store } = await behindProxy(t, it);
  proxy.plan(/^PUT \S+\.claims\/config/, { kind: "lost" });
  const started_ms = clock.monotonic_ms();
  await store.put("config", Buffer.from("x"), { if_absent: true });
  assert.ok(clock.monotonic_ms() - started_ms < 15_000, "it waited for a claim of its own");
  await rejects(store.put("config", Buffer.from("y"), { if_absent: true }), "STORE_ALREADY_EXISTS");
});

check("a big object goes in parts; lost ones are sent again, and none stay", async ({ t, gateway: it }) => {
  const { proxy, bare, store, bucket } = await behindProxy(t, it);
  const body = random.bytes(40 * MIB);
  proxy.plan(/^PUT \S+partNumber=2/, { kind: "lost" });
  await rejects(bare.put("big", body), "STORE_UNAVAILABLE");
  assert.equal(await store.stat("big"), undefined);
  proxy.plan(/^PUT \S+partNumber=2/, { kind: "lost" });
  await store.put("big", body);
  assert.ok((await store.get("big")).equals(body));
  proxy.plan(/^POST \S+uploadId=/, { kind: "lost" }); // done, but nobody said so
  await store.put("big-2", body, { if_absent: true });
  assert.ok((await store.get("big-2")).equals(body));
  const uploads = await it.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  assert.deepEqual(uploads.Uploads ?? [], []);
});

check("nothing listens, no such bucket, wrong keys: each is told as what it is", async ({ t, gateway: it }) => {
  const config = it.config("no-such-bucket");
  const open = async (change: object) => {
    const store = await openS3Store({ config: { ...config, ...change }, clock, random, timeouts: { connect_ms: 500 } });
    t.after(() => store.close());
    return store;
  };
  await rejects((await open({})).get("k"), "STORE_UNAVAILABLE", /no such bucket/);
  await rejects((await open({})).put("k", Buffer.from("x")), "STORE_UNAVAILABLE", /no such bucket/);
  assert.equal(await (await open({})).stat("k").catch((error: { code: string }) => error.code), "STORE_UNAVAILABLE");
  await rejects((await open({ endpoint: "http://127.0.0.1:1" })).get("k"), "STORE_UNAVAILABLE", /ECONNREFUSED/);
  process.env["WRONG_ACCESS_KEY_ID"] = "HOLDFASTTESTKEY";
  process.env["WRONG_SECRET_ACCESS_KEY"] = "not-the-secret";
  const wrong = await open({ bucket: await it.bucket(), credentials: { from: "env", name: "WRONG" } });
  await rejects(wrong.get("k"), "STORE_FORBIDDEN");
  const error: unknown = await wrong.get("k").catch((reason: unknown) => reason);
  assert.doesNotMatch(JSON.stringify(error), /not-the-secret|Signature=/);
  await rejects(open({ credentials: { from: "env", name: "NOBODY" } }), "STORE_BAD_CONFIG", /NOBODY_ACCESS_KEY_ID/);
  await rejects(open({ endpoint: "http://s3.example.org" }), "STORE_BAD_CONFIG", /without TLS/);
  await rejects(open({ endpoint: "https://key:secret@s3.example.org" }), "STORE_BAD_CONFIG", /^(?!.*secret)/);
});

check("a foreign delete marker hides nothing; delete leaves no version", async ({ t, gateway: it }) => {
  const bucket = await it.bucket();
  const store = await openS3Store({ config: it.config(bucket, "p/"), clock, random });
  t.after(() => store.close());
  await store.put("a/k", Buffer.from("first"));
  await store.put("a/k", Buffer.from("second"));
  await it.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: "p/a/k" }));
  assert.equal((await store.get("a/k")).toString(), "second");
  assert.equal((await store.get("a/k", { offset_bytes: 2, length_bytes: 2 })).toString(), "co");
  assert.equal((await store.stat("a/k"))?.size_bytes, 6);
  assert.deepEqual(await keysOf(store, ""), ["a/k"]);
  await rejects(store.put("a/k", Buffer.from("x"), { if_absent: true }), "STORE_ALREADY_EXISTS");
  await store.delete("a/k");
  const left = await it.client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  assert.deepEqual([...(left.Versions ?? []), ...(left.DeleteMarkers ?? [])], []);
});

check("a legal hold keeps an object as a lock does; a bucket without locks says so", async ({ t, gateway: it }) => {
  const bucket = await it.bucket();
  const store = await openS3Store({ config: it.config(bucket), clock, random });
  t.after(() => store.close());
  await store.put("k", Buffer.from("x"));
  const hold = (Status: "ON" | "OFF") =>
    it.client.send(new PutObjectLegalHoldCommand({ Bucket: bucket, Key: "k", LegalHold: { Status } }));
  await hold("ON");
  await rejects(store.delete("k"), "STORE_LOCKED", /legal hold/);
  await rejects(store.put("k", Buffer.from("y")), "STORE_LOCKED", /legal hold/);
  await hold("OFF");
  await store.delete("k");

  const open = await openS3Store({ config: it.config(await it.bucket({ object_lock: false })), clock, random });
  t.after(() => open.close());
  const lock = { mode: "COMPLIANCE", retain_until_ms: Math.trunc(clock.now_ms()) + 60_000 } as const;
  await rejects(open.put("k", Buffer.from("x"), { lock }), "STORE_LOCK_UNSUPPORTED");
  assert.equal(await open.stat("k"), undefined);
  await open.put("k", Buffer.from("x"));
  await rejects(open.lock("k", lock), "STORE_LOCK_UNSUPPORTED");
});

check("a writer waits for the one that claimed the name first, and leaves no claim", async ({ t, gateway: it }) => {
  const bucket = await it.bucket();
  const store = await openS3Store({ config: it.config(bucket), clock, random });
  t.after(() => store.close());
  await it.client.send(new PutObjectCommand({ Bucket: bucket, Key: ".claims/config", Body: Buffer.from("claim\n") }));
  const putting = store.put("config", Buffer.from("x"), { if_absent: true });
  await clock.sleep(300);
  assert.equal(await store.stat("config"), undefined, "the claim before ours is respected");
  const claims = await it.client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: ".claims/config" }));
  const oldest = claims.Versions?.at(-1);
  await it.client.send(
    new DeleteObjectCommand({ Bucket: bucket, Key: ".claims/config", VersionId: oldest?.VersionId }),
  );
  await putting;
  assert.equal((await store.get("config")).toString(), "x");
  const left = await it.client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: ".claims/" }));
  assert.deepEqual(left.Versions ?? [], []);
});
