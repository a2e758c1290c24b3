import type { Random } from "../../base/index.ts";
import { canonicalJson, keyError, type KeyVault, type WrapContext } from "../keys/index.ts";
import { CK, Pkcs11Session, type Pkcs11Place } from "./library.ts";

/*
 * What a key in the token wraps: layout version 1, IV (12 random bytes), AES-256-GCM ciphertext, tag (16 bytes).
 * AAD = canonical JSON of {context, key_id, version}. Each version is an object of its own, CKA_ID = `key_id/version`.
 * A version wraps a few keys per rotation and repository: far from the 2^32 messages that random IVs allow.
 */
const LAYOUT = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** CMKs in a hardware security module. @throws KEY_MANAGER_UNREACHABLE, KEY_ACCESS_DENIED */
export function pkcs11Vault(options: Pkcs11Place & { readonly random: Random }): KeyVault {
  const { random } = options;
  const session = new Pkcs11Session(options);
  const find = (key_id: string, version: number): number | undefined =>
    session.find([[CK.CKA_ID, Buffer.from(`${key_id}/${version}`, "utf8")]])[0];
  const handleOf = (key_id: string, version: number): number => {
    const handle = find(key_id, version);
    if (handle !== undefined) return handle;
    throw keyError("KEY_NOT_FOUND", `the token has no key ${key_id} version ${version}`, { key_id, version });
  };

  return {
    kind: "pkcs11",
    close: () => session.close(),
    async makeVersion(key_id, version) {
      if (find(key_id, version) === undefined) session.generateKey(`${key_id}/${version}`, `holdfast ${key_id}`);
    },
    async destroyVersion(key_id, version) {
      const handle = find(key_id, version);
      if (handle !== undefined) session.destroy(handle);
    },
    async wrap(key_id, version, plaintext, context) {
      const iv = Buffer.from(random.bytes(IV_BYTES));
      const handle = handleOf(key_id, version);
      const sealed = session.encrypt(handle, iv, aad(key_id, version, context), Buffer.from(plaintext));
      return Buffer.concat([Buffer.of(LAYOUT), iv, sealed]);
    },
    async unwrap(key_id, version, ciphertext, context) {
      const handle = handleOf(key_id, version);
      const bytes = Buffer.from(ciphertext);
      const whole = bytes.length > 1 + IV_BYTES + TAG_BYTES && bytes[0] === LAYOUT;
      const iv = Buffer.from(bytes.subarray(1, 1 + IV_BYTES));
      const sealed = Buffer.from(bytes.subarray(1 + IV_BYTES));
      const opened = whole ? session.decrypt(handle, iv, aad(key_id, version, context), sealed) : null;
      if (opened !== null) return Buffer.from(opened);
      const message = `ciphertext of key ${key_id} version ${version} was altered, or wrapped with another context`;
      throw keyError("KEY_CONTEXT_MISMATCH", message, { key_id, version });
    },
  };
}

function aad(key_id: string, version: number, context: WrapContext): Buffer {
  return Buffer.from(canonicalJson({ context, key_id, version }), "utf8");
}
