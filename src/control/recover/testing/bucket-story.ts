import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { joinGateway } from "../../../engine/store/testing/ceph/gateway.ts";
import { createWorkload, listWorkloads } from "../../inventory/index.ts";
import type { TestDatabases } from "../../../platform/db/testing.ts";
import { installation } from "../../../testing/index.ts";
import { watchJob } from "../../jobs/index.ts";
import { getBackupRow } from "../../catalog/index.ts";
import { requestBackup } from "../../protect/index.ts";
import { previewRestore, requestRestore, type RestoreInput } from "../index.ts";

/**
 * A bucket whose every change is recorded, backed up twice, and restored as of each recorded moment.
 * @param many keys that get two versions each, beside the odd ones
 */
export async function bucketStory(
  t: { after(work: () => Promise<void>): void },
  databases: TestDatabases,
  many: number,
): Promise<void> {
  const gateway = await joinGateway();
  after(() => gateway.leave());
  const { client } = gateway;
  const it = await installation(t, databases);
  await it.run();
  const Bucket = await gateway.bucket({ object_lock: true });

  const ended = async (job_id: string) => {
    for await (const job of watchJob(it, job_id, AbortSignal.timeout(240_000)))
      if (job.finished_at !== null) return job;
    throw new Error("unreachable: the watch ends with the job");
  };

  /** What the bucket showed at each moment: the oracle. */
  const now = new Map<string, string>();
  const history: { readonly at: string; readonly shown: ReadonlyMap<string, string> }[] = [];
  const put = async (Key: string, text: string, more: object = {}) => {
    await client.send(new PutObjectCommand({ Bucket, Key, Body: text, ...more }));
    now.set(Key, text);
  };
  const remember = async () => {
    await sleep(1100); // some services keep times to the second
    history.push({ at: new Date().toISOString(), shown: new Map(now) });
    await sleep(1100);
  };
  const odd = ["a", "a/b", "a-b", "a/b/", "x//y", "./dot", "../up", "100%/%25", "ünï/co de+plus", "z/"];
  for (const key of odd) await put(key, `first of ${key}`);
  const big = randomBytes(700_000).toString("base64");
  await put("big", big, {
    ContentType: "text/plain",
    CacheControl: "max-age=7",
    Metadata: { who: "ada" },
    Tagging: "team=web&cost=1%2F2",
  });
  await remember();
  await put("a", "second of a");
  await client.send(new DeleteObjectCommand({ Bucket, Key: "a-b" }));
  now.delete("a-b");
  await remember();
  await put("a-b", "back again");
  const names = Array.from({ length: many }, (_, i) => `many/${i}`);
  for (const round of ["one", "two"]) await Promise.all(names.map((name) => put(name, `${round} ${name}`)));
  await remember();

  const { kind: _kind, ...place } = gateway.config(Bucket);
  const source = { kind: "bucket" as const, ...place, prefix: "" };
  await createWorkload(it.db, { name: "photos", project: "acme", type: "bucket", source, tags: {} }, it);
  const backUp = async () => {
    const job = await ended((await requestBackup(it.db, { workload: "photos" }, it)).job_id);
    assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
    const { details } = await getBackupRow(it.db, String(job.backup_id));
    return { backup_id: String(job.backup_id), counts: details["source"] as Record<string, number> };
  };
  const first = await backUp();
  assert.deepEqual([first.counts["fetched"], first.counts["markers"]], [odd.length + 3 + 2 * many, 1]);
  await put("many/7", "changed");
  await client.send(new DeleteObjectCommand({ Bucket, Key: "big" }));
  now.delete("big");
  await remember();
  const second = await backUp();
  assert.deepEqual([second.counts["fetched"], second.counts["markers"]], [1, 2], "only what is new was read");

  const restore = async (input: RestoreInput) => {
    const { job_id } = await requestRestore(input, it);
    const job = await ended(job_id);
    assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
    return job.result as Record<string, number>;
  };
  const shownBy = async (bucket: string) => {
    const shown = new Map<string, string>();
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }));
      const read = async ({ Key }: { readonly Key?: string | undefined }) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
        shown.set(String(Key), (await Body?.transformToString()) ?? "");
      };
      await Promise.all((page.Contents ?? []).map(read));
      token = page.NextContinuationToken;
    }
    return [...shown].sort();
  };
  for (const [i, { at, shown }] of history.entries()) {
    const new_name = `${Bucket}-t${i}`;
    await restore({ backup_id: second.backup_id, new_name, options: { as_of: at } });
    assert.deepEqual(await shownBy(new_name), [...shown].sort(), `as of ${at}`);
  }
  const copied = await client.send(new GetObjectCommand({ Bucket: `${Bucket}-t0`, Key: "big" }));
  assert.deepEqual(
    [copied.ContentType, copied.CacheControl, copied.Metadata?.["who"]],
    ["text/plain", "max-age=7", "ada"],
  );
  const tags = await client.send(new GetObjectTaggingCommand({ Bucket: `${Bucket}-t0`, Key: "big" }));
  assert.deepEqual(tags.TagSet?.find(({ Key }) => Key === "cost")?.Value, "1/2");
  const made = (await listWorkloads(it.db)).find(({ name }) => name === `${Bucket}-t0`);
  assert.equal(made?.source.kind === "bucket" ? made.source.bucket : "", `${Bucket}-t0`);
  const taken = { backup_id: second.backup_id, new_name: `${Bucket}-t1` };
  await assert.rejects(previewRestore(taken, it), { code: "BUCKET_TARGET_TAKEN" });

  // In place: a prefix, as of a time; nothing before the workload's name was typed.
  const wanted = {
    backup_id: second.backup_id,
    in_place: true,
    options: { as_of: String(history[0]?.at), prefix: "a", delete_extra: true },
  };
  await assert.rejects(requestRestore(wanted, it), { code: "RESTORE_NOT_CONFIRMED" });
  await put("also/new", "deleted by the restore");
  const done = await restore({ ...wanted, confirm: "photos" });
  assert.deepEqual([done["written"], done["deleted"]], [2, 1]);
  const kept = (await shownBy(Bucket)).filter(([key]) => key.startsWith("a"));
  assert.deepEqual(kept, [...(history[0]?.shown ?? [])].filter(([key]) => key.startsWith("a")).sort());
  const late = { ...wanted, options: { as_of: new Date(Date.now() + 60_000).toISOString() } };
  await assert.rejects(previewRestore(late, it), { code: "BUCKET_TIME_OUTSIDE" });

  await client.send(new PutObjectTaggingCommand({ Bucket, Key: "a", Tagging: { TagSet: [] } }));
  const lost = { ...source, bucket: `${Bucket}-none` };
  await createWorkload(it.db, { name: "gone", project: "acme", type: "bucket", source: lost, tags: {} }, it);
  const failed = await it.ended((await requestBackup(it.db, { workload: "gone" }, it)).job_id);
  assert.equal(failed.status_reason, "SourceUnreachable");
}
