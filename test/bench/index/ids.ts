/**
 * Chunk ids without end, reproducible from a position: what a keyed hash gives, an AES-CTR key stream gives as well.
 */
import { createCipheriv } from "node:crypto";

const KEY = Buffer.alloc(32, 0x5a);

/** `count` ids of 32 bytes, from number `first` on; ids of different `family` have nothing in common. */
export function chunkIds(family: number, first: number, count: number): Buffer {
  const counter = Buffer.alloc(16);
  counter.writeUInt32BE(family, 0);
  counter.writeBigUInt64BE(BigInt(first) * 2n, 8);
  return createCipheriv("aes-256-ctr", KEY, counter).update(Buffer.alloc(count * 32));
}
