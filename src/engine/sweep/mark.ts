import { asHoldfastError } from "../../base/index.ts";
import { EXTENT_HOLE, EntryView, TreeReader, TYPE_FILE, walkContent } from "../manifest/index.ts";
import { ChunkReader, type LoadedIndex, type Repository, repositoryError } from "../repository/index.ts";
import type { Backups } from "./backups.ts";
import { Bits } from "./bits.ts";
import type { SweepDamage } from "./types.ts";

/** What a store says of an object that was harmed; all else it rejects with is trouble of the store itself. */
const HARM = ["STORE_NOT_FOUND", "STORE_SHORT_OBJECT", "STORE_DAMAGED"];
const DAMAGE_MAX = 100;

export interface Marks {
  /** Positions in the index of all chunks, pages too, that live backups need. 1 bit a position. */
  readonly live: Bits;
  /** Backups that could not be walked whole: then the marks say nothing about what is dead. */
  readonly damage: readonly SweepDamage[];
}

/** Walks the trees of all live backups; a page that several share is walked once. */
export async function mark(
  repository: Repository,
  { index }: LoadedIndex,
  { live: backups }: Backups,
  onBackup: () => void,
  signal: AbortSignal | undefined,
): Promise<Marks> {
  const live = new Bits();
  /**
   * Pages walked. Apart from `live`, because a file may hold the very bytes of a page: its chunk is the page's, and
   * that it is needed as data says nothing of what the page needs.
   */
  const walked = new Bits();
  const damage: SweepDamage[] = [];
  const reader = new ChunkReader(repository.store, repository.epoch_keys, index, repository.hasher);
  const entry = new EntryView();
  for (const { backup_id, tree } of backups) {
    if (tree === null) continue;
    const hurt = (error: unknown) => {
      const { code, message } = asHoldfastError(error);
      if (isTrouble(code)) throw error;
      if (damage.length < DAMAGE_MAX) damage.push({ backup_id, code, message });
    };
    const need = (id: Buffer): number => {
      const position = index.find(id);
      if (position < 0) hurt(missing(backup_id, id));
      else live.set(position);
      return position;
    };
    const onPage = (id: Buffer) => {
      const position = need(id);
      return position >= 0 && walked.set(position) ? false : undefined;
    };
    for await (const groups of new TreeReader(tree, reader.read).walk(onPage, hurt)) {
      signal?.throwIfAborted();
      for (const { entries } of groups) {
        for (let at = 0; at < entries.length; at = entry.end) {
          entry.move(entries, at);
          if (entry.type !== TYPE_FILE) continue;
          const onExtent = (extent: { kind: number; id?: Buffer }) => {
            if (extent.kind !== EXTENT_HOLE) need(extent.id as Buffer);
          };
          await walkContent(entry.content, reader.read, onExtent, need).catch(hurt);
        }
      }
    }
    onBackup();
  }
  return { live, damage };
}

function missing(backup_id: string, id: Buffer): Error {
  const chunk = id.toString("hex");
  return repositoryError("CHUNK_MISSING", `${backup_id} needs chunk ${chunk}, and no pack holds it`, { chunk });
}

/** The store cannot answer, or something is wrong with this program: that is no verdict on a backup. */
function isTrouble(code: string): boolean {
  return code === "INTERNAL" || (code.startsWith("STORE_") && !HARM.includes(code));
}
