import {
  encodeContent,
  ENTRY_HEADER_BYTES,
  EntryView,
  FLAG_CHANGED,
  FLAG_INCOMPLETE,
  type Extent,
  TreeWriter,
  type StorePage,
} from "../manifest/index.ts";
import { asBuffer } from "../pipeline/index.ts";
import type { OpenContent, ScannedDirectory } from "../source/files/index.ts";
import { unpackExtents } from "./extent-list.ts";
import type { SegmentResult } from "./worker.ts";

/** A folder of the source on its way through the backup. */
export interface DirectoryNode {
  readonly root: number;
  readonly path: Buffer;
  state: "waiting" | "scanning" | "ready";
  entries: Buffer;
  children: DirectoryNode[];
  /** Contents that still miss segments. */
  open: number;
}

export function newNode(root: number, path: Buffer): DirectoryNode {
  return { root, path, state: "waiting", entries: Buffer.alloc(0), children: [], open: 0 };
}

/** The sub-folders a scanned folder leads to, in order. */
export function childrenOf(node: DirectoryNode, scanned: ScannedDirectory): DirectoryNode[] {
  const entries = asBuffer(scanned.entries);
  const view = new EntryView();
  return scanned.descend.map((at) => {
    view.move(entries, at);
    const name = Buffer.from(view.name);
    return newNode(node.root, node.path.length === 0 ? name : Buffer.concat([node.path, Buffer.from("/"), name]));
  });
}

/**
 * Brings folders, which threads finish in any order, into the order of the tree and writes its pages.
 * Folders that are ready too early wait here; {@link waiting_bytes} is what the backup bounds.
 */
export class TreeAssembler {
  readonly #writer: TreeWriter;
  /** Folders in tree order; the last one is next. */
  readonly #stack: DirectoryNode[];
  waiting_bytes = 0;

  constructor(roots: readonly DirectoryNode[], storePage: StorePage) {
    this.#writer = new TreeWriter(storePage);
    this.#stack = [...roots].reverse();
  }

  /** The folder whose turn it is. */
  get next(): DirectoryNode | undefined {
    return this.#stack.at(-1);
  }

  ready(node: DirectoryNode): void {
    node.state = "ready";
    this.waiting_bytes += node.entries.length;
    for (let top = this.next; top !== undefined && top.state === "ready"; top = this.next) {
      this.#stack.pop();
      this.#writer.addGroup(top.root, top.path, top.entries);
      this.waiting_bytes -= top.entries.length;
      top.entries = Buffer.alloc(0);
      for (let i = top.children.length - 1; i >= 0; i--) this.#stack.push(top.children[i] as DirectoryNode);
      top.children = [];
    }
  }

  finish(): Buffer {
    if (this.#stack.length > 0) throw new Error(`${this.#stack.length} folders were never finished`);
    return this.#writer.finish();
  }
}

/** A file whose content was open, complete. */
export interface ClosedContent {
  readonly open: OpenContent;
  readonly extents: readonly Extent[];
  readonly changed: boolean;
  /** It could not be read to its end. */
  readonly incomplete: boolean;
}

/** Puts the contents that were still open into a folder's entries. */
export function closeContents(entries: Buffer, closed: readonly ClosedContent[], storePage: StorePage): Buffer {
  if (closed.length === 0) return entries;
  const view = new EntryView();
  const parts: Buffer[] = [];
  let at = 0;
  for (const { open, extents, changed, incomplete } of [...closed].sort((a, b) => a.open.entry_at - b.open.entry_at)) {
    parts.push(entries.subarray(at, open.entry_at));
    view.move(entries, open.entry_at);
    const head = Buffer.from(entries.subarray(open.entry_at, open.entry_at + ENTRY_HEADER_BYTES + view.name.length));
    const tail = entries.subarray(open.entry_at + head.length + view.content.length, view.end);
    const content = encodeContent(extents, storePage);
    head.writeUInt32LE(head.length + content.length + tail.length, 0);
    const size = extents.reduce((sum, extent) => sum + extent.length, 0);
    head.writeBigUInt64LE(BigInt(size), 24);
    if (changed) head[5] = (head[5] as number) | FLAG_CHANGED;
    if (incomplete) head[5] = (head[5] as number) | FLAG_INCOMPLETE;
    parts.push(head, content, tail);
    at = view.end;
  }
  parts.push(entries.subarray(at));
  return Buffer.concat(parts);
}

/** Joins the segments of a file, up to the first one that turned out short. */
export function joinSegments(
  open: OpenContent,
  segments: readonly SegmentResult[],
  segment_bytes: number,
): { extents: Extent[]; changed: boolean } {
  const extents: Extent[] = [];
  let changed = false;
  let total = 0;
  for (const [number, segment] of segments.entries()) {
    changed ||= segment.changed;
    for (const extent of unpackExtents(segment)) {
      extents.push(extent);
      total += extent.length;
    }
    if (total < Math.min(open.size, (number + 1) * segment_bytes)) return { extents, changed: true };
  }
  return { extents, changed };
}

/** Extents as a thread sent them whole. */
export function reviveExtents(extents: readonly Extent[]): Extent[] {
  return extents.map((extent) => ("id" in extent ? { ...extent, id: asBuffer(extent.id) } : extent));
}
