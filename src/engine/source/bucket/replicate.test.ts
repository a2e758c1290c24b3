import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, test } from "node:test";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { systemClock as clock } from "../../../base/index.ts";
import { joinGateway } from "../../store/testing/ceph/gateway.ts";
import { gatewayMissing } from "../../store/testing/ceph/programs.ts";
import { type KeyPair, type Mark, stepsOf } from "./compare.ts";
import type { ListedVersion } from "./listing.ts";
import { Replica } from "./replicate.ts";
import { Together } from "./together.ts";

/** `V1 M2 V3`: versions and markers, oldest first, as a listing shows them. */
function listed(text: string, from_ms = 0): ListedVersion[] {
  const all = text.split(" ").filter((each) => each !== "");
  return all
    .map((name, i) => ({
      key: "k",
      version_id: name,
      latest: i === all.length - 1,
      marker: name.startsWith("M"),
      modified_ms: from_ms + i * 1000,
      etag: name.startsWith("M") ? "" : `"${name}"`,
      size: 1,
      age: all.length - 1 - i,
    }))
    .reverse();
}

function plan(source: string, target: string, from: string | null, deletes: "replicate" | "keep" = "replicate") {
  const pair: KeyPair = { key: "k", source: listed(source), target: listed(target, 500) };
  const of = pair.source.find(({ version_id }) => version_id === from);
  const at = pair.target.findIndex(({ version_id }) => version_id.startsWith("r"));
  const gone: Mark = { place: "0", version_id: String(from), modified_ms: 500, etag: '"gone"' };
  const marked = from === null ? undefined : { at, mark: of === undefined ? gone : { ...of, place: "0" } };
  const { steps, conflict } = stepsOf(pair, marked, deletes);
  return `${steps.map(({ action, version }) => `${action} ${version.version_id}`).join(", ")}${conflict ? "!" : ""}`;
}

test("what a replica lacks is brought over in the order of its versions", () => {
  assert.equal(plan("V1 V2", "", null), "put V1, put V2");
  assert.equal(plan("V1 M2 V3", "", null), "put V1, delete M2, put V3");
  assert.equal(plan("M1 V2", "", null), "put V2", "nothing was there to be deleted");
  assert.equal(plan("V1 V2 V3", "r1", "V1"), "put V2, put V3");
  assert.equal(plan("V1 V2", "r1 r2", "V2"), "");
  assert.equal(plan("V1 M2 V3 M4", "r1 M", "V1"), "put V3, delete M4", "the marker there is of M2");
  assert.equal(plan("V1 M2 M3", "r1 M M", "V1"), "");
  assert.equal(plan("V1", "r1 M", "V1"), "put V1", "somebody deleted it in the target");
  assert.equal(plan("V1", "r1 x", "V1"), "put V1!", "somebody wrote to the target");
  assert.equal(plan("V1 M2", "x", null), "put V1, delete M2!");
  assert.equal(plan("V1 V2 V3", "r0", "V0"), "put V2, put V3", "what it was made from is gone from the source");
  assert.equal(plan("", "r1", "V1"), "delete r1", "the source has dropped every version");
  assert.equal(plan("", "x", null), "!", "somebody else's is left alone");
});

test("a replica that keeps what is deleted", () => {
  assert.equal(plan("V1 M2", "r1", "V1", "keep"), "");
  assert.equal(plan("V1 M2 V3", "r1", "V1", "keep"), "put V3");
  assert.equal(plan("", "r1", "V1", "keep"), "");
});

test("works side by side: no more than said, the first failure ends it", async () => {
  let [now, most, done] = [0, 0, 0];
  const work = async () => {
    most = Math.max(most, ++now);
    await clock.sleep(2);
    now--;
    done++;
  };
  const many = new Together(4, undefined, 10);
  for (let i = 0; i < 50; i++) await many.start(work);
  await many.end();
  assert.deepEqual([most, done], [4, 50]);
  const failing = new Together(2);
  await failing.start(async () => Promise.reject(new Error("no")));
  await assert.rejects(async () => {
    for (let i = 0; i < 50; i++) await failing.start(work);
    await failing.end();
  }, /no/);
  await failing.settle();
});

