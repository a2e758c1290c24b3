import assert from "node:assert/strict";
import test from "node:test";
import { format } from "../../scripts/gates/format.ts";
import type { Gate } from "../../scripts/gates/gate.ts";
import { knip } from "../../scripts/gates/knip.ts";
import { lint } from "../../scripts/gates/lint.ts";
import { types } from "../../scripts/gates/types.ts";
import { findings, toyTree } from "./toy-tree.ts";

const CLEAN = {
  "src/apps/cli/main.ts": 'import { BYTE } from "../../base/index.ts";\n\nprocess.exitCode = BYTE;\n',
  "src/base/index.ts": '/** base: what everything may use. */\nexport * from "./bytes.ts";\n',
  "src/base/bytes.ts": "export const BYTE = 1;\n",
};

const PLANTED: readonly { gate: Gate; title: string; files: Record<string, string>; finding: RegExp }[] = [
  {
    gate: types,
    title: "a wrong type",
    files: { "src/base/bytes.ts": 'export const BYTE: number = "1";\n' },
    finding: /src\/base\/bytes\.ts\(1,14\): error TS2322/,
  },
  {
    gate: types,
    title: "syntax that stripping types cannot run",
    files: { "src/base/bytes.ts": "export enum Unit {\n  byte,\n}\nexport const BYTE = 1;\n" },
    finding: /bytes\.ts\(1,13\): error TS1294/,
  },
  {
    gate: lint,
    title: "a comparison that converts",
    files: { "src/base/bytes.ts": "export const BYTE = 1;\nexport const same = (a: unknown) => a == 1;\n" },
    finding: /bytes\.ts:2:.*eqeqeq/,
  },
  {
    gate: lint,
    title: "a promise that nobody waits for",
    files: { "src/base/bytes.ts": "export const BYTE = 1;\nconst write = async () => BYTE;\nwrite();\n" },
    finding: /bytes\.ts:3:.*no-floating-promises/,
  },
  {
    gate: lint,
    title: "a value imported for its type alone",
    files: {
      "src/base/unit.ts": "export interface Unit {\n  name: string;\n}\n",
      "src/base/bytes.ts":
        'import { Unit } from "./unit.ts";\nexport const BYTE = 1;\nexport const unit: Unit = { name: "B" };\n',
    },
    finding: /bytes\.ts:1:.*consistent-type-imports/,
  },
  {
    gate: format,
    title: "single quotes",
    files: { "src/base/bytes.ts": "export const BYTE = 'x'.length;\n" },
    finding: /^src\/base\/bytes\.ts is not formatted: npm run format$/,
  },
  {
    gate: knip,
    title: "a file that nothing imports",
    files: { "src/base/lost.ts": "export const LOST = 1;\n" },
    finding: /src\/base\/lost\.ts/,
  },
  {
    gate: knip,
    title: "a dependency that package.json does not name",
    files: { "src/base/bytes.ts": 'import "left-pad";\n\nexport const BYTE = 1;\n' },
    finding: /left-pad/,
  },
];

for (const { gate, title, files, finding } of PLANTED) {
  test(`${gate.name} catches ${title}`, async (t) => {
    const found = await findings(gate, toyTree(t, { ...CLEAN, ...files }));
    assert.ok(
      found.some((text) => finding.test(text)),
      found.join("\n") || "nothing was found",
    );
  });
}

for (const gate of [types, lint, format]) {
  test(`${gate.name} passes a clean tree`, async (t) => {
    assert.deepEqual(await findings(gate, toyTree(t, CLEAN)), []);
  });
}

test("knip says nothing against what is used", async (t) => {
  const found = (await findings(knip, toyTree(t, CLEAN))).join("\n");
  assert.doesNotMatch(found, /src\//);
});
