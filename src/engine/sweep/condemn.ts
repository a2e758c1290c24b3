import { nextSeq, type SweepState } from "../repository/index.ts";
import { sweepError } from "./errors.ts";
import type { Prepared } from "./plan.ts";
import type { Rewritten } from "./rewrite.ts";
import type { SweepOptions } from "./types.ts";

/**
 * Puts the state that condemns what the plan found dead and what was stored anew. From then on new writers do not rely
 * on it, and every backup that was looked at is read without it.
 * @returns the state, undefined when there was nothing to condemn. @throws SWEEP_SUPERSEDED
 */
export async function condemn(
  { repository }: SweepOptions,
  { state, backups, loaded, survey, dead }: Prepared,
  rewritten: Rewritten,
): Promise<SweepState | undefined> {
  const idOf = (pack: number) => loaded.index.pack(pack).pack_id.toString("hex");
  const condemned = new Set([...dead.map(idOf), ...rewritten.ids]);
  if (condemned.size === 0 && backups.expired.length === 0) return undefined;
  const moves = new Map([...state.moves].filter(([from]) => backups.moves_used.has(from)));
  for (const id of condemned) {
    const was_rewritten = rewritten.targets.get(id);
    if (was_rewritten === undefined && !backups.listed.has(id)) continue; // no backup will ask where it went
    const twins = [...(survey.twins.get(loaded.packs.get(id) as number) ?? [])].map(idOf);
    moves.set(
      id,
      [...new Set([...(was_rewritten ?? []), ...twins])].filter((to) => to !== id),
    );
  }
  const next: SweepState = {
    seq: nextSeq(state),
    condemned_packs: condemned,
    condemned_backups: new Set(backups.expired),
    marked: new Set(backups.live.map(({ backup_id }) => backup_id)),
    moves,
    deleted: state.deleted,
  };
  if (await repository.putSweepState(next)) return next;
  throw sweepError("SWEEP_SUPERSEDED", `another sweep of ${repository.description} went on meanwhile`);
}
