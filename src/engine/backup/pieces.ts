import { EXTENT_DATA, EXTENT_HOLE, type Extent } from "../manifest/index.ts";
import type { ChunkSink } from "../repository/index.ts";
import { type ExtentList, packExtents } from "./extent-list.ts";

/** Stretches of several files, one after the other in one slab: a call each would cost more than their bytes. */
export interface PiecesTask {
  readonly kind: "pieces";
  /** Comes back with the answer, to be filled again. */
  readonly slab: Uint8Array;
  readonly pieces: readonly {
    readonly length: number;
    /** 0: cut where the content says so. Else cut at multiples of it, and leave blocks of zeros out. */
    readonly block_bytes: number;
  }[];
}

export interface PiecesResult extends ExtentList {
  readonly slab: Uint8Array;
  /** How many of the extents each piece has. */
  readonly counts: readonly number[];
}

/** Worker side: chunks every piece and keeps what is new. */
export async function storePieces(
  task: PiecesTask,
  sink: ChunkSink,
): Promise<{ readonly answer: PiecesResult; readonly bytes: number }> {
  const slab = Buffer.from(task.slab.buffer, task.slab.byteOffset, task.slab.byteLength);
  const extents: Extent[] = [];
  const counts: number[] = [];
  let at = 0;
  for (const { length, block_bytes } of task.pieces) {
    const before = extents.length;
    const piece = slab.subarray(at, at + length);
    if (block_bytes === 0) await cutByContent(piece, sink, extents);
    else await cutInBlocks(piece, block_bytes, sink, extents);
    counts.push(extents.length - before);
    at += length;
  }
  return { answer: { ...packExtents(extents), slab: task.slab, counts }, bytes: at };
}

async function cutByContent(piece: Buffer, sink: ChunkSink, extents: Extent[]): Promise<void> {
  for (let at = 0; ; ) {
    const ended = at >= piece.length;
    if (!ended) {
      const room = sink.room(piece.length - at);
      const count = piece.copy(room, 0, at);
      sink.filled(count);
      at += count;
    }
    const final = at >= piece.length;
    for (let length = sink.cut(final); length > 0; length = sink.cut(final))
      extents.push({ kind: EXTENT_DATA, length, id: sink.last_id });
    if (sink.pressed) await sink.drain();
    if (ended || final) return;
  }
}

async function cutInBlocks(piece: Buffer, block_bytes: number, sink: ChunkSink, extents: Extent[]): Promise<void> {
  for (let at = 0; at < piece.length; at += block_bytes) {
    const block = piece.subarray(at, Math.min(piece.length, at + block_bytes));
    if (isZero(block)) {
      const last = extents.at(-1);
      const joined = at > 0 && last?.kind === EXTENT_HOLE ? last.length : 0;
      if (joined > 0) extents.pop();
      extents.push({ kind: EXTENT_HOLE, length: joined + block.length });
      continue;
    }
    extents.push({ kind: EXTENT_DATA, length: block.length, id: sink.add(block) });
    if (sink.pressed) await sink.drain();
  }
}

const ZEROS = Buffer.alloc(64 * 1024);

function isZero(block: Buffer): boolean {
  if (block[0] !== 0 || block[block.length - 1] !== 0) return false;
  for (let at = 0; at < block.length; at += ZEROS.length) {
    const end = Math.min(block.length, at + ZEROS.length);
    if (block.compare(ZEROS, 0, end - at, at, end) !== 0) return false;
  }
  return true;
}
