/** Where chunks end. Part of a repository's config: two backups share chunks only under equal parameters and key. */
export interface ChunkerParams {
  /** No chunk is shorter, but for the last of a stream. At least 64, at most `avg_bytes`. */
  readonly min_bytes: number;
  /** The target. A power of two, 4 KiB to 8 MiB. */
  readonly avg_bytes: number;
  /** No chunk is longer. At least `avg_bytes`, at most 16 MiB. */
  readonly max_bytes: number;
  /** Bits by which cutting is harder before the average and easier behind it. 0 turns normalisation off. */
  readonly normalization: 0 | 1 | 2 | 3;
}

/**
 * Finds chunk ends in a slab the caller fills. Not shared between threads: each worker makes its own.
 * Stateless between calls: the answer depends on the arguments and the bytes alone, so a caller may move the
 * undecided rest to the slab's start, read more behind it and ask again.
 */
export interface Chunker {
  /** The caller reads input straight into it. Never detached or moved while the chunker lives. */
  readonly slab: Uint8Array<ArrayBuffer>;

  /**
   * Length in bytes of the chunk that starts at `offset`, of which `available` bytes have been read.
   * 0 when more bytes are needed to decide and `final` is false, or when nothing is available.
   * `final` says that the stream ends with these bytes: what follows the last cut is then a chunk, however short.
   * Once `available` reaches the longest chunk, the answer is never 0.
   * @throws CHUNK_RANGE_INVALID when the bytes lie outside the slab.
   */
  cut(offset: number, available: number, final: boolean): number;

  /**
   * Are these bytes all zero? True for a length of 0.
   * @throws CHUNK_RANGE_INVALID when the bytes lie outside the slab.
   */
  isZero(offset: number, length: number): boolean;
}
