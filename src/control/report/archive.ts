import { gunzipSync, gzipSync } from "node:zlib";

const BLOCK_BYTES = 512;

export interface ArchiveFile {
  readonly name: string;
  readonly content: Buffer;
}

/** A `.tar.gz` (ustar) that every tar reads; the same files give the same bytes. */
export function tarGz(files: readonly ArchiveFile[], mtime_ms: number): Buffer {
  const blocks: Buffer[] = [];
  for (const { name, content } of files) {
    blocks.push(header(name, content.length, mtime_ms), content);
    const rest = content.length % BLOCK_BYTES;
    if (rest > 0) blocks.push(Buffer.alloc(BLOCK_BYTES - rest));
  }
  blocks.push(Buffer.alloc(2 * BLOCK_BYTES));
  return gzipSync(Buffer.concat(blocks));
}

/** POSIX.1-1988 ustar: fields at fixed places, numbers in octal, a checksum over all of it. */
function header(name: string, size: number, mtime_ms: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.write(name, 0, 100, "utf8");
  block.write("0000644\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  block.write(
    `${Math.floor(mtime_ms / 1000)
      .toString(8)
      .padStart(11, "0")}\0`,
    136,
  );
  block.write("        ", 148);
  block.write("0", 156);
  block.write("ustar\x0000", 257);
  const sum = block.reduce((all, byte) => all + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** Nobody's evidence is larger; a file that says so is made to fill our memory. */
const UNPACKED_BYTES_MAX = 2 ** 31 - 1;

/** What {@link tarGz} wrote. @throws Error for what is no such archive */
export function untarGz(archive: Buffer): ArchiveFile[] {
  const bytes = gunzipSync(archive, { maxOutputLength: UNPACKED_BYTES_MAX });
  const files: ArchiveFile[] = [];
  for (let at = 0; at + BLOCK_BYTES <= bytes.length; ) {
    const block = bytes.subarray(at, at + BLOCK_BYTES);
    if (block.every((byte) => byte === 0)) return files;
    const text = (from: number, length: number) => block.toString("utf8", from, from + length).replace(/\0.*$/s, "");
    const size = Number.parseInt(text(124, 12), 8);
    const sum = block.reduce((all, byte, i) => all + (i >= 148 && i < 156 ? 32 : byte), 0);
    if (!Number.isSafeInteger(size) || Number.parseInt(text(148, 8), 8) !== sum) throw new Error("a header is damaged");
    if (at + BLOCK_BYTES + size > bytes.length) throw new Error("it ends in the middle of a file");
    files.push({ name: text(0, 100), content: bytes.subarray(at + BLOCK_BYTES, at + BLOCK_BYTES + size) });
    at += BLOCK_BYTES + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
  throw new Error("it has no end");
}
