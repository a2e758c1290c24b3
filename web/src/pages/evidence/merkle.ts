import { sha256 } from "@noble/hashes/sha2.js";

/** The checks of RFC 9162 for an evidence bundle, in the browser: docs/evidence.md describes the format. */
export type Hash = Uint8Array;

const encoder = new TextEncoder();

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const LEAF = Uint8Array.of(0);
const INNER = Uint8Array.of(1);

export function leafHash(record: string): Hash {
  return sha256(join(LEAF, encoder.encode(record)));
}

function innerHash(left: Hash, right: Hash): Hash {
  return sha256(join(INNER, left, right));
}

export function textHash(text: string): Hash {
  return sha256(encoder.encode(text));
}

const EMPTY_ROOT = sha256(new Uint8Array(0));

function equal(one: Hash, other: Hash): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
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
    } else {
      hash = innerHash(hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && equal(hash, root);
}

export interface Tree {
  readonly size: number;
  readonly root: Hash;
}

/** RFC 9162, 2.1.4.2: is the one the beginning of the other? */
export function consistencyHolds(from: Tree, to: Tree, proof: readonly Hash[]): boolean {
  if (from.size > to.size) return false;
  if (from.size === to.size) return proof.length === 0 && equal(from.root, to.root);
  if (from.size === 0) return proof.length === 0 && equal(from.root, EMPTY_ROOT);
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
    } else {
      new_root = innerHash(new_root, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && equal(old_root, from.root) && equal(new_root, to.root);
}
