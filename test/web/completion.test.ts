import assert from "node:assert/strict";
import test from "node:test";
import { completionsOf } from "../../web/src/pages/workloads/completion.ts";

const words = [
  {
    key: "env",
    values: [
      { value: "prod", workloads: 7 },
      { value: "dev", workloads: 3 },
    ],
  },
  {
    key: "tier",
    values: [
      { value: "1", workloads: 4 },
      { value: "2", workloads: 2 },
    ],
  },
  {
    key: "team",
    values: [
      { value: "back office", workloads: 1 },
      { value: "a,b", workloads: 1 },
    ],
  },
];
const texts = (text: string) => completionsOf(text, words).map((it) => it.text);

test("the last term of a selector is completed: keys, operators, values, lists; what stands before stays", () => {
  assert.deepEqual(texts(""), ["env", "tier", "team"]);
  assert.deepEqual(texts("t"), ["tier", "team"]);
  assert.deepEqual(texts("env"), ["env=", "env!=", "env in (", "env notin (", "env=prod", "env=dev"]);
  assert.deepEqual(texts("env=p"), ["env=prod"]);
  assert.deepEqual(texts("env!="), ["env!=prod", "env!=dev"]);
  assert.deepEqual(texts("env=prod,ti"), ["env=prod,tier"]);
  assert.deepEqual(texts("env=prod,tier in ("), ["env=prod,tier in (1)", "env=prod,tier in (2)"]);
  // A comma within a list ends no term, and what is in the list is not offered again.
  assert.deepEqual(texts("tier in (1,"), ["tier in (1,2)"]);
  assert.deepEqual(texts("tier in (1,2),!e"), ["tier in (1,2),!env"]);
  // Complete, or not to be written without quotes: nothing to offer.
  assert.deepEqual(texts("env=prod"), []);
  assert.deepEqual(texts("team="), ["team=back office"]);
  assert.equal(completionsOf("env=p", words)[0]?.workloads, 7);
});
