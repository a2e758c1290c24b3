import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import koffi from "koffi";

const TAG_BYTES = 16;
const NO_BYTES = Buffer.alloc(0);

/** AES-256-GCM from and into memory the caller owns. Not for use from two threads at once: each imports its own. */
export interface Aead {
  readonly name: "exported" | "crypto";
  /** Writes the ciphertext of `parts`, joined, and then the tag into `into` at `at`. @returns bytes written */
  seal(
    key: KeyObject,
    nonce: Uint8Array,
    aad: Uint8Array,
    parts: readonly Uint8Array[],
    into: Buffer,
    at: number,
  ): number;
  /**
   * Decrypts `bytes` into `parts`, one after the other, which together are as long.
   * @returns false when the tag does not hold: what then stands in `parts` must not be used
   */
  open(
    key: KeyObject,
    nonce: Uint8Array,
    aad: Uint8Array,
    bytes: Buffer,
    tag: Uint8Array,
    parts: readonly Buffer[],
  ): boolean;
}

/** Through node:crypto, which makes new memory for each answer. */
export const cryptoAead: Aead = {
  name: "crypto",
  seal(key, nonce, aad, parts, into, at) {
    const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(aad);
    let end = at;
    for (const part of parts) if (part.length > 0) end += cipher.update(part).copy(into, end);
    end += cipher.final().copy(into, end);
    return end + cipher.getAuthTag().copy(into, end) - at;
  },
  open(key, nonce, aad, bytes, tag, parts) {
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(aad);
    decipher.setAuthTag(tag);
    let from = 0;
    for (const part of parts) {
      if (part.length > 0) decipher.update(bytes.subarray(from, from + part.length)).copy(part, 0);
      from += part.length;
    }
    try {
      decipher.final();
      return true;
    } catch {
      return false;
    }
  },
};

const GET_TAG = 0x10;
const SET_TAG = 0x11;

/**
 * The same through OpenSSL as Node's binary exports it, with one context a thread. node:crypto answers in memory made
 * for each call, which the system has to find, clear and take back: of a frame of 1 MiB that is four fifths of the
 * time.
 * `undefined` from a build that keeps its symbols to itself.
 */
export function exportedAead(): Aead | undefined {
  try {
    const self = koffi.load(null);
    const init = (name: string) =>
      self.func(`int ${name}(void *context, void *cipher, void *engine, const void *key, const void *nonce)`);
    const update = (name: string) =>
      self.func(`int ${name}(void *context, void *output, void *length, const void *input, int size)`);
    const final = (name: string) => self.func(`int ${name}(void *context, void *output, void *length)`);
    const control = self.func("int EVP_CIPHER_CTX_ctrl(void *context, int what, int size, void *bytes)");
    const encrypt = { init: init("EVP_EncryptInit_ex"), update: update("EVP_EncryptUpdate") };
    const decrypt = { init: init("EVP_DecryptInit_ex"), update: update("EVP_DecryptUpdate") };
    const [sealed, opened] = [final("EVP_EncryptFinal_ex"), final("EVP_DecryptFinal_ex")];
    const aes = self.func("void *EVP_aes_256_gcm()")();
    const context = self.func("void *EVP_CIPHER_CTX_new()")();
    const keys = new WeakMap<KeyObject, Buffer>();
    const bytesOf = (key: KeyObject): Buffer => {
      const known = keys.get(key) ?? key.export();
      keys.set(key, known);
      return known;
    };
    const length = new Int32Array(1);
    const rest = Buffer.alloc(32); // GCM leaves nothing for the end; OpenSSL wants a place for it all the same
    const must = (result: number): void => {
      if (result !== 1) throw new Error("OpenSSL refuses AES-256-GCM");
    };
    return {
      name: "exported",
      seal(key, nonce, aad, parts, into, at) {
        if (at + parts.reduce((sum, part) => sum + part.length, TAG_BYTES) > into.length)
          throw new Error("no room for a sealed frame");
        must(encrypt.init(context, aes, null, bytesOf(key), nonce));
        must(encrypt.update(context, null, length, aad, aad.length));
        let end = at;
        for (const part of parts) {
          if (part.length === 0) continue;
          must(encrypt.update(context, into.subarray(end), length, part, part.length));
          end += part.length;
        }
        must(sealed(context, rest, length));
        must(control(context, GET_TAG, TAG_BYTES, into.subarray(end)));
        return end + TAG_BYTES - at;
      },
      open(key, nonce, aad, bytes, tag, parts) {
        if (parts.reduce((sum, part) => sum + part.length, 0) !== bytes.length || tag.length !== TAG_BYTES)
          throw new Error("a frame is opened into memory of another length");
        must(decrypt.init(context, aes, null, bytesOf(key), nonce));
        must(decrypt.update(context, null, length, aad, aad.length));
        let from = 0;
        for (const part of parts) {
          if (part.length === 0) continue;
          must(decrypt.update(context, part, length, bytes.subarray(from), part.length));
          from += part.length;
        }
        must(control(context, SET_TAG, TAG_BYTES, Buffer.from(tag)));
        return opened(context, rest, length) === 1;
      },
    };
  } catch {
    return undefined;
  }
}

/** Does `fast` write what `sure` writes, and refuse what it must? Found out before the first frame. */
export function agrees(fast: Aead, sure: Aead): boolean {
  try {
    const key = createSecretKey(Buffer.alloc(32, 7));
    const [nonce, aad] = [Buffer.alloc(12, 3), Buffer.alloc(64, 5)];
    return [0, 1, 16, 1000, 70_000].every((size) => {
      const parts = [Buffer.alloc(size === 0 ? 0 : 8, 1), Buffer.alloc(size, size & 255)];
      const total = parts.reduce((sum, part) => sum + part.length, 0);
      const sealed = [fast, sure].map((aead) => {
        const into = Buffer.alloc(total + 3 + TAG_BYTES);
        return aead.seal(key, nonce, aad, parts, into, 3) === total + TAG_BYTES ? into : NO_BYTES;
      }) as [Buffer, Buffer];
      if (sealed[0].length === 0 || !sealed[0].equals(sealed[1])) return false;
      const [bytes, tag] = [sealed[0].subarray(3, 3 + total), Buffer.from(sealed[0].subarray(3 + total))];
      const opened = parts.map((part) => Buffer.alloc(part.length));
      const right =
        fast.open(key, nonce, aad, bytes, tag, opened) && Buffer.concat(opened).equals(Buffer.concat(parts));
      tag[0] = (tag[0] as number) ^ 1;
      return right && !fast.open(key, nonce, aad, bytes, tag, opened);
    });
  } catch {
    return false;
  }
}

const exported = exportedAead();
export const aead: Aead = exported !== undefined && agrees(exported, cryptoAead) ? exported : cryptoAead;
