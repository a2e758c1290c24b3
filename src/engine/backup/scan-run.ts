import type { StorePage } from "../manifest/index.ts";
import { asBuffer, type Problem, type WorkerPool } from "../pipeline/index.ts";
import { type OpenContent, type ScannedDirectory, SEGMENT_BYTES, sourceError } from "../source/files/index.ts";
import { HoldfastError } from "../../base/index.ts";
import { displayPath } from "../posix/index.ts";
import {
  type ClosedContent,
  childrenOf,
  closeContents,
  type DirectoryNode,
  joinSegments,
  newNode,
  reviveExtents,
  TreeAssembler,
} from "./assembler.ts";
import type { SegmentResult, WorkerTask } from "./worker.ts";

/** A task costs by its message, so long queues make long tasks; short ones leave something to every thread. */
const DIRECTORIES_A_TASK_MAX = 32;
const TASKS_AHEAD = 8;
/** Folders finished ahead of their turn may hold this much; then only the folder whose turn it is goes on. */
const WAITING_BYTES_MAX = 48 * 1024 * 1024;
const PROBLEMS_MAX = 1000;
const SPARSE_WHOLE_BYTES = 4 * 1024 ** 4;

export interface TreeCounts {
  files: number;
  directories: number;
  others: number;
  source_bytes: number;
  unchanged_files: number;
  problems: number;
}

interface SegmentWork {
  readonly node: DirectoryNode;
  readonly name: Buffer;
  readonly open: OpenContent;
  readonly start: number;
  readonly done: (result: SegmentResult | Error) => void;
}

/** Walks the source with all threads and writes the tree's pages. */
export class ScanRun {
  readonly counts: TreeCounts = {
    files: 0,
    directories: 0,
    others: 0,
    source_bytes: 0,
    unchanged_files: 0,
    problems: 0,
  };
  readonly problems: Problem[] = [];
  readonly #pool: WorkerPool;
  readonly #storePage: StorePage;
  readonly #roots: readonly Buffer[];
  readonly #assembler: TreeAssembler;
  /** Folders to scan; the last one is next, so that the walk stays near the order of the tree. */
  readonly #folders: DirectoryNode[];
  readonly #segments: SegmentWork[] = [];
  #under_way = 0;
  #failed: unknown;
  #wake: (() => void) | undefined;
  readonly #drain: () => Promise<void>;

  constructor(pool: WorkerPool, roots: readonly Buffer[], storePage: StorePage, drain: () => Promise<void>) {
    this.#pool = pool;
    this.#roots = roots;
    this.#storePage = storePage;
    this.#drain = drain;
    const nodes = roots.map((_root, number) => newNode(number, Buffer.alloc(0)));
    this.#assembler = new TreeAssembler(nodes, storePage);
    this.#folders = [...nodes].reverse();
  }

