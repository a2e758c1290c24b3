/** What the server shows: a disk somebody can read, and perhaps write. */
export interface NbdExport {
  readonly name: string;
  readonly description?: string;
  readonly size_bytes: number;
  /** Exactly `length` bytes; the range lies within the disk. */
  read(offset: number, length: number): Promise<Buffer>;
  /** Stretches from `offset` on, without gaps, up to `offset + length` or further. */
  allocation(offset: number, length: number): readonly DiskStretch[];
  /** Missing: the export is read-only. */
  readonly writable?: WritableDisk;
}

export interface DiskStretch {
  readonly length: number;
  /** Reads as zeros, and takes no room. */
  readonly hole: boolean;
}

export interface WritableDisk {
  write(offset: number, bytes: Buffer): Promise<void>;
  /** Zeros from now on. @param may_unmap room may be given back */
  zero(offset: number, length: number, may_unmap: boolean): Promise<void>;
  /** Everything acknowledged before is durable when this resolves. */
  flush(): Promise<void>;
}

/** A file of a backup, as engine/browse reads it. */
export interface ReadableFile {
  readonly size: number;
  read(offset: number, length: number): Promise<Buffer>;
  stretches(): Iterable<{ readonly offset: number; readonly length: number; readonly hole: boolean }>;
}

/** A disk that never changes. */
export function fileExport(name: string, file: ReadableFile, description?: string): NbdExport {
  const map = [...file.stretches()];
  return {
    name,
    ...(description === undefined ? {} : { description }),
    size_bytes: file.size,
    read: (offset, length) => file.read(offset, length),
    allocation: (offset, length) => {
      let [low, high] = [0, map.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((map[middle]?.offset as number) <= offset) low = middle + 1;
        else high = middle;
      }
      const found: DiskStretch[] = [];
      const end = offset + length;
      for (let i = Math.max(0, low - 1), at = offset; i < map.length && at < end; i++) {
        const stretch = map[i] as { offset: number; length: number; hole: boolean };
        found.push({ length: stretch.offset + stretch.length - at, hole: stretch.hole });
        at = stretch.offset + stretch.length;
      }
      return found;
    },
  };
}
