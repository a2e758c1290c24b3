import {
  type EntryView,
  EXTENT_HOLE,
  FLAG_CHANGED,
  FLAG_INCOMPLETE,
  type ReadPage,
  walkContent,
} from "../../manifest/index.ts";
import { S_IFDIR, S_IFREG } from "../../posix/index.ts";
import type { ChunkSink } from "../../repository/index.ts";
import type { Batch } from "./scanned.ts";

/**
 * Takes an unchanged entry over from the parent backup, if all of its content is still stored.
 * @param format type bits of its mode
 * @returns whether it was taken; a promise when map pages have to be read to know
 */
export type TakeOver = (before: EntryView, format: number, batch: Batch) => boolean | Promise<boolean>;

export function takeOver(
  sink: ChunkSink,
  readPage: ReadPage,
  onProgress: (files: number, bytes: number) => void,
): TakeOver {
  const has = (bytes: Buffer, at: number): boolean => sink.has(bytes, at);

  const count = (batch: Batch, size: number): void => {
    batch.files++;
    batch.unchanged_files++;
    batch.source_bytes += size;
    onProgress(1, size);
  };

  const hasPages = async (content: Buffer): Promise<boolean> => {
    let complete = true;
    try {
      await walkContent(
        content,
        readPage,
        (extent) => {
          if (extent.kind !== EXTENT_HOLE && !sink.has(extent.id)) complete = false;
        },
        (page) => sink.has(page),
      );
    } catch {
      return false; // a map page is damaged or gone: the file is read again, which heals it
    }
    return complete;
  };

  return (before, format, batch) => {
    if ((before.flags & (FLAG_CHANGED | FLAG_INCOMPLETE)) !== 0) return false;
    if (format !== S_IFREG) {
      if (format === S_IFDIR) batch.directories++;
      else batch.others++;
      batch.take(before);
      return true;
    }
    const stored = before.size === 0 || before.hasFlatContent(has);
    if (stored === undefined) {
      const { raw, size } = before;
      return hasPages(before.content).then((complete) => {
        if (complete) count(batch, size);
        if (complete) batch.push(raw);
        return complete;
      });
    }
    if (!stored) return false;
    count(batch, before.size);
    batch.take(before);
    return true;
  };
}
