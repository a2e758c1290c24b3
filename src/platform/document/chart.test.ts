import assert from "node:assert/strict";
import test from "node:test";
import { columnChart, nameLines } from "./chart.ts";

test("a name breaks between words, and one too long is shortened, never broken", () => {
  assert.equal(nameLines("validate", 8), "validate");
  assert.equal(nameLines("restore: plan", 8), "restore:\nplan");
  assert.equal(nameLines("web-frontend-1 plan", 10), "web-\nfrontend-…");
  assert.equal(nameLines("validate", 6), "valid…");
  assert.equal(nameLines("two words here", 20), "two words here");
  for (const letters of [3, 5, 9, 14])
    for (const line of nameLines("orders-database: replay of the log", letters).split("\n"))
      assert.ok(line.length <= letters, line);
});

test("no step's name is cut in two in a chart", () => {
  const categories = ["choose", "orders-database plan", "validate", "settle", "web lay", "clean"];
  const series = [{ name: "seconds", values: [1, 2, 3, 4, 5, 6], colour: "#364fc7" }];
  const svg = columnChart({ categories, series }, { width: 250, height: 150 });
  const words = new Set(categories.flatMap((name) => name.split(/[\s-]/)));
  const shown = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text ?? "");
  const names = shown.filter((text) => /[a-z]/.test(text));
  assert.ok(names.length >= categories.length, svg);
  for (const word of names.flatMap((text) => text.split(/[\s-]/)).filter((word) => word !== ""))
    assert.ok(words.has(word) || word.endsWith("…"), `${word} of ${names.join(", ")}`);
});