  /** @returns the id of the root tree page. @throws what ended the scan */
  async run(signal: AbortSignal | undefined): Promise<Buffer> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.#failed !== undefined) throw this.#failed;
      await this.#drain();
      const work = this.#pool.canTake ? this.#take() : undefined;
      if (work !== undefined) {
        this.#under_way++;
        void work()
          .catch((error: unknown) => {
            this.#failed ??= error;
          })
          .finally(() => {
            this.#under_way--;
            this.#wake?.();
          });
      } else if (this.#under_way === 0 && this.#assembler.next === undefined) {
        return this.#assembler.finish();
      } else {
        await this.#sleep(signal);
      }
    }
  }

  #sleep(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener("abort", wake);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = wake;
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  /** Segments first: the folder that waits for them holds up the tree. */
  #take(): (() => Promise<void>) | undefined {
    const segment = this.#segments.shift();
    if (segment !== undefined) return () => this.#readSegment(segment);
    const folders: DirectoryNode[] = [];
    const head = this.#assembler.next;
    if (head?.state === "waiting") folders.push(head);
    else if (this.#assembler.waiting_bytes < WAITING_BYTES_MAX) {
      const most = Math.min(DIRECTORIES_A_TASK_MAX, Math.ceil(this.#folders.length / TASKS_AHEAD));
      while (folders.length < most && this.#folders.length > 0) {
        const node = this.#folders.pop() as DirectoryNode;
        if (node.state === "waiting") folders.push(node);
      }
    }
    if (folders.length === 0) return undefined;
    for (const node of folders) node.state = "scanning";
    return () => this.#scan(folders);
  }

  async #scan(folders: readonly DirectoryNode[]): Promise<void> {
    const task: WorkerTask = { kind: "scan", directories: folders.map(({ root, path }) => ({ root, path })) };
    const results = await this.#pool.run<ScannedDirectory[]>(task);
    for (const [i, scanned] of results.entries()) this.#scanned(folders[i] as DirectoryNode, scanned);
  }

  #scanned(node: DirectoryNode, scanned: ScannedDirectory): void {
    const { counts } = this;
    counts.files += scanned.files;
    counts.directories += scanned.directories;
    counts.others += scanned.others;
    counts.source_bytes += scanned.source_bytes;
    counts.unchanged_files += scanned.unchanged_files;
    for (const problem of scanned.problems) this.#problem(problem);
    node.entries = asBuffer(scanned.entries);
    node.children = childrenOf(node, scanned);
    for (let i = node.children.length - 1; i >= 0; i--) this.#folders.push(node.children[i] as DirectoryNode);
    if (scanned.open.length === 0) return this.#assembler.ready(node);
    const closed: ClosedContent[] = [];
    node.open = scanned.open.length;
    for (const open of scanned.open) {
      this.#close(node, open, (content) => {
        closed.push(content);
        if (--node.open > 0) return;
        node.entries = closeContents(node.entries, closed, this.#storePage);
        this.#assembler.ready(node);
      });
    }
  }

  #problem(problem: Problem): void {
    this.counts.problems++;
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(problem);
  }

  #close(node: DirectoryNode, open: OpenContent, done: (content: ClosedContent) => void): void {
    if (open.extents !== undefined)
      return done({ open, extents: reviveExtents(open.extents), changed: false, incomplete: false });
    const name = nameAt(node.entries, open.entry_at);
    const results: SegmentResult[] = [];
    const piece_bytes = pieceBytes(open);
    const total = Math.ceil(open.size / piece_bytes);
    let missing = total;
    let error: Error | undefined;
    for (let number = 0; number < total; number++) {
      this.#segments.push({
        node,
        name,
        open,
        start: number * piece_bytes,
        done: (result) => {
          if (result instanceof Error) error ??= result;
          else results[number] = result;
          if (--missing > 0) return;
          this.#closed(node, name, open, results, error, done);
        },
      });
    }
    this.#wake?.();
  }

  #closed(
    node: DirectoryNode,
    name: Buffer,
    open: OpenContent,
    results: readonly SegmentResult[],
    error: Error | undefined,
    done: (content: ClosedContent) => void,
  ): void {
    const path = displayPath(
      Buffer.concat([
        this.#roots[node.root] as Buffer,
        Buffer.from("/"),
        node.path,
        Buffer.from(node.path.length > 0 ? "/" : ""),
        name,
      ]),
    );
    const readable = results.slice(0, firstMissing(results));
    const { extents, changed } = joinSegments(open, readable, pieceBytes(open));
    if (error instanceof HoldfastError)
      this.#problem({ path, code: error.code, message: `${error.message}; what was read before it is kept` });
    else if (changed) {
      const { code, message } = sourceError("SOURCE_FILE_CHANGED", "it changed while it was read");
      this.#problem({ path, code, message });
    }
    done({ open, extents, changed, incomplete: error !== undefined });
  }

  async #readSegment({ node, name, open, start, done }: SegmentWork): Promise<void> {
    const end = Math.min(open.size, start + pieceBytes(open));
    const task: WorkerTask = {
      kind: "segment",
      root: node.root,
      path: node.path,
      name,
      start,
      end,
      sparse: open.sparse,
      stamp: open.stamp,
    };
    try {
      done(await this.#pool.run<SegmentResult>(task));
    } catch (error) {
      const of_source =
        error instanceof HoldfastError && (error.code.startsWith("FILE_") || error.code.startsWith("SOURCE_"));
      if (!of_source) throw error;
      done(error);
    }
  }
}

/** A huge file that is mostly hole is read in one piece: asking for each segment of a hole would take for ever. */
function pieceBytes({ size, sparse }: OpenContent): number {
  return sparse && size > SPARSE_WHOLE_BYTES ? size : SEGMENT_BYTES;
}

function firstMissing(results: readonly (SegmentResult | undefined)[]): number {
  for (let i = 0; i < results.length; i++) if (results[i] === undefined) return i;
  return results.length;
}

function nameAt(entries: Buffer, at: number): Buffer {
  const length = entries.readUInt16LE(at + 6);
  return Buffer.from(entries.subarray(at + 72, at + 72 + length));
}