test("a bucket kept like another one on the gateway", { skip: gatewayMissing() }, async () => {
  const gateway = await joinGateway();
  after(() => gateway.leave());
  const { client } = gateway;
  const from = await gateway.bucket({ object_lock: false });
  const to = `${from}-replica`;
  const Enabled = { VersioningConfiguration: { Status: "Enabled" as const } };
  await client.send(new PutBucketVersioningCommand({ Bucket: from, ...Enabled }));
  const { kind: _kind, ...place } = gateway.config(from);
  const target = { ...place, bucket: to };
  const options = { source: { place, prefix: "" }, target, deletes: "replicate" as const, locks: false, clock };
  await client.send(new CreateBucketCommand({ Bucket: to }));
  await assert.rejects(Replica.open(options), { code: "REPLICA_KEEPS_NO_VERSIONS" });
  await client.send(new PutBucketVersioningCommand({ Bucket: to, ...Enabled }));

  const put = (Key: string, Body: string | Buffer, more: object = {}) =>
    client.send(new PutObjectCommand({ Bucket: from, Key, Body, ...more }));
  const del = (Key: string) => client.send(new DeleteObjectCommand({ Bucket: from, Key }));
  /** The oracle: every key's versions, oldest first, by their bytes. */
  const story = async (Bucket: string) => {
    const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
    const all = [...Versions, ...DeleteMarkers.map((each) => ({ ...each, Size: -1 }))];
    all.sort((a, b) => (a.LastModified?.getTime() ?? 0) - (b.LastModified?.getTime() ?? 0));
    const keys = new Map<string, string[]>();
    for (const { Key, VersionId, Size } of all) {
      const hash = createHash("sha256");
      if (Size !== -1) {
        const got = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
        hash.update((await got.Body?.transformToByteArray()) ?? "");
      }
      const what = Size === -1 ? "deleted" : hash.digest("hex").slice(0, 8);
      keys.set(String(Key), [...(keys.get(String(Key)) ?? []), what]);
    }
    return [...keys].sort();
  };

  const big = randomBytes(20 * 1024 * 1024);
  await put("a", "first");
  await put("a", "second", { ContentType: "text/plain", Metadata: { who: "ada" }, Tagging: "team=web" });
  await put("a/ü b+c//", "odd");
  await put("big", big);
  await put("gone", "x");
  await del("gone");
  await put("back", "x");
  await del("back");
  await put("back", "y");

  const replica = await Replica.open(options);
  after(() => replica.close());
  const first = await replica.pass(null);
  assert.deepEqual([first.copied, first.deleted, first.failed, first.conflicts], [7, 2, 0, 0]);
  assert.deepEqual(await story(to), await story(from));
  const head = await client.send(new HeadObjectCommand({ Bucket: to, Key: "a" }));
  assert.deepEqual([head.ContentType, head.Metadata?.["who"]], ["text/plain", "ada"]);
  const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket: to, Key: "a" }));
  assert.deepEqual(TagSet, [{ Key: "team", Value: "web" }]);

  // Nothing new: nothing is done, by one who remembers and by one who has to ask.
  const again = await replica.pass(first.begun_ms);
  assert.deepEqual([again.copied, again.deleted, again.fingerprint], [0, 0, first.fingerprint]);
  const other = await Replica.open(options);
  after(() => other.close());
  const asked = await other.pass(null);
  assert.deepEqual([asked.copied, asked.deleted, asked.conflicts], [0, 0, 0]);

  // The same bytes with other metadata are a new version, and keys that the service told of come at once.
  await put("a", "second", { Metadata: { who: "grace" } });
  await del("back");
  const told = new Map(["a", "back", "nowhere"].map((key) => [key, clock.now_ms()]));
  const heard = await replica.keys(told);
  assert.deepEqual([heard.copied, heard.deleted], [1, 1]);
  assert.deepEqual(await story(to), await story(from));
  const now = await client.send(new HeadObjectCommand({ Bucket: to, Key: "a" }));
  assert.equal(now.Metadata?.["who"], "grace");

  // What somebody writes into the target is not lost, and does not stay in sight.
  await client.send(new PutObjectCommand({ Bucket: to, Key: "a", Body: "meddled" }));
  const mended = await replica.pass(asked.begun_ms);
  assert.deepEqual([mended.copied, mended.conflicts], [1, 1]);
  const shown = await client.send(new GetObjectCommand({ Bucket: to, Key: "a" }));
  assert.equal(await shown.Body?.transformToString(), "second");

  // Back to where it came from it does not go.
  const round = { ...options, source: { place: target, prefix: "" }, target: place };
  const back = await Replica.open(round);
  after(() => back.close());
  const came = await back.pass(null);
  assert.deepEqual([came.copied, came.copied_bytes], [1, Buffer.byteLength("meddled")], "what did not come from there");
});
