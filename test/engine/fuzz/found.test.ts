/** Inputs that fuzzing found (test/long/fuzz.long.ts), and the samples it starts from: a named error, or a parse. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { isNamed, TARGETS } from "./targets.ts";

interface Found {
  readonly target: string;
  /** Base64. */
  readonly input: string;
  /** What went wrong with it. */
  readonly was: string;
}

const TIME_MS_MAX = 2000;
const found = JSON.parse(readFileSync(new URL("./found.json", import.meta.url), "utf8")) as Found[];

async function runNamed(name: string, input: Buffer): Promise<void> {
  const target = TARGETS.find((one) => one.name === name);
  assert.ok(target, `no target ${name}`);
  const began_ms = performance.now();
  try {
    await target.run(input);
  } catch (error) {
    assert.ok(isNamed(error), (error as Error).stack);
  }
  assert.ok(performance.now() - began_ms < TIME_MS_MAX);
}

for (const { target, input, was } of found)
  test(`${target}: ${was}`, () => runNamed(target, Buffer.from(input, "base64")));

test("every sample that fuzzing starts from is taken for what it is", async () => {
  for (const { name, seeds } of TARGETS) for (const seed of seeds) await runNamed(name, Buffer.from(seed));
});

test("a manifest that is signed and whole, but of another repository, is refused", async () => {
  const target = TARGETS.find(({ name }) => name === "manifest-public");
  const [seed] = target?.seeds ?? [];
  assert.ok(target && seed);
  await target.run(Buffer.from(seed));
  const other = seed.toString().replace(/"repository_id":"[^"]*"/, '"repository_id":"rpo_other"');
  await assert.rejects(async () => target.run(Buffer.from(other)), {
    code: "MANIFEST_DAMAGED",
    message: /belongs to repository rpo_other/,
  });
});
