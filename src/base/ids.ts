import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

/** Crockford base 32, lower case: no i, l, o, u, and it sorts as the numbers do. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARS = 10; // 10 × 5 bit hold 48 bit of milliseconds
const RANDOM_BYTES = 10; // 80 bit = 16 characters

export type IdPrefix =
  | "reg"
  | "inv"
  | "sub"
  | "prj"
  | "wkl"
  | "pol"
  | "att"
  | "bkp"
  | "cpy"
  | "job"
  | "stp"
  | "slt"
  | "rst"
  | "vfy"
  | "rpo"
  | "tok"
  | "evt"
  | "cmk"
  | "wrt"
  | "alt"
  | "inc"
  | "drl"
  | "kit"
  | "rcd"
  | "rot"
  | "chn"
  | "pag"
  | "dlv"
  | "ovr"
  | "anm"
  | "itg"
  | "usr"
  | "bnd"
  | "ses"
  | "apr"
  | "aud"
  | "hld"
  | "thw"
  | "dpl"
  | "tsk"
  | "rpt"
  | "agt"
  | "rsb"
  | "snk";

/** A sortable id such as `bkp_01k9x…`: type prefix, 48 bit of time, 80 bit of randomness (the ULID layout). */
export function newId(prefix: IdPrefix, clock: Clock, random: Random): string {
  let time = clock.now_ms();
  let body = "";
  for (let i = 0; i < TIME_CHARS; i++) {
    body = ALPHABET[time % 32] + body;
    time = Math.floor(time / 32);
  }
  let bits = 0n;
  for (const byte of random.bytes(RANDOM_BYTES)) bits = (bits << 8n) | BigInt(byte);
  let tail = "";
  for (let i = 0; i < 16; i++) {
    tail = ALPHABET[Number(bits & 31n)] + tail;
    bits >>= 5n;
  }
  return `${prefix}_${body}${tail}`;
}

/** Does `text` have the shape of an id with this prefix? */
export function isId(prefix: IdPrefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && /^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$/.test(text);
}
