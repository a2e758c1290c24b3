import assert from "node:assert/strict";
import test from "node:test";
import { wrapComments } from "../../scripts/format/wrap-comments.ts";

const wrap = (text: string): string => wrapComments("a.ts", text, 30);

test("what fits stays byte for byte", () => {
  const text = "/** Short. */\nconst a = 1; // A comment behind code, however long it may be.\n/*  odd   spacing */\n";
  assert.equal(wrap(text), text);
});

test("a one-line block that is too long becomes a block of lines", () => {
  assert.equal(
    wrap("  /** One two three four five six seven. */\n  f();\n"),
    "  /**\n   * One two three four five\n   * six seven.\n   */\n  f();\n",
  );
});

test("the overflow flows into the next line of the paragraph, not into lists, tags or empty lines", () => {
  const before = "/**\n * One two three four five six seven\n * eight.\n *\n * - nine\n * @throws TEN\n */\nf();\n";
  const after = "/**\n * One two three four five six\n * seven eight.\n *\n * - nine\n * @throws TEN\n */\nf();\n";
  assert.equal(wrap(before), after);
});

test("neighbouring line comments are one text", () => {
  assert.equal(
    wrap("f();\n// One two three four five six seven\n// eight.\ng();\n"),
    "f();\n// One two three four five six\n// seven eight.\ng();\n",
  );
});

test("what looks like a comment in a literal is left alone", () => {
  const text = "const a = `\n// One two three four five six seven eight\n/** nine ten eleven twelve thirteen */\n`;\n";
  assert.equal(wrap(text), text);
});

test("wrapping twice changes nothing more", () => {
  const once = wrap("/** One two three four five six seven eight nine ten eleven. */\nf();\n");
  assert.equal(wrap(once), once);
});
