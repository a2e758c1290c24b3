import type { Change } from "../stream/index.ts";
import { mariaError } from "./errors.ts";

/** `.meta` beside a `.delta`: of which tablespace it is, and how large its pages are. */
export interface DeltaMeta {
  readonly page_bytes: number;
  readonly space_id: number;
}

export function parseDeltaMeta(text: string): DeltaMeta {
  const value = (name: string) => Number(new RegExp(`^${name} = (\\d+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  const [page, zip, space_id] = [value("page_size"), value("zip_size"), value("space_id")];
  const page_bytes = zip > 0 ? zip : page;
  if (!(page_bytes >= 1024 && page_bytes <= 65_536) || !Number.isInteger(space_id))
    throw mariaError("MARIA_BACKUP_STREAM", `a .meta file of mariadb-backup says ${JSON.stringify(text)}`);
  return { page_bytes, space_id };
}

const MORE = 0x78747261; // xtra
const LAST = 0x58545241; // XTRA
const END = 0xffffffff;
/** Where page 0 says how many pages the tablespace has. */
const FSP_SIZE_AT = 46;

/**
 * The pages of a `.delta`: groups of a page that lists numbers and the pages themselves. What they say of the
 * tablespace's size is in {@link pages} once all are read.
 */
export class DeltaPages {
  readonly #content: AsyncIterable<Buffer>;
  readonly #page_bytes: number;
  /** Behind the last page that came. */
  pages = 0;
  /** As its first page says, when it came. */
  declared_pages: number | undefined;

  constructor(content: AsyncIterable<Buffer>, { page_bytes }: DeltaMeta) {
    this.#content = content;
    this.#page_bytes = page_bytes;
  }

  /** @throws MARIA_BACKUP_STREAM */
  async *changes(): AsyncGenerator<Change> {
    const size = this.#page_bytes;
    const blocks = inBlocks(this.#content, size);
    for (;;) {
      const { value: list, done } = await blocks.next();
      if (done === true) throw damaged("a .delta has no end");
      const kind = list.readUInt32BE(0);
      if (kind !== MORE && kind !== LAST) throw damaged("a .delta has no list of pages where one should be");
      for (let i = 1; i < size / 4; i++) {
        const number = list.readUInt32BE(4 * i);
        if (number === END) break;
        const { value: bytes, done: short } = await blocks.next();
        if (short === true) throw damaged(`a .delta lacks page ${number}`);
        if (number < this.pages) throw damaged(`a .delta has page ${number} out of order`);
        if (number === 0) this.declared_pages = bytes.readUInt32BE(FSP_SIZE_AT);
        this.pages = number + 1;
        yield { offset: number * size, bytes };
      }
      if (kind !== LAST) continue;
      if ((await blocks.next()).done !== true) throw damaged("a .delta goes on behind its end");
      return;
    }
  }

  /** Of the whole file, when it was `before` bytes long. */
  size(before: number): number {
    const known = this.declared_pages === undefined ? before : this.declared_pages * this.#page_bytes;
    return Math.max(known, this.pages * this.#page_bytes);
  }
}

async function* inBlocks(content: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer, undefined> {
  let block = Buffer.allocUnsafe(size);
  let fill = 0;
  for await (const bytes of content)
    for (let at = 0; at < bytes.length; ) {
      const count = bytes.copy(block, fill, at, Math.min(bytes.length, at + size - fill));
      fill += count;
      at += count;
      if (fill < size) continue;
      yield block;
      block = Buffer.allocUnsafe(size);
      fill = 0;
    }
  if (fill > 0) throw damaged("a .delta ends within a page");
}

const damaged = (what: string) => mariaError("MARIA_BACKUP_STREAM", `what mariadb-backup sends is damaged: ${what}`);
