import type { ExtendedAttribute } from "../../posix/index.ts";
import { type Facts, readFacts } from "./facts.ts";
import { decodePath } from "./paths.ts";

interface Node {
  readonly name: Buffer;
  readonly type: string;
  readonly size: number;
  readonly xattrs: readonly ExtendedAttribute[];
}

interface ReadableFile {
  readonly size: number;
  read(offset: number, length: number): Promise<Buffer>;
}

/** What is needed of a backup's tree. */
export interface BucketTree<N extends Node = Node> {
  find(path: Buffer): Promise<N | undefined>;
  list(path: Buffer): Promise<readonly N[]>;
  walk(path: Buffer): AsyncIterable<{ readonly path: Buffer; readonly node: N }>;
  open(node: N): Promise<ReadableFile>;
}

/** A key and the version that it had. */
export interface Pictured<N extends Node = Node> {
  readonly key: string;
  /** Of the key, as the backup names it. */
  readonly path: string;
  readonly facts: Facts;
  readonly node: N;
}

/**
 * The bucket as it was at a time, or as the backup found it: one version a key, deleted ones left out. Where versions
 * were changed within the clock's resolution, the later one counts.
 * @param base path of the backup's root
 */
export async function* picture<N extends Node>(
  tree: BucketTree<N>,
  base: Buffer,
  wanted: { readonly as_of_ms?: number | undefined; readonly prefix?: string | undefined },
): AsyncGenerator<Pictured<N>> {
  const { as_of_ms, prefix = "" } = wanted;
  const at = (part: string, path: string) =>
    Buffer.concat([base, Buffer.from(`/${part}${path === "" ? "" : `/${path}`}`)]);
  const older = async (path: string): Promise<Omit<Pictured<N>, "key" | "path"> | undefined> => {
    const folder = await tree.find(at("versions", `${path}%v`));
    if (folder === undefined || as_of_ms === undefined) return undefined;
    let best: { facts: Facts; node: N } | undefined;
    for (const node of await tree.list(at("versions", `${path}%v`))) {
      const facts = readFacts(node.xattrs);
      if (facts === undefined || facts.modified_ms > as_of_ms) continue;
      if (best === undefined || later(facts, best.facts)) best = { facts, node };
    }
    return best?.facts.marker === true ? undefined : best;
  };
  const below = (part: string, path: Buffer) => path.subarray(base.length + part.length + 2).toString();

  if ((await tree.find(at("current", ""))) !== undefined) {
    for await (const { path: full, node } of tree.walk(at("current", ""))) {
      const facts = readFacts(node.xattrs);
      if (facts === undefined) continue;
      const path = below("current", full);
      const key = decodePath(path);
      if (!key.startsWith(prefix)) continue;
      if (as_of_ms === undefined || facts.modified_ms <= as_of_ms) yield { key, path, facts, node };
      else {
        const found = await older(path);
        if (found !== undefined) yield { key, path, ...found };
      }
    }
  }
  if (as_of_ms === undefined || (await tree.find(at("versions", ""))) === undefined) return;
  for await (const { path: full, node } of tree.walk(at("versions", ""))) {
    if (node.type !== "directory" || !node.name.toString().endsWith("%v")) continue;
    const path = below("versions", full).slice(0, -2);
    const key = decodePath(path);
    if (!key.startsWith(prefix) || (await tree.find(at("current", path)))?.type === "file") continue;
    const found = await older(path);
    if (found !== undefined) yield { key, path, ...found };
  }
}

function later(a: Facts, b: Facts): boolean {
  return a.modified_ms !== b.modified_ms ? a.modified_ms > b.modified_ms : a.age < b.age;
}
