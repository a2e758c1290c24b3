import assert from "node:assert/strict";
import test from "node:test";
import { hasCode } from "../../../base/index.ts";
import type { KeyManager, WrappedKey } from "../port.ts";

export interface ContractSubject {
  readonly manager: KeyManager;
  /** An enabled key the manager may wrap and unwrap with. */
  readonly key_id: string;
  /** Shaped like a key id of this manager, and none of its keys. */
  readonly unknown_key_id: string;
  close(): Promise<void>;
}

const CONTEXT = { repository: "rpo_1", purpose: "epoch-key" };

/** What every key manager promises. One subject serves all cases. */
export function keyManagerContract(name: string, open: () => Promise<ContractSubject>): void {
  test(`${name} keeps the contract of a key manager`, async (t) => {
    const { manager, key_id, unknown_key_id, close } = await open();
    t.after(close);
    const secret = Buffer.from("0123456789abcdef0123456789abcdef");
    const wrapped = await manager.wrap(key_id, secret, CONTEXT);

    await t.test("wraps and unwraps", async () => {
      assert.equal(wrapped.manager, manager.manager);
      assert.equal(wrapped.key_id, key_id);
      assert.deepEqual(await manager.unwrap(wrapped, CONTEXT), secret);
    });

    await t.test("takes 1 to 4096 bytes", async () => {
      for (const size of [1, 4096]) {
        const plaintext = Buffer.alloc(size, 7);
        assert.deepEqual(await manager.unwrap(await manager.wrap(key_id, plaintext, {}), {}), plaintext);
      }
      for (const size of [0, 4097]) await rejects(manager.wrap(key_id, Buffer.alloc(size), {}), "KEY_REQUEST_INVALID");
    });

    await t.test("never wraps alike twice, and never shows the plaintext", async () => {
      const again = await manager.wrap(key_id, secret, CONTEXT);
      assert.notDeepEqual(again.ciphertext, wrapped.ciphertext);
      assert.equal(Buffer.from(again.ciphertext).includes(secret), false);
    });

    await t.test("the order of the context's entries does not matter", async () => {
      const turned = { purpose: CONTEXT.purpose, repository: CONTEXT.repository };
      assert.deepEqual(await manager.unwrap(wrapped, turned), secret);
    });

    await t.test("another context does not open it", async () => {
      for (const other of [{}, { ...CONTEXT, repository: "rpo_2" }, { ...CONTEXT, more: "" }]) {
        await rejects(manager.unwrap(wrapped, other), "KEY_CONTEXT_MISMATCH");
      }
    });

    await t.test("no altered byte goes unnoticed", async () => {
      for (let at = 0; at < wrapped.ciphertext.length; at++) {
        const ciphertext = Buffer.from(wrapped.ciphertext);
        ciphertext[at] = (ciphertext[at] as number) ^ 1;
        await refuses(manager, { ...wrapped, ciphertext });
      }
      for (const length of [0, 1, 16, 48, wrapped.ciphertext.length - 1]) {
        await refuses(manager, { ...wrapped, ciphertext: wrapped.ciphertext.subarray(0, length) });
      }
      await refuses(manager, { ...wrapped, ciphertext: Buffer.concat([wrapped.ciphertext, Buffer.of(0)]) });
    });

    await t.test("unknown keys and versions are named", async () => {
      await rejects(manager.wrap(unknown_key_id, secret, CONTEXT), "KEY_NOT_FOUND");
      await rejects(manager.unwrap({ ...wrapped, key_id: unknown_key_id }, CONTEXT), "KEY_NOT_FOUND");
      await rejects(manager.unwrap({ ...wrapped, key_version: 99 }, CONTEXT), "KEY_NOT_FOUND");
    });

    await t.test("a context has limits", async () => {
      await rejects(manager.wrap(key_id, secret, { long: "x".repeat(513) }), "KEY_REQUEST_INVALID");
      const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`n${index}`, ""]));
      await rejects(manager.wrap(key_id, secret, many), "KEY_REQUEST_INVALID");
    });
  });
}

async function refuses(manager: KeyManager, wrapped: WrappedKey): Promise<void> {
  await assert.rejects(
    manager.unwrap(wrapped, CONTEXT),
    (error) => hasCode(error, "KEY_CONTEXT_MISMATCH") || hasCode(error, "KEY_WRONG_PASSPHRASE"),
  );
}

function rejects(promise: Promise<unknown>, code: string): Promise<void> {
  return assert.rejects(promise, (error) => {
    assert.ok(hasCode(error, code), `expected ${code}, got ${error}`);
    return true;
  });
}
