import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";

/** A folder for one test, removed after it. */
export async function temporaryFolder(t: TestContext, under = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(under, "holdfast-store-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Lays small objects into a filesystem store's folder, as a restored disk would hold them. */
export async function fillFolder(root: string, keys: readonly string[]): Promise<void> {
  for (const folder of new Set(keys.map((key) => dirname(join(root, key))))) await mkdir(folder, { recursive: true });
  await Promise.all(keys.map((key) => writeFile(join(root, key), "x")));
}
