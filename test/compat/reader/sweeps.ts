import { canonicalJson, demand, hmac } from "./bytes.ts";
import { type Keys, listNames, readJsonObject } from "./keys.ts";

/** §13: which packs hold the chunks of a backup now, given those its manifest names. */
export function packsNow(folder: string, keys: Keys, backup_id: string, packs: Set<string>): Set<string> {
  const name = listNames(folder, "sweeps").at(-1);
  if (name === undefined) return packs;
  const key = `sweeps/${name}`;
  const { mac, ...state } = readJsonObject(folder, key, 256 * 2 ** 20);
  demand(hmac(keys.mac_key, canonicalJson(state)).toString("hex") === mac, `${key}: the MAC does not fit`);
  demand(state["seq"] === Number(name), `${key}: names itself otherwise`);
  const moves = new Map(Object.entries(state["moves"] as Record<string, string[]>));
  const condemned = new Set(state["condemned_packs"] as string[]);
  const marked = (state["marked"] as string[]).includes(backup_id);
  const now = new Set<string>();
  const seen = new Set<string>();
  const follow = (pack: string): void => {
    if (seen.has(pack)) return;
    seen.add(pack);
    const moved = moves.get(pack);
    if (moved === undefined || (condemned.has(pack) && !marked)) now.add(pack);
    else moved.forEach(follow);
  };
  packs.forEach(follow);
  return now;
}
