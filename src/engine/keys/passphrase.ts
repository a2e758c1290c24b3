import { hkdfSync, scrypt, timingSafeEqual } from "node:crypto";
import { type Random, systemRandom } from "../../base/index.ts";
import { canonicalJson } from "./canonical.ts";
import { checkContext, checkWrapInput, openEnvelope, sealEnvelope } from "./envelope.ts";
import { keyError } from "./errors.ts";
import type { KeyManager, WrapContext, WrappedKey } from "./port.ts";

/*
 * What a passphrase wraps:
 *
 *   offset  size  field
 *   0       16    check value: tells a wrong passphrase from a damaged or misplaced envelope
 *   16      …     envelope (envelope.ts) under the KEK, info PASSPHRASE_WRAP_INFO
 *
 * KEK   = scrypt(passphrase in Unicode NFC as UTF-8, salt, N, r, p, 32 bytes)
 * check = HKDF-SHA-256(input = KEK, salt = the envelope's salt, info PASSPHRASE_CHECK_INFO, 16 bytes)
 * AAD   = canonical JSON of {context, key_id, version: 1}
 */
export const PASSPHRASE_WRAP_INFO = "holdfast/passphrase-wrap/v1";
export const PASSPHRASE_CHECK_INFO = "holdfast/passphrase-check/v1";
const CHECK_BYTES = 16;

/** 128 × N × r = 32 MiB and about a third of a second of one core: OWASP's setting for scrypt with p = 3. */
const DEFAULT_COST = { n: 2 ** 15, r: 8, p: 3 };
const MEMORY_BYTES_MAX = 256 * 1024 * 1024;
/** N × r × p of the default is 786,432; a slot may ask for at most 16 times that work. */
const WORK_MAX = 16 * 2 ** 15 * 8 * 3;

/** Plain JSON beside the repository: useless without the passphrase. */
export interface PassphraseSlot {
  readonly type: "passphrase";
  /** `pps_` and 32 hex digits. */
  readonly slot_id: string;
  readonly kdf: "scrypt";
  readonly n: number;
  readonly r: number;
  readonly p: number;
  /** 32 bytes in hex. */
  readonly salt: string;
}

/**
 * What each field must be. The cost parameters have a floor too: whoever may write the slot must not be able to ask for
 * a cheap derivation. Written out, because a schema library would take longer to load than all else that opens a
 * repository.
 */
const SLOT_RULES: { readonly [Name in keyof PassphraseSlot]: readonly [(value: unknown) => boolean, string] } = {
  type: [(value) => value === "passphrase", 'must be "passphrase"'],
  slot_id: [matches(/^pps_[0-9a-f]{32}$/), "must be pps_ and 32 hex digits"],
  kdf: [(value) => value === "scrypt", 'must be "scrypt"'],
  n: [
    (value) => isWithin(value, 2 ** 14, 2 ** 20) && Number.isInteger(Math.log2(value)),
    "must be a power of two from 16,384 to 1,048,576",
  ],
  r: [(value) => isWithin(value, 8, 32), "must be a whole number from 8 to 32"],
  p: [(value) => isWithin(value, 1, 16), "must be a whole number from 1 to 16"],
  salt: [matches(/^[0-9a-f]{64}$/), "must be 32 bytes in hex"],
};

function matches(pattern: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === "string" && pattern.test(value);
}

function isWithin(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}

/** A new slot with a random id and salt and today's cost parameters. */
export function createPassphraseSlot(random: Random): PassphraseSlot {
  return {
    type: "passphrase",
    slot_id: `pps_${random.bytes(16).toString("hex")}`,
    kdf: "scrypt",
    ...DEFAULT_COST,
    salt: random.bytes(32).toString("hex"),
  };
}

/**
 * Checks a slot read from a store, before any work is spent on it.
 * @throws KEY_SLOT_INVALID when a field is missing, unknown, or outside its bounds.
 */
