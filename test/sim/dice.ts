import type { Random } from "../../src/base/index.ts";
import { seededChance } from "../../src/engine/store/index.ts";

/** All chance of a simulation, from its seed. */
export class Dice {
  readonly #chance: () => number;

  constructor(seed: number) {
    this.#chance = seededChance(seed);
  }

  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number {
    return Math.floor(this.#chance() * end);
  }

  happens(probability: number): boolean {
    return this.#chance() < probability;
  }

  pick<T>(of: readonly T[]): T {
    if (of.length === 0) throw new Error("nothing to pick from");
    return of[this.below(of.length)] as T;
  }

  /** Picks a name by its weight. */
  weighed<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries(weights) as [Name, number][];
    let at = this.#chance() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      at -= weight;
      if (at < 0) return name;
    }
    return (entries.at(-1) as [Name, number])[0];
  }

  /** Some of them, at least one, in their order. */
  some<T>(of: readonly T[]): T[] {
    const one = this.below(of.length);
    return of.filter((_, i) => i === one || this.happens(0.5));
  }
}

/** The engine's port, from the seed: ids and salts of the main thread. */
export function seededRandom(dice: Dice): Random {
  return { bytes: (count) => Buffer.from(Array.from({ length: count }, () => dice.below(256))) };
}
