import { asHoldfastError, hasCode } from "../../base/index.ts";
import type { Meter } from "../pipeline/index.ts";
import type { PackRewriter } from "../repository/index.ts";
import type { Prepared } from "./plan.ts";
import type { SweepDamage, SweepOptions } from "./types.ts";

/** Directories of new packs (36 bytes a chunk) are held up to here, then go into a segment. */
const SEGMENT_BYTES = 16 * 1024 * 1024;

export interface Rewritten {
  /** Ids in hex of packs whose needed chunks all stand in new ones now. */
  readonly ids: readonly string[];
  /** New packs that hold them, by old pack. */
  readonly targets: ReadonlyMap<string, ReadonlySet<string>>;
  readonly bytes_written: number;
  /** Packs that could not be read whole: they stay as they are. */
  readonly damage: readonly SweepDamage[];
}

/** Stores the needed chunks of half-dead packs anew; when it ends, the new packs are durable and in the index. */
export async function rewrite(options: SweepOptions, prepared: Prepared, meter: Meter): Promise<Rewritten> {
  const { repository, signal } = options;
  const { partly, loaded, marks } = prepared;
  const { index } = loaded;
  const size = (pack: number) => loaded.pack_sizes[pack] ?? 0;
  meter.begin(
    "rewrite",
    partly.length,
    partly.reduce((sum, pack) => sum + size(pack), 0),
  );
  const ids: string[] = [];
  const damage: SweepDamage[] = [];
  const pace = new Pace(options);
  const rewriters = new Map<number, PackRewriter>();
  for (const pack of partly) {
    signal?.throwIfAborted();
    const { pack_id, kind } = index.pack(pack);
    const id = pack_id.toString("hex");
    const rewriter = rewriters.get(kind) ?? repository.rewriter(kind, repository.store, signal);
    rewriters.set(kind, rewriter);
    const isWanted = (chunk: Buffer): boolean => {
      const position = index.find(chunk);
      const place = position >= 0 && marks.live.has(position) ? index.place(position) : undefined;
      return place !== undefined && index.frame(place.frame).pack === pack;
    };
    try {
      const bytes = await rewriter.take(repository.store, id, isWanted);
      meter.add(1, bytes);
      await pace.keep(bytes);
      ids.push(id);
      const waiting = rewriter.packs.reduce((sum, { directory }) => sum + directory.length, 0);
      if (waiting >= SEGMENT_BYTES) await repository.writeSegment(rewriter.packs.splice(0));
    } catch (error) {
      const harmed = ["PACK_DAMAGED", "CHUNK_MISMATCH", "STORE_NOT_FOUND", "STORE_SHORT_OBJECT", "STORE_DAMAGED"];
      if (!harmed.some((code) => hasCode(error, code))) throw error;
      const { code, message } = asHoldfastError(error);
      damage.push({ backup_id: null, code, message });
    }
  }
  const targets = new Map<string, Set<string>>();
  let bytes_written = 0;
  for (const rewriter of rewriters.values()) {
    await rewriter.finish();
    bytes_written += rewriter.stored_bytes;
    if (rewriter.packs.length > 0) await repository.writeSegment(rewriter.packs);
    for (const [from, to] of rewriter.targets) targets.set(from, to);
  }
  return { ids, targets, bytes_written, damage };
}

/** Waits as long as what was read so far takes at the rate asked for. */
class Pace {
  readonly #options: SweepOptions;
  readonly #began_ms: number;
  #bytes = 0;

  constructor(options: SweepOptions) {
    this.#options = options;
    this.#began_ms = options.repository.clock.monotonic_ms();
  }

  async keep(bytes: number): Promise<void> {
    const { reseal, repository, signal } = this.#options;
    if (reseal?.bytes_per_second === undefined) return;
    this.#bytes += bytes;
    const due_ms = this.#began_ms + (this.#bytes / reseal.bytes_per_second) * 1000;
    const left_ms = due_ms - repository.clock.monotonic_ms();
    if (left_ms > 0) await repository.clock.sleep(left_ms, signal);
  }
}
