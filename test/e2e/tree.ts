import { chmodSync, linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemRandom } from "../../src/base/index.ts";

/** A tree of a few hundred files of many sizes, some empty, some linked, none compressible. Returns its folder. */
export function makeTree(dir: string, files = 300): string {
  mkdirSync(dir, { recursive: true });
  for (let i = 0; i < files; i++) {
    const folder = join(dir, `d${i % 17}`, i % 3 === 0 ? "deeper" : ".");
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `file-${i}`);
    writeFileSync(path, systemRandom.bytes((i * 977) % 30_000));
    if (i % 5 === 0) chmodSync(path, 0o640);
    if (i % 7 === 0) utimesSync(path, 1_600_000_000 + i, 1_500_000_000.123 + i);
    if (i % 50 === 0) linkSync(path, join(dir, `hard-${i}`));
    if (i % 60 === 0) symlinkSync(`d${i % 17}/file-${i}`, join(dir, `soft-${i}`));
  }
  writeFileSync(join(dir, "large"), systemRandom.bytes(3_000_000));
  return dir;
}

/** Changes some of the tree and adds to it, so that the next backup has something to store. */
export function changeTree(dir: string, round: number): void {
  writeFileSync(join(dir, "d1", `added-${round}`), systemRandom.bytes(120_000));
  writeFileSync(join(dir, "d2", "changed"), systemRandom.bytes(50_000));
  writeFileSync(join(dir, "large"), systemRandom.bytes(400_000), { flag: "a" });
}
