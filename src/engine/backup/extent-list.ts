import { EXTENT_DATA, EXTENT_HOLE, type Extent } from "../manifest/index.ts";
import { asBuffer } from "../pipeline/index.ts";

/** Extents as they cross threads and wait: ids joined, lengths beside them; a hole has the id of zeros. */
export interface ExtentList {
  readonly ids: Uint8Array;
  readonly lengths: Float64Array;
  readonly holes: Uint8Array;
}

export function packExtents(extents: readonly Extent[]): ExtentList {
  const ids = new Uint8Array(extents.length * 32);
  const lengths = new Float64Array(extents.length);
  const holes = new Uint8Array(extents.length);
  extents.forEach((extent, i) => {
    lengths[i] = extent.length;
    if (extent.kind === EXTENT_HOLE) holes[i] = 1;
    else ids.set(extent.id, i * 32);
  });
  return { ids, lengths, holes };
}

/** @param from first extent, @param to behind the last one */
export function unpackExtents(list: ExtentList, from = 0, to = list.lengths.length): Extent[] {
  const ids = asBuffer(list.ids);
  const extents: Extent[] = [];
  for (let i = from; i < to; i++) {
    const length = list.lengths[i] as number;
    extents.push(
      list.holes[i] === 1
        ? { kind: EXTENT_HOLE, length }
        : { kind: EXTENT_DATA, length, id: ids.subarray(i * 32, i * 32 + 32) },
    );
  }
  return extents;
}
