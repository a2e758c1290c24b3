import assert from "node:assert/strict";
import test from "node:test";
import { layers, unseen } from "../../scripts/gates/layers.ts";
import { copyOfSources, findings, plant, toyTree } from "./toy-tree.ts";

const door = (body: string): string => `/** A door. */\n${body}\n`;

/** Two engine rooms, one of the control plane, one app: nothing wrong. */
const CLEAN = {
  "src/base/index.ts": door('export * from "./bytes.ts";'),
  "src/base/bytes.ts": "export const BYTE = 1;\n",
  "src/engine/store/index.ts": door('export { put } from "./put.ts";'),
  "src/engine/store/put.ts": 'import { BYTE } from "../../base/index.ts";\nexport const put = BYTE;\n',
  "src/engine/store/put.test.ts": 'import { put } from "./put.ts";\nexport const seen = put;\n',
  "src/engine/pack/index.ts": door('export { put as write } from "../store/index.ts";\nexport interface Pack {}'),
  "src/control/jobs/index.ts": door('export { write as run } from "../../engine/pack/index.ts";'),
  "src/apps/agent/index.ts": door('export { write as agent } from "../../engine/pack/index.ts";'),
  "src/testing/index.ts": door('export { put as fake } from "../engine/store/index.ts";'),
  "test/e2e/all.test.ts": 'export { run } from "../../src/control/jobs/index.ts";\n',
};

/** What is planted → the beginning of the one finding it must cause. */
const PLANTED: readonly { title: string; files: Record<string, string>; finding: RegExp }[] = [
  {
    title: "an earlier room imports a later one",
    files: { "src/engine/store/bad.ts": 'export { write } from "../pack/index.ts";\n' },
    finding: /^one-way: src\/engine\/store\/bad\.ts imports src\/engine\/pack\/index\.ts\n.*may import only rooms/s,
  },
  {
    title: "an earlier room imports only a type of a later one",
    files: { "src/base/typed.ts": 'import type { Pack } from "../engine/pack/index.ts";\nexport type Bad = Pack;\n' },
    finding: /^one-way: src\/base\/typed\.ts imports src\/engine\/pack/,
  },
  {
    title: "the engine imports the control plane",
    files: { "src/engine/store/server.ts": 'export { run } from "../../control/jobs/index.ts";\n' },
    finding: /^engine-has-no-server: src\/engine\/store\/server\.ts imports src\/control\/jobs/,
  },
  {
    title: "a room is entered beside its door",
    files: { "src/engine/pack/bad.ts": 'export { put } from "../store/put.ts";\n' },
    finding: /^use-the-door: src\/engine\/pack\/bad\.ts imports src\/engine\/store\/put\.ts/,
  },
  {
    title: "a test outside src enters a room beside its door",
    files: { "test/e2e/bad.test.ts": 'export { put } from "../../src/engine/store/put.ts";\n' },
    finding: /^use-the-door: test\/e2e\/bad\.test\.ts imports src\/engine\/store\/put\.ts/,
  },
  {
    title: "two files import each other",
    files: {
      "src/base/one.ts": 'import { two } from "./two.ts";\nexport const one = (): unknown => two;\n',
      "src/base/two.ts": 'import { one } from "./one.ts";\nexport const two = (): unknown => one;\n',
    },
    finding: /^no-circular: src\/base\/(one|two)\.ts imports src\/base\/(one|two)\.ts/,
  },
  {
    title: "a folder that is no room",
    files: { "src/engine/extra/index.ts": door("export const extra = 1;") },
    finding: /^no-unlisted-room: src\/engine\/extra\/index\.ts stands in no room of the path/,
  },
  {
    title: "the agent reaches the control plane by a detour",
    files: { "src/apps/agent/main.ts": 'export { run } from "../../control/jobs/index.ts";\n' },
    finding: /^agent-has-no-control-plane: src\/apps\/agent\/main\.ts imports src\/control\/jobs/,
  },
  {
    title: "production code imports test support",
    files: { "src/control/jobs/bad.ts": 'export { fake } from "../../testing/index.ts";\n' },
    finding: /^no-testing-in-production: src\/control\/jobs\/bad\.ts imports src\/testing/,
  },
  {
    title: "the independent reader uses our own code",
    files: { "test/compat/reader/bad.ts": 'export { put } from "../../../src/engine/store/index.ts";\n' },
    finding: /^independent-reader: test\/compat\/reader\/bad\.ts imports src\/engine\/store/,
  },
  {
    title: "an import that leads nowhere",
    files: { "src/base/bad.ts": 'export { gone } from "./gone.ts";\n' },
    finding: /^not-resolvable: src\/base\/bad\.ts imports \.\/gone\.ts/,
  },
];

test("a clean tree passes", async (t) => {
  assert.deepEqual(await findings(layers, toyTree(t, CLEAN)), []);
});

test("every planted violation is caught", async (t) => {
  // All in one tree: the cruiser takes a second a run.
  const planted = Object.assign({}, ...PLANTED.map(({ files }) => files)) as Record<string, string>;
  const found = await findings(layers, toyTree(t, { ...CLEAN, ...planted }));
  for (const { title, finding } of PLANTED) {
    await t.test(title, () => {
      assert.equal(found.filter((text) => finding.test(text)).length, 1, found.join("\n"));
    });
  }
  await t.test("and nothing else is reported", () => {
    const others = found.filter((text) => !PLANTED.some(({ finding }) => finding.test(text)));
    assert.deepEqual(others, []);
  });
});

test("a violation planted in a copy of the real sources is found, with both rooms and the reason", async (t) => {
  const root = copyOfSources(t);
  const before = new Set(await findings(layers, root));
  plant(root, { "src/engine/store/planted.ts": 'export * from "../pack/index.ts";\n' });
  const added = (await findings(layers, root)).filter((finding) => !before.has(finding));
  assert.equal(added.length, 1, added.join("\n"));
  assert.match(added[0] ?? "", /^one-way: src\/engine\/store\/planted\.ts imports src\/engine\/pack\/index\.ts/);
  assert.match(added[0] ?? "", /engine\/store.*→.*engine\/pack/);
});

test("a cruiser that sees too few modules is not believed", () => {
  const report = { modules: [{ source: "src/a.ts" }], summary: { violations: [], ruleSetUsed: { forbidden: [] } } };
  assert.deepEqual(unseen(["src/a.ts"], report), []);
  assert.match(unseen(["src/a.ts", "src/b.ts"], report)[0] ?? "", /saw 1 of 2 files; not src\/b\.ts/);
});

test("a tree without sources is a finding, not a pass", async (t) => {
  assert.match((await findings(layers, toyTree(t, {})))[0] ?? "", /there is no \.ts file/);
});
