import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import {
  consistencyHolds,
  consistencyProof,
  inclusionHolds,
  inclusionProof,
  innerHash,
  leafHash,
  rootOf,
} from "./merkle.ts";
import type { Hash, NodeReader } from "./merkle.ts";

/** RFC 6962, 2.1, word for word: the oracle. */
function mth(leaves: readonly string[]): Hash {
  if (leaves.length === 1) return leafHash(leaves[0] ?? "");
  let left = 1;
  while (left * 2 < leaves.length) left *= 2;
  return innerHash(mth(leaves.slice(0, left)), mth(leaves.slice(left)));
}

const readerOf =
  (leaves: readonly string[]): NodeReader =>
  async (level, index) =>
    mth(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));

test("the known answers of RFC 6962's reference implementation", async () => {
  const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
  const raw = leaves.map((hex) => Buffer.from(hex, "hex").toString("latin1"));
  assert.equal(leafHash("").toString("hex"), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  // Roots over the first 1 and 2 of them; further leaves are not plain ASCII.
  assert.equal(
    (await rootOf(readerOf(raw), 2)).toString("hex"),
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  );
});

test("every proof of every size holds, and no other leaf, index or size passes with it", async () => {
  const leaves = Array.from({ length: 41 }, (_, i) => `record ${i}`);
  const read = readerOf(leaves);
  for (let size = 1; size <= leaves.length; size++) {
    const root = await rootOf(read, size);
    assert.deepEqual(root, mth(leaves.slice(0, size)));
    for (let index = 0; index < size; index++) {
      const proof = await inclusionProof(read, index, size);
      assert.ok(inclusionHolds(leafHash(`record ${index}`), index, size, proof, root));
      assert.ok(!inclusionHolds(leafHash(`record ${index + 1}`), index, size, proof, root));
      if (size > 1) assert.ok(!inclusionHolds(leafHash(`record ${index}`), (index + 1) % size, size, proof, root));
    }
    for (let from = 1; from <= size; from++) {
      const proof = await consistencyProof(read, from, size);
      const [old_tree, new_tree] = [
        { size: from, root: mth(leaves.slice(0, from)) },
        { size, root },
      ];
      assert.ok(consistencyHolds(old_tree, new_tree, proof), `${from} in ${size}`);
      assert.ok(!consistencyHolds({ size: from, root: leafHash("x") }, new_tree, proof));
    }
  }
});

test("a proof with any hash changed, dropped or added fails", async () => {
  const leaves = Array.from({ length: 100 }, (_, i) => `${i}`);
  const read = readerOf(leaves);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 99 }), fc.nat(10), fc.nat(2), async (index, at, how) => {
      const proof = await inclusionProof(read, index, 100);
      const i = at % proof.length;
      if (how === 0) proof[i] = leafHash("forged");
      else if (how === 1) proof.splice(i, 1);
      else proof.splice(i, 0, leafHash("forged"));
      assert.ok(!inclusionHolds(leafHash(`${index}`), index, 100, proof, await rootOf(read, 100)));
    }),
    { numRuns: 200 },
  );
});