export function parsePassphraseSlot(value: unknown): PassphraseSlot {
  const refuse = (what: string): never => {
    throw keyError("KEY_SLOT_INVALID", `passphrase slot: ${what}`);
  };
  if (value === null || typeof value !== "object" || Array.isArray(value)) return refuse("it is no JSON object");
  const fields = value as Record<string, unknown>;
  for (const [name, [holds, rule]] of Object.entries(SLOT_RULES)) if (!holds(fields[name])) refuse(`${name}: ${rule}`);
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(SLOT_RULES, name));
  if (unknown !== undefined) refuse(`${unknown}: is no field of a slot`);
  const slot = value as PassphraseSlot;
  const { n, r, p } = slot;
  if (128 * n * r > MEMORY_BYTES_MAX || n * r * p > WORK_MAX)
    refuse(`it asks for more than the bounds allow: n=${n} r=${r} p=${p}`);
  return slot;
}

/**
 * Key manager for a repository without one: the passphrase is the key. The derivation (about 0.3 s) happens once and
 * begins here.
 *
 * @throws KEY_SLOT_INVALID at once; wrap and unwrap throw KEY_WRONG_PASSPHRASE, KEY_NOT_FOUND, KEY_CONTEXT_MISMATCH
 */
export function passphraseKeyManager(options: { passphrase: string; slot: unknown; random?: Random }): KeyManager {
  const slot = parsePassphraseSlot(options.slot);
  const random = options.random ?? systemRandom;
  if (options.passphrase === "") throw keyError("KEY_WRONG_PASSPHRASE", "the passphrase is empty");
  // Begun at once: it takes its time on a thread of its own, while the caller reads and loads what it needs besides.
  const kek = deriveKek(options.passphrase, slot);
  kek.catch(() => undefined); // thrown where it is awaited

  return {
    manager: "passphrase",

    async wrap(key_id, plaintext, context) {
      requireSlot(slot, key_id, 1);
      checkWrapInput(plaintext, context);
      const key = await kek;
      const envelope = sealEnvelope(key, PASSPHRASE_WRAP_INFO, aad(key_id, context), plaintext, random);
      const ciphertext = Buffer.concat([checkValue(key, envelope), envelope]);
      return { manager: "passphrase", key_id, key_version: 1, ciphertext };
    },

    async unwrap(wrapped: WrappedKey, context: WrapContext) {
      requireSlot(slot, wrapped.key_id, wrapped.key_version);
      checkContext(context);
      const key = await kek;
      const check = wrapped.ciphertext.subarray(0, CHECK_BYTES);
      const envelope = wrapped.ciphertext.subarray(CHECK_BYTES);
      if (check.length !== CHECK_BYTES || !timingSafeEqual(check, checkValue(key, envelope))) {
        throw keyError("KEY_WRONG_PASSPHRASE", `the passphrase does not open slot ${slot.slot_id}`, {
          key_id: slot.slot_id,
        });
      }
      const plaintext = openEnvelope(key, PASSPHRASE_WRAP_INFO, aad(wrapped.key_id, context), envelope);
      if (plaintext === null) {
        throw keyError("KEY_CONTEXT_MISMATCH", `wrapped key of slot ${slot.slot_id} does not fit its context`, {
          key_id: slot.slot_id,
        });
      }
      return plaintext;
    },
  };
}

function deriveKek(passphrase: string, slot: PassphraseSlot): Promise<Buffer> {
  const { n, r, p } = slot;
  const salt = Buffer.from(slot.salt, "hex");
  // OpenSSL needs 128 × r × (N + p) and a little; the bounds of the slot keep this under 1.1 × MEMORY_BYTES_MAX.
  const maxmem = 128 * r * (n + p) + 1024 * 1024;
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFC"), salt, 32, { N: n, r, p, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function checkValue(kek: Buffer, envelope: Uint8Array): Buffer {
  return Buffer.from(hkdfSync("sha256", kek, envelope.subarray(1, 33), PASSPHRASE_CHECK_INFO, CHECK_BYTES));
}

function aad(key_id: string, context: WrapContext): string {
  return canonicalJson({ key_id, version: 1, context });
}

function requireSlot(slot: PassphraseSlot, key_id: string, version: number): void {
  if (key_id === slot.slot_id && version === 1) return;
  throw keyError("KEY_NOT_FOUND", `key ${key_id} version ${version} is not passphrase slot ${slot.slot_id}`, {
    key_id,
  });
}
