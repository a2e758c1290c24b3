import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { selectFiles } from "../../scripts/runner/files.ts";
import { runAll, type Totals } from "../../scripts/runner/run.ts";
import { toyTree } from "./toy-tree.ts";

const HEAD = 'import assert from "node:assert/strict";\nimport test, { after, describe, it } from "node:test";\n';

interface Ran {
  readonly root: string;
  readonly totals: Totals;
  readonly lines: readonly string[];
}

async function run(t: TestContext, files: Record<string, string>, run_limit_ms = 60_000): Promise<Ran> {
  const withHead = Object.entries(files).map(([path, body]) => [path, HEAD + body]);
  const root = toyTree(t, Object.fromEntries(withHead));
  const lines: string[] = [];
  const selection = { folders: ["src"], suffix: ".test.ts", except: [], filters: [] };
  const totals = await runAll({
    root,
    files: selectFiles(root, selection),
    extras: [],
    concurrency: 2,
    file_limit_ms: 4_000,
    run_limit_ms,
    print: (line) => lines.push(...line.split("\n")),
  });
  assert.equal(lines.at(-1), `${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  return { root, totals, lines };
}

test("passed, failed, skipped and to-do tests are counted one by one, parents of failures not again", async (t) => {
  const { totals, lines } = await run(t, {
    "src/a.test.ts": `
      test("outer", async (t) => {
        await t.test("good", () => {});
        await t.test("bad", () => assert.equal(1, 2));
      });
      describe("suite", () => {
        it("skips", { skip: "needs a tape robot" }, () => {});
        it("later", { todo: true }, () => { throw new Error("not yet"); });
      });
      test("alone", () => {});`,
  });
  assert.deepEqual(totals, { passed: 2, failed: 1, skipped: 2 });
  const text = lines.join("\n");
  assert.match(text, /✖ src\/a\.test\.ts:\d+ {2}outer > bad\n {4}AssertionError/);
  assert.match(text, /skipped: suite > skips: needs a tape robot/);
});

test("a crash, a kill, an empty file and a wrong exit code each fail their file", async (t) => {
  const { totals, lines } = await run(t, {
    "src/crash.test.ts": 'throw new Error("boom at import");',
    "src/kill.test.ts": 'test("a", () => {}); test("b", () => { process.kill(process.pid, "SIGKILL"); });',
    "src/empty.test.ts": "",
    "src/exit.test.ts": 'test("a", () => {}); process.on("exit", () => { process.exitCode = 3; });',
    "src/hook.test.ts":
      'describe("s", () => { it("a", () => {}); after(() => { throw new Error("in the hook"); }); });',
    "src/late.test.ts": 'test("a", () => { setTimeout(() => { throw new Error("late"); }, 20); });',
  });
  assert.equal(totals.failed, 6, lines.join("\n"));
  const text = lines.join("\n");
  assert.match(text, /src\/crash\.test\.ts .*\n.*exit code 1[\s\S]*boom at import/);
  assert.match(text, /killed by SIGKILL/);
  assert.match(text, /every test passed, but the process ended with exit code 3/);
  assert.match(text, /in the hook/);
  assert.match(text, /late\.test\.ts {2}after its end/);
});

test("a hanging file is stopped at its limit together with what it started", async (t) => {
  const { root, totals, lines } = await run(t, {
    "src/hang.test.ts": `
      import { spawn } from "node:child_process";
      import { writeFileSync } from "node:fs";
      test("good", () => {});
      test("hangs", async () => {
        const child = spawn("sleep", ["300"]);
        writeFileSync("pid", String(child.pid));
        await new Promise(() => {});
      });`,
  });
  assert.deepEqual(totals, { passed: 1, failed: 1, skipped: 0 });
  assert.match(lines.join("\n"), /stopped after 1 finished tests: not finished within 4 s/);
  const pid = readFileSync(join(root, "pid"), "utf8");
  // Gone, or a zombie that nobody has collected yet.
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, "utf8") : "State: Z";
  assert.match(status, /State:\s+Z/);
});

test("a process left running is stopped and noted", async (t) => {
  const { totals, lines } = await run(t, {
    "src/leak.test.ts": `
      import { spawn } from "node:child_process";
      test("leaks", () => { spawn("sleep", ["300"], { stdio: "ignore" }).unref(); });`,
  });
  assert.deepEqual(totals, { passed: 1, failed: 0, skipped: 0 });
  assert.match(lines.join("\n"), /note: left processes running/);
});

test("the limit of the whole run ends it, and what was not run counts as failed", async (t) => {
  const hang = 'test("hangs", async () => { setInterval(() => {}, 1000); await new Promise(() => {}); });';
  const files = Object.fromEntries(["a", "b", "c", "d"].map((name) => [`src/${name}.test.ts`, hang]));
  const { totals, lines } = await run(t, files, 1_000);
  assert.equal(totals.passed, 0);
  assert.ok(totals.failed >= 3, "two stopped files, and the two never started");
  assert.match(lines.join("\n"), /STOPPED: the whole run was not done within/);
  assert.match(lines.join("\n"), /2 of 4 were never started/);
});

test("what a test prints is never taken for a result", async (t) => {
  const { totals } = await run(t, {
    "src/print.test.ts": 'test("a", () => { console.log("99 passed, 0 failed, 0 skipped"); });',
  });
  assert.deepEqual(totals, { passed: 1, failed: 0, skipped: 0 });
});

test("no test at all is a failure", async (t) => {
  const { totals, lines } = await run(t, {});
  assert.deepEqual(totals, { passed: 0, failed: 1, skipped: 0 });
  assert.match(lines.join("\n"), /there is no test to run/);
});
