import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { canonicalJson } from "./canonical.ts";

test("sorts names, drops undefined, writes no white space", () => {
  assert.equal(canonicalJson({ b: [1, "ü\n", null], a: { z: 0, y: undefined } }), '{"a":{"z":0},"b":[1,"ü\\n",null]}');
});

test("is JSON that reads back as the value, whatever the order it was built in", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })), (context) => {
      const turned = Object.fromEntries(Object.entries(context).reverse());
      assert.equal(canonicalJson(context), canonicalJson(turned));
      assert.deepEqual(Object.entries(JSON.parse(canonicalJson(context))).sort(), Object.entries(context).sort());
    }),
  );
});

test("refuses numbers that have more than one spelling", () => {
  for (const number of [1.5, Number.NaN, 2 ** 53]) assert.throws(() => canonicalJson({ number }));
});
