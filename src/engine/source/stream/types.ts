import type { Problem } from "../../pipeline/index.ts";
import type { ExtendedAttribute } from "../../posix/index.ts";
import type { Attributes } from "./attributes.ts";

/** A stretch of an image, in order of offset and without gaps. Lengths are in bytes. */
export type ImagePart =
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  /** Reads as zeros, and is not stored. */
  | { readonly kind: "hole"; readonly length: number }
  /** As in the parent backup's file of the same path. Begins and ends at multiples of `block_bytes`, or at the end. */
  | { readonly kind: "unchanged"; readonly length: number };

export type StreamContent =
  /** Cut where the content says so. The bytes belong to the consumer until it asks for the next ones. */
  | { readonly kind: "bytes"; readonly bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array> }
  /** Cut at multiples of `block_bytes`, blocks of zeros become holes: for disks, whose blocks change in place. */
  | { readonly kind: "image"; readonly parts: AsyncIterable<ImagePart> | Iterable<ImagePart> }
  /** The whole content is as in the parent backup's file of the same path, or of another one. */
  | { readonly kind: "parent"; readonly path?: string | Buffer };

interface EntryBase {
  /** Relative to the source's root, `/`-separated, without `.` and `..`; bytes or text in UTF-8. */
  readonly path: string | Buffer;
  readonly attributes?: Attributes;
  readonly xattrs?: readonly ExtendedAttribute[];
}

/** Folders that nobody names are made with mode 0755, for root. */
export type StreamEntry =
  | (EntryBase & { readonly type: "directory" })
  | (EntryBase & { readonly type: "symlink"; readonly target: string | Buffer })
  | (EntryBase & {
      readonly type: "file";
      readonly content: StreamContent;
      /** Bytes, when known before: it only helps to place the content well. */
      readonly size_hint?: number;
    });

export interface ParentFile {
  readonly size: number;
  readonly xattrs: readonly ExtendedAttribute[];
}

/** The last backup of the same source, whose unchanged parts are not read again. */
export interface StreamParent {
  readonly backup_id: string;
  readonly created_at_ms: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** Size in bytes of a file in it; `undefined` when there is none, or it was not read whole. */
  size(path: string | Buffer): Promise<number | undefined>;
  /** The same with what else it says of the file. */
  find(path: string | Buffer): Promise<ParentFile | undefined>;
  /**
   * Bytes of a file in it, fewer than `length` at its end.
   * @throws STREAM_PARENT_INCOMPLETE when it is not there, or not stored any more
   */
  read(path: string | Buffer, offset: number, length: number): Promise<Buffer>;
}

export interface StreamContext {
  readonly signal: AbortSignal | undefined;
  /** Size of an image's blocks in this repository. */
  readonly block_bytes: number;
  readonly parent: StreamParent | null;
  /** Notes what the backup leaves out or could not read right. */
  problem(problem: Problem): void;
  /** How much there will be, as soon as the source knows; for progress. */
  expect(files: number | null, bytes: number | null): void;
}

export interface StreamSource {
  /** Kind of the source, for the manifest: `postgresql`, `vm` … */
  readonly kind: string;
  /**
   * Names what is protected, as an absolute path, e.g. `/postgresql/7301…`: backups with the same one follow each
   * other.
   */
  readonly root: string;
  /** Called once. Every path comes once; in any order. */
  entries(context: StreamContext): AsyncIterable<StreamEntry>;
  /** Facts about what was read, as plain JSON, for the manifest; asked for after the last entry. */
  details?(): Promise<Readonly<Record<string, unknown>>>;
  /** Releases everything (snapshots, connections), whatever happened. */
  close?(): Promise<void>;
}
