import { type DirectoryFrame, ENTRY_BYTES, walkDirectory } from "../pack/index.ts";
import { walkSegment } from "../index/index.ts";
import type { LoadedIndex, Repository } from "../repository/index.ts";
import type { Bits } from "./bits.ts";
import { openedSegments } from "./segments.ts";

/** What each pack holds, by pack number. */
export interface Survey {
  /** Bytes of chunks before compression; 0 for a pack whose directory could not be read: nothing is known of it. */
  readonly raw: Float64Array;
  /** Of these, bytes of chunks that are needed and that the index finds in this pack. */
  readonly raw_live: Float64Array;
  /** Packs in which the index finds needed chunks that stand in this pack, too. */
  readonly twins: ReadonlyMap<number, ReadonlySet<number>>;
}

/**
 * Adds up, pack by pack, what the marks say of its chunks. A chunk in several packs counts where the index finds it.
 */
export async function survey(
  repository: Repository,
  loaded: LoadedIndex,
  live: Bits,
  signal: AbortSignal | undefined,
): Promise<Survey> {
  const { index, packs } = loaded;
  const raw = new Float64Array(loaded.pack_sizes.length);
  const raw_live = new Float64Array(loaded.pack_sizes.length);
  const twins = new Map<number, Set<number>>();
  const onFrame = (pack: number, bytes: Buffer) => (frame: DirectoryFrame) => {
    for (let slot = 0, at = frame.at; slot < frame.chunks; slot++, at += ENTRY_BYTES) {
      const length = bytes.readUInt32LE(at + 32);
      raw[pack] = (raw[pack] as number) + length;
      const position = index.find(bytes, at);
      if (position < 0 || !live.has(position)) continue;
      const place = index.place(position);
      const found_in = place === undefined ? -1 : index.frame(place.frame).pack;
      if (found_in === pack) raw_live[pack] = (raw_live[pack] as number) + length;
      else addTo(twins, pack, found_in);
    }
  };
  const seen = new Set<number>();
  const visit = (pack_id: Buffer, bytes: Buffer) => {
    const pack = packs.get(pack_id.toString("hex"));
    if (pack === undefined || seen.has(pack)) return undefined;
    seen.add(pack);
    return onFrame(pack, bytes);
  };
  for await (const { raw: segment } of openedSegments(repository, signal))
    walkSegment(segment, ({ pack_id }) => visit(pack_id, segment));
  for (const { pack_id, directory } of loaded.adopted) {
    const visitFrame = visit(pack_id, directory);
    if (visitFrame !== undefined) walkDirectory(directory, 0, visitFrame);
  }
  return { raw, raw_live, twins };
}

function addTo(map: Map<number, Set<number>>, key: number, value: number): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}
