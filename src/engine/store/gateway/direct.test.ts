/** Packs that go straight to the storage: what a grant lets through, and what it does not, asked of a real gateway. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import test from "node:test";
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { systemClock as clock, systemRandom as random } from "../../../base/index.ts";
import type { ObjectStore, PutGrant } from "../port.ts";
import { openS3Store } from "../s3/store.ts";
import { joinGateway } from "../testing/ceph/gateway.ts";
import { gatewayMissing } from "../testing/ceph/programs.ts";
import { rejects } from "../testing/contract.ts";
import { DirectPuts, type GrantAnswer } from "./direct.ts";

const skip = gatewayMissing() ?? false;
const KEY = `packs/4f/4f${"0123456789abcdef".repeat(4).slice(2)}`;

const contentOf = (body: Buffer) => ({
  sha256: createHash("sha256").update(body).digest(),
  size_bytes: body.length,
});

async function granted(store: ObjectStore, key: string, body: Buffer): Promise<PutGrant> {
  const grant = await store.grantPut?.(key, contentOf(body));
  assert.ok(grant !== undefined && grant !== "present");
  return grant;
}

/** As somebody would who has nothing but the grant. */
function ask(method: string, url: string, headers: PutGrant["headers"], body = Buffer.alloc(0)): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers: { ...headers, "content-length": String(body.length) } });
    call.once("error", reject);
    call.once("response", (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    });
    call.end(body);
  });
}

test("a grant puts its one content under its one key, and is good for nothing else", { skip }, async (t) => {
  const gateway = await joinGateway();
  t.after(() => gateway.leave());
  const bucket = await gateway.bucket();
  const config = gateway.config(bucket, "host-1/");
  const store = await openS3Store({ config, clock, random });
  t.after(() => store.close());
  const body = randomBytes(3_000_000);
  const other = Buffer.from(body).fill(7, 1000, 1001);
  const { url, headers } = await granted(store, KEY, body);
  assert.equal(await store.stat(KEY), undefined, "signed is not stored");
  assert.match(url, new RegExp(`/${bucket}/host-1/${KEY}\\?x-id=PutObject$`));

  const refusals = {
    "another content of the same size": await ask("PUT", url, headers, other),
    "a shorter one": await ask("PUT", url, headers, body.subarray(1)),
    "a body of which it says what was signed": await ask(
      "PUT",
      url,
      { ...headers, "x-amz-content-sha256": contentOf(other).sha256.toString("hex") },
      other,
    ),
    "no check of the body": await ask("PUT", url, { ...headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" }, other),
    "another key": await ask("PUT", url.replace("host-1", "host-2"), headers, body),
    "a part of an upload": await ask("PUT", `${url}&partNumber=1&uploadId=x`, headers, body),
    "its access list": await ask("PUT", `${url}&acl`, headers, body),
    "to read": await ask("GET", url, headers),
    "to delete": await ask("DELETE", url, headers),
    "to list": await ask("GET", url.slice(0, url.indexOf("/host-1")), headers),
  };
  for (const [what, status] of Object.entries(refusals)) assert.ok(status >= 400, `${what}: answered with ${status}`);
  assert.equal(await store.stat(KEY), undefined, "and nothing of it was stored");

  assert.equal(await ask("PUT", url, headers, body), 200);
  assert.ok((await store.get(KEY)).equals(body), "read back and checked against the SHA-256 it was stored with");
  assert.equal(await ask("PUT", url, headers, other), 400, "and not overwritten with it either");
  assert.equal(await store.grantPut?.(KEY, contentOf(body)), "present");
  await rejects(store.grantPut?.(KEY, contentOf(other)) ?? Promise.resolve(), "STORE_ALREADY_EXISTS");
  const { Versions } = await gateway.client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  assert.equal(Versions?.filter(({ Key }) => Key?.endsWith(KEY)).length, 1);
});

test("an answer that was lost is found again; a storage that is out of reach is gone around", { skip }, async (t) => {
  const gateway = await joinGateway();
  t.after(() => gateway.leave());
  const config = gateway.config(await gateway.bucket());
  const store = await openS3Store({ config, clock, random });
  t.after(() => store.close());
  const body = randomBytes(100_000);
  const ways = { open: "" };
  const answers: GrantAnswer[] = [];
  /** A server that signs, and says where the storage is as `ways` has it. */
  const connection = {
    async call(): Promise<Buffer> {
      const granted = await store.grantPut?.(KEY, contentOf(body));
      const answer: GrantAnswer =
        granted === undefined
          ? { direct: false }
          : granted === "present"
            ? { present: true }
            : { grant: { ...granted, url: ways.open === "" ? granted.url : ways.open } };
      answers.push(answer);
      return Buffer.from(JSON.stringify(answer));
    },
    open: () => Promise.reject(new Error("not asked here")),
    close: () => undefined,
  };
  const put = (direct: DirectPuts) => direct.put(() => "", [body.subarray(0, 10), body.subarray(10)], undefined);
  const direct = new DirectPuts(connection, clock, undefined);
  t.after(() => direct.close());

  ways.open = "http://127.0.0.1:9/gone";
  assert.equal(await put(direct), false, "the caller goes through the server");
  assert.equal(answers.length, 2);
  assert.equal(await put(direct), false);
  assert.equal(answers.length, 2, "and is not kept waiting for it again");

  ways.open = "";
  const second = new DirectPuts(connection, clock, undefined);
  t.after(() => second.close());
  assert.equal(await put(second), true);
  assert.ok((await store.get(KEY)).equals(body));
  assert.equal(await put(second), true, "what is there already with the same content is stored");
  assert.ok("present" in (answers.at(-1) as object));
});
