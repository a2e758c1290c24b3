import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test, { type TestContext } from "node:test";
import { hasCode } from "../../base/index.ts";
import { keyManagerContract } from "../keys/testing/contract.ts";
import { kmsVault } from "./kms.ts";
import { managerWith } from "./testing.ts";

type Body = Record<string, string> & { EncryptionContext?: Record<string, string> };

/** A server of the same JSON protocol, with AES of its own: what is tried here is our half of it. */
async function service() {
  const keys = new Map<string, { secret: Buffer; enabled: boolean }>();
  const aliases = new Map<string, string>();
  const refuse = (type: string) => Object.assign(new Error(type), { type });
  const aad = (body: Body) => Buffer.from(JSON.stringify(Object.entries(body.EncryptionContext ?? {}).sort()));
  const keyOf = (name = "") => {
    const key = keys.get(aliases.get(name) ?? name);
    if (key === undefined) throw refuse("NotFoundException");
    if (!key.enabled) throw refuse("DisabledException");
    return key.secret;
  };
  const operations: Record<string, (body: Body) => object> = {
    CreateKey: () => {
      const KeyId = randomBytes(16).toString("hex");
      keys.set(KeyId, { secret: randomBytes(32), enabled: true });
      return { KeyMetadata: { KeyId } };
    },
    CreateAlias: ({ AliasName = "", TargetKeyId = "" }) => (aliases.set(AliasName, TargetKeyId), {}),
    DescribeKey: ({ KeyId = "" }) => {
      const found = aliases.get(KeyId) ?? KeyId;
      if (!keys.has(found)) throw refuse("NotFoundException");
      return { KeyMetadata: { KeyId: found } };
    },
    ScheduleKeyDeletion: ({ KeyId = "" }) => {
      const key = keys.get(KeyId);
      if (key !== undefined) key.enabled = false;
      return {};
    },
    Encrypt: (body) => {
      const iv = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", keyOf(body["KeyId"]), iv);
      cipher.setAAD(aad(body));
      const sealed = [cipher.update(Buffer.from(body["Plaintext"] ?? "", "base64")), cipher.final()];
      return { CiphertextBlob: Buffer.concat([iv, ...sealed, cipher.getAuthTag()]).toString("base64") };
    },
    Decrypt: (body) => {
      const bytes = Buffer.from(body["CiphertextBlob"] ?? "", "base64");
      const secret = keyOf(body["KeyId"]);
      if (bytes.length < 29) throw refuse("InvalidCiphertextException");
      const decipher = createDecipheriv("aes-256-gcm", secret, bytes.subarray(0, 12), { authTagLength: 16 });
      decipher.setAAD(aad(body));
      decipher.setAuthTag(bytes.subarray(-16));
      try {
        const opened = [decipher.update(bytes.subarray(12, -16)), decipher.final()];
        return { Plaintext: Buffer.concat(opened).toString("base64") };
      } catch {
        throw refuse("InvalidCiphertextException");
      }
    },
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const operation = String(request.headers["x-amz-target"]).replace("TrentService.", "");
      try {
        const answer = operations[operation]?.(JSON.parse(Buffer.concat(parts).toString("utf8")) as Body);
        response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(answer));
      } catch (error) {
        const { type = "InternalError", message } = error as { type?: string; message: string };
        response.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
        response.end(JSON.stringify({ __type: type, message }));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const vault = kmsVault({ endpoint, region: "us-east-1", credentials });
  const manager = await managerWith(vault);
  const close = async () => {
    await manager.close();
    vault.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { ...manager, vault, service_keys: keys, aliases, close };
}

keyManagerContract("a key manager with its keys in a service with the API of AWS KMS", async () => {
  const { keys, key_admin, close } = await service();
  const { key_id } = await key_admin.createKey("test");
  return { manager: keys, key_id, unknown_key_id: "cmk_00000000000000000000000000", close };
});

test("each version is a key of the service; a disabled one is called so; a destroyed one is given up", async (t: TestContext) => {
  const { keys, key_admin, vault, service_keys, aliases, close } = await service();
  t.after(close);
  const { key_id } = await key_admin.createKey("acme");
  const context = { kind: "epoch" };
  const old = await keys.wrap(key_id, Buffer.from("secret"), context);
  await key_admin.rotateKey(key_id);
  await vault.makeVersion(key_id, 2); // once more, as after a crash
  assert.equal(service_keys.size, 2);
  const wrapped = await keys.wrap(key_id, Buffer.from("secret"), context);
  assert.deepEqual([old.key_version, wrapped.key_version], [1, 2]);
  assert.equal((await keys.unwrap(old, context)).toString(), "secret");
  const first = service_keys.get(aliases.get(`alias/holdfast/${key_id}/1`) ?? "");
  await vault.destroyVersion(key_id, 1);
  assert.equal(first?.enabled, false);
  await assert.rejects(keys.unwrap(old, context), (error) => hasCode(error, "KEY_DISABLED"));
  assert.equal((await keys.unwrap(wrapped, context)).toString(), "secret");
});
