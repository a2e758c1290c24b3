import type { BucketTree, Pictured } from "./picture.ts";

/** Bytes of a small object. */
export async function wholeOf(tree: BucketTree, node: Pictured["node"]): Promise<Buffer> {
  return node.size === 0 ? Buffer.alloc(0) : (await tree.open(node)).read(0, node.size);
}

/** Bytes of an object, a part at a time. */
export async function* parts(tree: BucketTree, node: Pictured["node"], part_bytes: number): AsyncGenerator<Buffer> {
  if (node.size === 0) return;
  const file = await tree.open(node);
  for (let at = 0; at < node.size; at += part_bytes) yield await file.read(at, part_bytes);
}
