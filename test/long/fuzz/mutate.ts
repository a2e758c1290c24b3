/** How a fuzzer changes bytes, and texts that are JSON, drawn from a seed. */

/** Numbers from a seed, always the same (xorshift32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** From 0 to `below` - 1. */
  roll(below: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % below;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.roll(from.length)] as T;
  }
}

export interface Dictionary {
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
}

const INPUT_BYTES_MAX = 4096;
const EDGES = [
  0, 1, 2, 4, 16, 32, 127, 128, 255, 256, 4096, 32_767, 32_768, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  2 ** 31,
  "",
  "a",
  "..",
  "/",
  "\0",
  "__proto__",
  [],
  {},
  [null],
  [[]],
  { length: 1e9 },
];

/** A changed copy of `input`; `other` is another member of the corpus, to be spliced with. */
export function mutate(input: Buffer, other: Buffer, dice: Dice, words: Dictionary): Buffer {
  if (input[0] === 0x7b && dice.roll(2) === 0) {
    const changed = mutateJson(input, dice, words);
    if (changed !== undefined) return changed;
  }
  let bytes: Buffer = Buffer.from(input);
  for (let rounds = 1 << dice.roll(4); rounds > 0; rounds--) bytes = mutateBytes(bytes, other, dice, words);
  return bytes.subarray(0, INPUT_BYTES_MAX);
}

function mutateBytes(bytes: Buffer, other: Buffer, dice: Dice, words: Dictionary): Buffer {
  const at = dice.roll(bytes.length + 1);
  const length = 1 + dice.roll(Math.min(64, bytes.length + 1));
  switch (dice.roll(10)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << dice.roll(8));
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = dice.roll(256);
      return bytes;
    case 2:
    case 3:
      writeNumber(bytes, at, dice.roll(2) === 0 ? dice.pick(EDGES) : dice.pick(words.numbers), dice);
      return bytes;
    case 4: {
      // Lengths are often off by little.
      if (at + 4 <= bytes.length) bytes.writeUInt32LE((bytes.readUInt32LE(at) + dice.roll(17) - 8) >>> 0, at);
      return bytes;
    }
    case 5:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 6:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
    case 7:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(dice.pick(words.texts)), bytes.subarray(at)]);
    case 8:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(dice.roll(other.length + 1))]);
    default:
      return dice.roll(4) === 0
        ? bytes.subarray(0, at)
        : (bytes.copyWithin(at, dice.roll(bytes.length + 1), bytes.length) as Buffer);
  }
}

function writeNumber(bytes: Buffer, at: number, value: number, dice: Dice): void {
  const width = [1, 2, 4, 8][dice.roll(4)] as number;
  if (at + width > bytes.length || !Number.isSafeInteger(value)) return;
  const whole = BigInt.asUintN(8 * width, BigInt(value));
  if (width === 8) bytes.writeBigUInt64LE(whole, at);
  else bytes.writeUIntLE(Number(whole), at, width);
}

/** Changes values and fields of a JSON text. `undefined` when it is none. */
function mutateJson(input: Buffer, dice: Dice, words: Dictionary): Buffer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(input.toString());
  } catch {
    return undefined;
  }
  for (let rounds = 1 + dice.roll(3); rounds > 0; rounds--) value = changeValue(value, dice, words, 0);
  return Buffer.from(JSON.stringify(value) ?? "null");
}

function changeValue(value: unknown, dice: Dice, words: Dictionary, depth: number): unknown {
  const into = value !== null && typeof value === "object" && (depth === 0 || dice.roll(3) > 0);
  if (!into) return oddValue(value, dice, words);
  if (Array.isArray(value)) {
    const items = [...(value as unknown[])];
    if (items.length === 0 || dice.roll(4) === 0) items.push(oddValue(null, dice, words));
    else items[dice.roll(items.length)] = changeValue(dice.pick(items), dice, words, depth + 1);
    return items;
  }
  const fields = { ...(value as Record<string, unknown>) };
  const names = Object.keys(fields);
  const name = names.length > 0 ? dice.pick(names) : "x";
  const what = dice.roll(6);
  if (what === 0) delete fields[name];
  else if (what === 1) fields[dice.pick(words.texts)] = oddValue(null, dice, words);
  else fields[name] = changeValue(fields[name], dice, words, depth + 1);
  return fields;
}

function oddValue(value: unknown, dice: Dice, words: Dictionary): unknown {
  switch (dice.roll(5)) {
    case 0:
      return dice.pick(words.texts);
    case 1:
      return dice.roll(2) === 0 ? dice.pick(words.numbers) : dice.pick(EDGES);
    case 2:
      return typeof value === "string" ? value.slice(dice.roll(value.length + 1)) : [value];
    default:
      return dice.pick(ODD_VALUES);
  }
}
