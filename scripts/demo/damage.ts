/** Flips one byte of one stored object, as a failing disk would. */
import { closeSync, openSync, readdirSync, readSync, statSync, writeSync } from "node:fs";
import { join, relative } from "node:path";

export interface Flipped {
  /** The object's key within its repository, as `baas verify` names it. */
  readonly object: string;
  readonly offset: number;
  readonly before: number;
  readonly after: number;
}

/**
 * @param repository folder of a project's repository within a region
 * @param since_ms only what was stored after this time
 */
export function flipByte(repository: string, since_ms: number): Flipped {
  const packs = readdirSync(join(repository, "packs"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).mtimeMs >= since_ms)
    .sort((a, b) => statSync(b).size - statSync(a).size);
  const [pack] = packs;
  if (pack === undefined) throw new Error(`there are no such packs in ${repository}`);
  const offset = Math.floor(statSync(pack).size / 2);
  const file = openSync(pack, "r+");
  try {
    const byte = Buffer.alloc(1);
    readSync(file, byte, 0, 1, offset);
    const before = byte.readUInt8(0);
    byte.writeUInt8(before ^ 0x10, 0);
    writeSync(file, byte, 0, 1, offset);
    return { object: relative(repository, pack), offset, before, after: before ^ 0x10 };
  } finally {
    closeSync(file);
  }
}
