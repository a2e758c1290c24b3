import type { NbdClient } from "./client.ts";
import type { StatusExtent } from "./client-types.ts";
import { nbdError } from "./errors.ts";

/** Asked for at a time: servers shorten their answers, and lengths have 32 bits. */
const STATUS_BYTES = 1024 * 1024 * 1024;

export interface DiskExtent {
  readonly offset: number;
  readonly length: number;
  /** Flags of each context asked about, in the order of the names. */
  readonly flags: readonly number[];
}

/**
 * The whole export in order, cut wherever one of the contexts changes. Answers of different reach are joined.
 * @throws NBD_REFUSED when a context was not granted
 */
export async function* diskExtents(client: NbdClient, contexts: readonly string[]): AsyncGenerator<DiskExtent> {
  const missing = contexts.find((name) => !client.contexts.includes(name));
  if (missing !== undefined) throw nbdError("NBD_REFUSED", `the server does not know context ${missing}`);
  let open: DiskExtent | undefined;
  for (let offset = 0; offset < client.size_bytes; ) {
    const status = await client.blockStatus(offset, Math.min(STATUS_BYTES, client.size_bytes - offset));
    const lists = contexts.map((name) => status.get(name) as readonly StatusExtent[]);
    for (const extent of zip(offset, client.size_bytes, lists)) {
      if (open !== undefined && open.flags.every((flag, i) => flag === extent.flags[i]))
        open = { ...open, length: open.length + extent.length };
      else {
        if (open !== undefined) yield open;
        open = extent;
      }
      offset = extent.offset + extent.length;
    }
  }
  if (open !== undefined) yield open;
}

/** As far as every list reaches, cut at the boundaries of all of them. */
function* zip(offset: number, size: number, lists: readonly (readonly StatusExtent[])[]): Generator<DiskExtent> {
  const at = lists.map(() => 0);
  const left = lists.map((list) => list[0]?.length ?? 0);
  while (offset < size && at.every((index, i) => index < (lists[i] as readonly StatusExtent[]).length)) {
    const length = Math.min(size - offset, ...left);
    yield { offset, length, flags: lists.map((list, i) => (list[at[i] as number] as StatusExtent).flags) };
    offset += length;
    for (const [i, list] of lists.entries()) {
      left[i] = (left[i] as number) - length;
      if (left[i] === 0) {
        at[i] = (at[i] as number) + 1;
        left[i] = list[at[i] as number]?.length ?? 0;
      }
    }
  }
}
