import type { ImagePart, StreamParent } from "./types.ts";

/** A stretch of a file that is not as in the parent backup. */
export interface Change {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface OverlayOptions {
  /** `null`: every byte that no change brings reads as zero. */
  readonly parent: Pick<StreamParent, "size" | "read"> | null;
  readonly path: string;
  /** What the parent calls it, when that is another name. */
  readonly parent_path?: string;
  /** Of the file as it is now. */
  readonly size: () => number;
  readonly block_bytes: number;
  /** In order of offset, without overlap. */
  readonly changes: AsyncIterable<Change>;
}

/**
 * A whole file made of the parent's and what has changed: blocks that nothing touched are taken over unread, in others
 * the parent's bytes are read and the changes laid over them. So every backup is whole by itself, whatever the source
 * sent.
 * @throws STREAM_PARENT_INCOMPLETE, CHUNK_*, STORE_*
 */
export async function* overlay(options: OverlayOptions): AsyncGenerator<ImagePart> {
  const { parent, path, block_bytes, changes } = options;
  const parent_path = options.parent_path ?? path;
  const before = parent === null ? 0 : ((await parent.size(parent_path)) ?? 0);
  const read = async (from: number, to: number): Promise<Buffer> => {
    const out = Buffer.alloc(to - from);
    if (parent !== null && from < before) (await parent.read(parent_path, from, Math.min(to, before) - from)).copy(out);
    return out;
  };
  // A file under another name is not "as in the parent's file of the same path": its bytes are read, and found stored.
  const takes_over = parent_path === path;
  const untouched = async function* (from: number, to: number, size: number): AsyncGenerator<ImagePart> {
    const known = Math.min(to, before);
    const whole = known === before && known === size ? known : known - (known % block_bytes);
    let at = from;
    if (takes_over && whole > at) {
      yield { kind: "unchanged", length: whole - at };
      at = whole;
    }
    for (; at < known; at = Math.min(to, at + block_bytes))
      yield { kind: "data", bytes: await read(at, Math.min(to, at + block_bytes)) };
    if (at < to) yield { kind: "hole", length: to - at };
  };
  let at = 0;
  let block: { readonly start: number; readonly changes: Change[] } | undefined;
  const finish = async (size: number): Promise<ImagePart | undefined> => {
    if (block === undefined) return undefined;
    const { start } = block;
    const end = Math.min(start + block_bytes, Math.max(size, 0));
    const covered = block.changes.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const bytes = covered >= end - start ? Buffer.alloc(end - start) : await read(start, end);
    for (const change of block.changes) bytes.set(change.bytes.subarray(0, end - change.offset), change.offset - start);
    at = end;
    block = undefined;
    return { kind: "data", bytes };
  };
  for await (const change of changes) {
    for (let from = 0; from < change.bytes.length; ) {
      const offset = change.offset + from;
      const start = offset - (offset % block_bytes);
      if (block !== undefined && block.start !== start) {
        const part = await finish(block.start + block_bytes);
        if (part !== undefined) yield part;
      }
      if (block === undefined) {
        // What lies before it is whole blocks, whatever the file's size will be.
        if (start > at) yield* untouched(at, start, Number.POSITIVE_INFINITY);
        block = { start, changes: [] };
        at = start;
      }
      const bytes = change.bytes.subarray(from, from + start + block_bytes - offset);
      block.changes.push({ offset, bytes: Buffer.from(bytes) });
      from += bytes.length;
    }
  }
  const size = options.size();
  const part = await finish(size);
  if (part !== undefined) yield part;
  if (size > at) yield* untouched(at, size, size);
}
