import { newId, type Clock, type Random } from "../../base/index.ts";
import {
  canonicalJson,
  checkContext,
  checkWrapInput,
  keyError,
  type KeyManager,
  type WrapContext,
} from "../keys/index.ts";
import { CK, Pkcs11Session, type Pkcs11Place } from "./library.ts";

/*
 * What a key in the token wraps: layout version 1, IV (12 random bytes), AES-256-GCM ciphertext, tag (16 bytes).
 * AAD = canonical JSON of {context, key_id, version}. Each version is an object of its own, CKA_ID = `key_id/version`.
 * A version wraps a few keys per rotation and repository: far from the 2^32 messages that random IVs allow.
 */
const LAYOUT = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

export interface Pkcs11KeyManager extends KeyManager {
  /** Makes a key with its first version. @returns its id */
  createKey(): Promise<string>;
  /** Adds a version; what older ones wrapped stays readable. @returns its number */
  rotateKey(key_id: string): Promise<number>;
  /** Destroys a version's object in the token, for ever. */
  destroyVersion(key_id: string, version: number): Promise<void>;
  close(): void;
}

/** CMKs in a hardware security module. @throws KEY_MANAGER_UNREACHABLE, KEY_ACCESS_DENIED */
export function pkcs11KeyManager(
  options: Pkcs11Place & { readonly clock: Clock; readonly random: Random },
): Pkcs11KeyManager {
  const { clock, random } = options;
  const session = new Pkcs11Session(options);
  const handleOf = (key_id: string, version: number): number => {
    const [handle] = session.find([[CK.CKA_ID, Buffer.from(`${key_id}/${version}`, "utf8")]]);
    if (handle !== undefined) return handle;
    throw keyError("KEY_NOT_FOUND", `the token has no key ${key_id} version ${version}`, { key_id, version });
  };
  const versionsOf = (key_id: string): number[] => {
    const handles = session.find([[CK.CKA_LABEL, Buffer.from(labelOf(key_id), "utf8")]]);
    const versions = handles.map((handle) => Number(session.text(handle, CK.CKA_ID).split("/")[1]));
    if (versions.length > 0) return versions.sort((a, b) => a - b);
    throw keyError("KEY_NOT_FOUND", `the token has no key ${key_id}`, { key_id });
  };

  return {
    manager: "pkcs11",
    close: () => session.close(),

    async createKey() {
      const key_id = newId("cmk", clock, random);
      session.generateKey(`${key_id}/1`, labelOf(key_id));
      return key_id;
    },
    async rotateKey(key_id) {
      const version = (versionsOf(key_id).at(-1) ?? 0) + 1;
      session.generateKey(`${key_id}/${version}`, labelOf(key_id));
      return version;
    },
    async destroyVersion(key_id, version) {
      session.destroy(handleOf(key_id, version));
    },

    async wrap(key_id, plaintext, context) {
      checkWrapInput(plaintext, context);
      const key_version = versionsOf(key_id).at(-1) ?? 0;
      const iv = Buffer.from(random.bytes(IV_BYTES));
      const handle = handleOf(key_id, key_version);
      const sealed = session.encrypt(handle, iv, aad(key_id, key_version, context), Buffer.from(plaintext));
      return { manager: "pkcs11", key_id, key_version, ciphertext: Buffer.concat([Buffer.of(LAYOUT), iv, sealed]) };
    },
    async unwrap(wrapped, context) {
      checkContext(context);
      const { key_id, key_version } = wrapped;
      const handle = handleOf(key_id, key_version);
      const bytes = Buffer.from(wrapped.ciphertext);
      const whole = bytes.length > 1 + IV_BYTES + TAG_BYTES && bytes[0] === LAYOUT;
      const iv = Buffer.from(bytes.subarray(1, 1 + IV_BYTES));
      const sealed = Buffer.from(bytes.subarray(1 + IV_BYTES));
      const opened = whole ? session.decrypt(handle, iv, aad(key_id, key_version, context), sealed) : null;
      if (opened !== null) return Buffer.from(opened);
      const message = `ciphertext of key ${key_id} version ${key_version} was altered, or wrapped with another context`;
      throw keyError("KEY_CONTEXT_MISMATCH", message, { key_id, key_version });
    },
  };
}

const labelOf = (key_id: string) => `holdfast ${key_id}`;

function aad(key_id: string, version: number, context: WrapContext): Buffer {
  return Buffer.from(canonicalJson({ context, key_id, version }), "utf8");
}
