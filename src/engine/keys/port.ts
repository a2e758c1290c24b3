/** The key manager keeps customer master keys (CMKs) and never gives one out: it wraps and unwraps for us. */

/** What a CMK version produced. The context it was wrapped with must be given again to unwrap it. */
export interface WrappedKey {
  /** Which manager and key, e.g. `local` / `cmk_01k…`. */
  readonly manager: string;
  readonly key_id: string;
  readonly key_version: number;
  readonly ciphertext: Uint8Array;
}

/** Bound to the ciphertext as authenticated data: what the wrapped bytes are, for which repository. */
export type WrapContext = Readonly<Record<string, string>>;

export interface KeyManager {
  /** Name that goes into {@link WrappedKey.manager}. */
  readonly manager: string;
  /** With the key's newest enabled version. */
  wrap(key_id: string, plaintext: Uint8Array, context: WrapContext): Promise<WrappedKey>;
  /** @throws KEY_ACCESS_DENIED, KEY_DISABLED, KEY_DESTROYED, KEY_NOT_FOUND, KEY_CONTEXT_MISMATCH, KEY_MANAGER_UNREACHABLE */
  unwrap(wrapped: WrappedKey, context: WrapContext): Promise<Buffer>;
}
