import { createHash } from "node:crypto";

/**
 * Merkle trees as RFC 6962 hashes them: a leaf is SHA-256(0x00 ‖ record), an inner node SHA-256(0x01 ‖ left ‖ right),
 * and a tree of n leaves splits at the largest power of two below n. Every subtree below starts at a multiple of its
 * width, so complete ones are nodes that never change and are read, not computed.
 */
export type Hash = Buffer;

/** Hash of the complete subtree of 2^level leaves that begins at leaf `node_index` · 2^level. */
export type NodeReader = (level: number, node_index: number) => Promise<Hash>;

const LEAF = Buffer.from([0]);
const INNER = Buffer.from([1]);

export function leafHash(record: string): Hash {
  return createHash("sha256").update(LEAF).update(record, "utf8").digest();
}

export function innerHash(left: Hash, right: Hash): Hash {
  return createHash("sha256").update(INNER).update(left).update(right).digest();
}

/** Root of no leaves at all. */
export const EMPTY_ROOT: Hash = createHash("sha256").digest();

/** Largest power of two below `count` (> 1). Plain arithmetic: bit operations end at 31 bit. */
function split(count: number): number {
  let width = 1;
  while (width * 2 < count) width *= 2;
  return width;
}

async function subtree(read: NodeReader, start: number, count: number): Promise<Hash> {
  const level = Math.round(Math.log2(count));
  if (2 ** level === count) return read(level, start / count);
  const left = split(count);
  return innerHash(await subtree(read, start, left), await subtree(read, start + left, count - left));
}

/** Root of the first `size` leaves. */
export async function rootOf(read: NodeReader, size: number): Promise<Hash> {
  return size === 0 ? EMPTY_ROOT : subtree(read, 0, size);
}

/** Proof that leaf `index` is in the tree of the first `size` leaves. */
export async function inclusionProof(read: NodeReader, index: number, size: number): Promise<Hash[]> {
  const path = async (at: number, start: number, count: number): Promise<Hash[]> => {
    if (count === 1) return [];
    const left = split(count);
    return at < left
      ? [...(await path(at, start, left)), await subtree(read, start + left, count - left)]
      : [...(await path(at - left, start + left, count - left)), await subtree(read, start, left)];
  };
  return path(index, 0, size);
}

/** Proof that the tree of `from` leaves is the beginning of the tree of `to` leaves; 0 < from ≤ to. */
export async function consistencyProof(read: NodeReader, from: number, to: number): Promise<Hash[]> {
  const path = async (at: number, start: number, count: number, whole: boolean): Promise<Hash[]> => {
    if (at === count) return whole ? [] : [await subtree(read, start, count)];
    const left = split(count);
    return at <= left
      ? [...(await path(at, start, left, whole)), await subtree(read, start + left, count - left)]
      : [...(await path(at - left, start + left, count - left, false)), await subtree(read, start, left)];
  };
  return from === 0 ? [] : path(from, 0, to, true);
}

/** RFC 9162, 2.1.3.2. */
export function inclusionHolds(leaf: Hash, index: number, size: number, proof: readonly Hash[], root: Hash): boolean {
  if (index >= size) return false;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = innerHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else hash = innerHash(hash, sibling);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash.equals(root);
}

/** RFC 9162, 2.1.4.2. */
export function consistencyHolds(
  from: { readonly size: number; readonly root: Hash },
  to: { readonly size: number; readonly root: Hash },
  proof: readonly Hash[],
): boolean {
  if (from.size > to.size) return false;
  if (from.size === to.size) return proof.length === 0 && from.root.equals(to.root);
  if (from.size === 0) return proof.length === 0 && from.root.equals(EMPTY_ROOT);
  const complete = Number.isInteger(Math.log2(from.size));
  const [first, ...rest] = complete ? [from.root, ...proof] : proof;
  if (first === undefined) return false;
  let [node, last] = [from.size - 1, to.size - 1];
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  let [old_root, new_root] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      old_root = innerHash(sibling, old_root);
      new_root = innerHash(sibling, new_root);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else new_root = innerHash(new_root, sibling);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && old_root.equals(from.root) && new_root.equals(to.root);
}
