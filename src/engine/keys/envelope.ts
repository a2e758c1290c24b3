import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import type { Random } from "../../base/index.ts";
import { keyError } from "./errors.ts";
import type { WrapContext } from "./port.ts";

/*
 * The envelope, used for wrapped keys and for key material at rest:
 *
 *   offset  size  field
 *   0       1     layout version, 1
 *   1       32    salt, random
 *   33      n     AES-256-GCM ciphertext, as long as the plaintext
 *   33+n    16    GCM tag
 *
 * key   = HKDF-SHA-256(input = secret, salt, info, 32 bytes)
 * nonce = 12 zero bytes. Each key is used for one message: a nonce that never repeats adds nothing to a key that never
 *         does (two equal 256-bit salts are not going to happen).
 * AAD   = given by the caller.
 */
export const ENVELOPE_VERSION = 1;
const SALT_BYTES = 32;
const TAG_BYTES = 16;
const NONCE = Buffer.alloc(12);
export const ENVELOPE_OVERHEAD_BYTES = 1 + SALT_BYTES + TAG_BYTES;

/** Keys are wrapped here, not data. */
export const WRAP_PLAINTEXT_BYTES_MAX = 4096;
const CONTEXT_ENTRIES_MAX = 16;
const CONTEXT_NAME_CHARS_MAX = 64;
const CONTEXT_VALUE_CHARS_MAX = 512;

/** Seals `plaintext` in an envelope. */
export function sealEnvelope(
  secret: Uint8Array,
  info: string,
  aad: string,
  plaintext: Uint8Array,
  random: Random,
): Buffer {
  const salt = random.bytes(SALT_BYTES);
  const key = Buffer.from(hkdfSync("sha256", secret, salt, info, 32));
  const cipher = createCipheriv("aes-256-gcm", key, NONCE);
  cipher.setAAD(Buffer.from(aad, "utf8"));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  key.fill(0);
  return Buffer.concat([Buffer.of(ENVELOPE_VERSION), salt, sealed, cipher.getAuthTag()]);
}

/** The plaintext, or null when secret, info, AAD or any byte of the envelope is not what it was. */
export function openEnvelope(secret: Uint8Array, info: string, aad: string, envelope: Uint8Array): Buffer | null {
  if (envelope.length < ENVELOPE_OVERHEAD_BYTES || envelope[0] !== ENVELOPE_VERSION) return null;
  const salt = envelope.subarray(1, 1 + SALT_BYTES);
  const sealed = envelope.subarray(1 + SALT_BYTES, envelope.length - TAG_BYTES);
  const key = Buffer.from(hkdfSync("sha256", secret, salt, info, 32));
  const decipher = createDecipheriv("aes-256-gcm", key, NONCE, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(aad, "utf8"));
  decipher.setAuthTag(envelope.subarray(envelope.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  } catch {
    return null; // the only failure final() has is a tag that does not fit
  } finally {
    key.fill(0);
  }
}

/** @throws KEY_REQUEST_INVALID when plaintext or context is outside the limits. */
export function checkWrapInput(plaintext: Uint8Array, context: WrapContext): void {
  if (plaintext.length < 1 || plaintext.length > WRAP_PLAINTEXT_BYTES_MAX) {
    throw keyError(
      "KEY_REQUEST_INVALID",
      `plaintext has ${plaintext.length} bytes; 1 to ${WRAP_PLAINTEXT_BYTES_MAX} can be wrapped`,
    );
  }
  checkContext(context);
}

/** @throws KEY_REQUEST_INVALID when the context has too many entries or too long ones. */
export function checkContext(context: WrapContext): void {
  const entries = Object.entries(context);
  if (entries.length > CONTEXT_ENTRIES_MAX) {
    throw keyError("KEY_REQUEST_INVALID", `context has ${entries.length} entries; ${CONTEXT_ENTRIES_MAX} is the limit`);
  }
  for (const [name, value] of entries) {
    if (name.length > CONTEXT_NAME_CHARS_MAX || value.length > CONTEXT_VALUE_CHARS_MAX) {
      throw keyError(
        "KEY_REQUEST_INVALID",
        `context entry ${name.slice(0, CONTEXT_NAME_CHARS_MAX)} is longer than ${CONTEXT_NAME_CHARS_MAX} (name) or ${CONTEXT_VALUE_CHARS_MAX} (value) characters`,
      );
    }
  }
}
