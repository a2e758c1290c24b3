import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { parts, wholeOf } from "./parts.ts";
import { type BucketTree, picture } from "./picture.ts";
import { Together } from "./together.ts";

const TOGETHER = 16;
/** Held in memory at a time: sixteen of these. */
const SMALL_BYTES = 1024 * 1024;
const PART_BYTES = 8 * 1024 * 1024;
const FOLDERS_KNOWN_MAX = 10_000;

/** Lays the picture down as files below a folder, each under its encoded key. */
export async function layPicture(
  tree: BucketTree,
  base: Buffer,
  wanted: { readonly as_of_ms?: number | undefined; readonly prefix?: string | undefined },
  dir: string,
  onObject: (bytes: number) => void,
  signal: AbortSignal,
): Promise<{ readonly files: number; readonly bytes: number }> {
  let [files, bytes] = [0, 0];
  const made = new Set<string>();
  const together = new Together(TOGETHER, signal);
  try {
    for await (const { path, node } of picture(tree, base, wanted)) {
      const target = join(dir, path); // an encoded path has no `..`
      const folder = dirname(target);
      if (!made.has(folder)) {
        await mkdir(folder, { recursive: true });
        if (made.size >= FOLDERS_KNOWN_MAX) made.clear();
        made.add(folder);
      }
      await together.start(async () => {
        const mode = 0o644;
        if (node.size <= SMALL_BYTES) await writeFile(target, await wholeOf(tree, node), { mode, signal });
        else await pipeline(parts(tree, node, PART_BYTES), createWriteStream(target, { mode }), { signal });
        files++;
        bytes += node.size;
        onObject(node.size);
      });
    }
    await together.end();
  } finally {
    await together.settle();
  }
  return { files, bytes };
}
