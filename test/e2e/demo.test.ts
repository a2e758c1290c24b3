import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { run } from "../../scripts/demo/process.ts";

const DEMO = new URL("../../scripts/demo.ts", import.meta.url).pathname;

/** A folder for the demo to protect, and one for it to work in. */
function places(t: TestContext): { readonly source: string; readonly work: string } {
  const dir = mkdtempSync(join(tmpdir(), "demo-test-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const [source, work] = [join(dir, "source"), join(dir, "work")];
  for (const folder of [source, work]) mkdirSync(folder);
  chmodSync(dir, 0o711); // PostgreSQL does not run as root: its own user has to pass through
  return { source, work };
}

const demo = (args: readonly string[], work: string) =>
  run(process.execPath, [DEMO, ...args], { env: { ...process.env, TMPDIR: work } });

// The schedule's next whole minute is the longest wait.
test("the demo protects a folder, proves every claim, and leaves nothing behind", { timeout: 140_000 }, async (t) => {
  const { source, work } = places(t);
  for (let number = 0; number < 40; number++) writeFileSync(join(source, `file ${number}`), `${number}\n`.repeat(2000));
  symlinkSync("file 1", join(source, "link"));

  const { code, stdout, stderr } = await demo([source, "--once"], work);

  assert.equal(code, 0, `${stdout}\n${stderr}`);
  assert.equal(stderr, "");
  const table = stdout.slice(stdout.indexOf("What was proved"));
  const claims = [...table.matchAll(/^ {2}([✓✗]) (\S.*?) {2,}/gm)].map(([, mark, claim]) => `${mark} ${claim}`);
  assert.deepEqual(claims, [
    "✓ covered by a tag",
    "✓ first backup",
    "✓ second is incremental",
    "✓ copied",
    "✓ verified",
    "✓ restored",
    "✓ restored from the copy",
    "✓ confirmation gate",
    "✓ made on schedule",
    "✓ database lost",
    "✓ flipped byte found",
  ]);
  assert.match(table, /diff -r --no-dereference: no difference/);
  assert.ok(!stdout.includes("\x1b"), "no colours in a pipe");
  assert.deepEqual(readdirSync(work), [], "the demo's folder is gone");
});

test("a folder that cannot be protected is refused before anything starts", async (t) => {
  const { source, work } = places(t);
  writeFileSync(join(source, "file"), "");
  const missing = await demo([join(source, "missing"), "--once"], work);
  assert.equal(missing.code, 2);
  assert.match(missing.stdout, /missing cannot be used/);
  const around = await demo([join(work, ".."), "--once"], work);
  assert.equal(around.code, 2);
  assert.match(around.stdout, /lies in the tree; set TMPDIR/);
  assert.equal((await demo(["--nonsense"], work)).code, 2);
  assert.deepEqual(readdirSync(work), []);
});
