/** Spoils stored objects behind the engine's back, and puts them right again. */
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dice } from "./dice.ts";

export type Harm = "flipped" | "cut" | "gone";

export interface Spoiled {
  readonly object: string;
  readonly harm: Harm;
  readonly bytes: Buffer;
}

/** Keys of all stored objects, in an order that does not depend on random names where sizes differ. */
export function objectsIn(repo: string): string[] {
  const found: { key: string; order: string }[] = [];
  const walk = (folder: string) => {
    for (const name of readdirSync(join(repo, folder))) {
      if (name.startsWith(".")) continue;
      const key = folder === "" ? name : `${folder}/${name}`;
      const stat = lstatSync(join(repo, key));
      if (stat.isDirectory()) walk(key);
      else found.push({ key, order: `${key.split("/")[0]} ${String(stat.size).padStart(12, "0")} ${key}` });
    }
  };
  if (existsSync(repo)) walk("");
  return found.sort((a, b) => (a.order < b.order ? -1 : 1)).map(({ key }) => key);
}

export function spoil(repo: string, object: string, dice: Dice): Spoiled {
  const path = join(repo, object);
  const bytes = readFileSync(path);
  const harm = dice.pick(["flipped", "cut", "gone"] as const);
  if (harm === "gone") rmSync(path);
  else if (harm === "cut") writeFileSync(path, bytes.subarray(0, dice.below(bytes.length)));
  else {
    const spoiled = Buffer.from(bytes);
    const at = dice.below(bytes.length);
    spoiled[at] = (spoiled[at] as number) ^ (1 << dice.below(8));
    writeFileSync(path, spoiled);
  }
  return { object, harm, bytes };
}

export function putRight(repo: string, { object, bytes }: Spoiled): void {
  writeFileSync(join(repo, object), bytes);
}
