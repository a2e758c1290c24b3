/** Trees in a temporary folder, to plant violations in; with the real configuration of every tool. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import type { Gate } from "../../scripts/gates/gate.ts";

export const ROOT: string = dirname(dirname(import.meta.dirname));

const CONFIGURATION = [
  "package.json",
  "tsconfig.json",
  "biome.json",
  ".oxlintrc.json",
  "knip.json",
  ".dependency-cruiser.cjs",
];

/** `files`: path → content. Gone when the test ends. */
export function toyTree(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "holdfast-gate-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const name of CONFIGURATION) cpSync(join(ROOT, name), join(root, name));
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
  plant(root, files);
  return root;
}

/** A toy tree that begins as a copy of the real sources. */
export function copyOfSources(t: TestContext): string {
  const root = toyTree(t, {});
  for (const folder of ["src", "scripts", "wasm"]) cpSync(join(ROOT, folder), join(root, folder), { recursive: true });
  return root;
}

export function plant(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

export function findings(gate: Gate, root: string): Promise<readonly string[]> {
  return gate.run(root, new AbortController().signal);
}
