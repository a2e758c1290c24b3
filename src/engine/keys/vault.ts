import type { WrapContext } from "./port.ts";

/**
 * Where the material of key versions lies and works, when that is not the key manager's own folder: a hardware security
 * module, or a key service. Who may use a key, in which state it is and what was done with it stay the key manager's
 * affair; a vault makes, uses and destroys.
 */
export interface KeyVault {
  /** Name in records and messages, e.g. `pkcs11`. */
  readonly kind: string;
  /** Makes a version's material, where it stays. One that is there already is left as it is. @throws KEY_* */
  makeVersion(key_id: string, version: number): Promise<void>;
  wrap(key_id: string, version: number, plaintext: Uint8Array, context: WrapContext): Promise<Uint8Array>;
  /** @throws KEY_CONTEXT_MISMATCH, KEY_NOT_FOUND, KEY_ACCESS_DENIED, KEY_DISABLED, KEY_MANAGER_UNREACHABLE */
  unwrap(key_id: string, version: number, ciphertext: Uint8Array, context: WrapContext): Promise<Buffer>;
  /** For ever; one that is gone already is no error. */
  destroyVersion(key_id: string, version: number): Promise<void>;
  close(): void;
}
