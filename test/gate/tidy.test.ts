import assert from "node:assert/strict";
import test from "node:test";
import { tidy } from "../../scripts/gates/tidy.ts";
import { findings, toyTree } from "./toy-tree.ts";

const DOOR = { "src/base/index.ts": "/** base: what everything may use. */\nexport {};\n" };
const comment = (columns: number): string => `// ${"word ".repeat(columns)}`.slice(0, columns);

const CAUGHT: readonly { title: string; path: string; text: string; finding: RegExp }[] = [
  { title: "Date.now", path: "src/base/a.ts", text: "Date.now();", finding: /^src\/base\/a\.ts:1: Date\.now .*clock/ },
  { title: "the present as a Date", path: "src/base/a.ts", text: "\nnew Date();", finding: /a\.ts:2: new Date\(\)/ },
  { title: "a timer", path: "src/base/a.ts", text: "setTimeout(() => {}, 1);", finding: /setTimeout is allowed in/ },
  {
    title: "an imported timer",
    path: "src/base/a.ts",
    text: 'import { setTimeout as wait } from "node:timers/promises";',
    finding: /setTimeout is allowed in/,
  },
  { title: "Math.random", path: "src/base/a.ts", text: "Math.random();", finding: /Math\.random .*random port/ },
  {
    title: "random bytes of node:crypto",
    path: "src/base/a.ts",
    text: 'import { randomBytes } from "node:crypto";',
    finding: /randomBytes .*random port/,
  },
  {
    title: "the environment",
    path: "src/base/a.ts",
    text: 'process.env["X"];',
    finding: /process\.env .*platform\/config/,
  },
  {
    title: "the environment by import",
    path: "src/base/a.ts",
    text: 'import { env } from "node:process";',
    finding: /process\.env .*platform\/config/,
  },
  { title: "the console", path: "src/base/a.ts", text: 'console.warn("x");', finding: /console\.\* .*logger/ },
  { title: "a long comment", path: "src/base/a.ts", text: comment(121), finding: /a\.ts:1: 121 columns; at most 120/ },
  { title: "a long file", path: "src/base/a.ts", text: "\n".repeat(401), finding: /a\.ts: 401 lines; at most 400/ },
  {
    title: "a folder for anything",
    path: "src/base/utils/a.ts",
    text: "",
    finding: /utils, helpers and lib hold anything/,
  },
  { title: "a room without a door", path: "src/model/a.ts", text: "", finding: /^src\/model\/index\.ts: .*no door/ },
  { title: "a door without a header", path: "src/model/index.ts", text: "export {};", finding: /begins with a header/ },
];

for (const { title, path, text, finding } of CAUGHT) {
  test(`caught: ${title}`, async (t) => {
    const found = await findings(tidy, toyTree(t, { ...DOOR, [path]: text }));
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", finding);
  });
}

const FREE: readonly { title: string; path: string; text: string }[] = [
  { title: "the clock port's own file", path: "src/base/clock.ts", text: "Date.now(); setTimeout(() => {}, 1);" },
  {
    title: "the random port's own file",
    path: "src/base/random.ts",
    text: 'import { randomFillSync } from "node:crypto";',
  },
  { title: "a test", path: "src/base/a.test.ts", text: "Date.now(); console.log(process.env);" },
  { title: "a date that is given", path: "src/base/a.ts", text: "new Date(0);" },
  { title: "a method that happens to be called so", path: "src/base/a.ts", text: "clock.setTimeout(1);" },
  { title: "the name in a comment or a string", path: "src/base/a.ts", text: '// Date.now()\n"Math.random()";' },
  { title: "a long address", path: "src/base/a.ts", text: `// https://example.org/${"a/".repeat(80)}` },
  { title: "a long sentence in a literal", path: "src/base/a.ts", text: `const s = "${"word ".repeat(40)}";` },
  { title: "the environment in an app", path: "src/apps/cli/a.ts", text: "process.env; console.log(1);" },
];

for (const { title, path, text } of FREE) {
  test(`free: ${title}`, async (t) => {
    assert.deepEqual(await findings(tidy, toyTree(t, { ...DOOR, [path]: text })), []);
  });
}

test("an emitted file beside its source", async (t) => {
  const root = toyTree(t, { ...DOOR, "src/base/a.ts": "", "src/base/a.js": "" });
  assert.match((await findings(tidy, root)).join("\n"), /^src\/base\/a\.js: emitted beside its source/);
});
