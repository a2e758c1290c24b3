import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { ChunkHasher, cryptoHmac, exportedHmac } from "./chunk-hasher.ts";

test("the ids are HMAC-SHA-256: RFC 4231, test cases 1 and 2", () => {
  const cases = [
    ["0b".repeat(20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
    [
      Buffer.from("Jefe").toString("hex"),
      "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
  ] as const;
  for (const [key, text, digest] of cases) {
    const id_key = Buffer.from(key, "hex");
    for (const hash of [cryptoHmac(id_key), exportedHmac(id_key), new ChunkHasher(id_key).id])
      assert.equal(hash?.(Buffer.from(text)).toString("hex"), digest);
  }
});

test("both ways give the same id for any key and any chunk, in any order", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.array(bytes, { maxLength: 5 }), (key, chunks) => {
      const [fast, sure] = [exportedHmac(key), cryptoHmac(key)];
      assert.ok(fast);
      assert.deepEqual(chunks.map(fast), chunks.map(sure));
    }),
  );
});
