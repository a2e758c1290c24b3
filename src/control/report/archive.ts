import { gzipSync } from "node:zlib";

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
