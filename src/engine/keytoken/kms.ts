import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  KMSClient,
  ListAliasesCommand,
} from "@aws-sdk/client-kms";
import { newId, type Clock, type Random } from "../../base/index.ts";
import {
  canonicalJson,
  checkContext,
  checkWrapInput,
  keyError,
  type KeyManager,
  type WrapContext,
} from "../keys/index.ts";

export interface KmsPlace {
  /** Address of the service; by default Amazon's for the region. */
  readonly endpoint?: string;
  readonly region: string;
  /** By default found as the AWS SDK does: environment, profile, instance. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface KmsKeyManager extends KeyManager {
  /** @returns the id of a new key with its first version */
  createKey(): Promise<string>;
  /** Adds a version. @returns its number */
  rotateKey(key_id: string): Promise<number>;
  close(): void;
}

const TIMEOUT_MS = 10_000;
const ATTEMPTS_MAX = 3;

/**
 * CMKs in a service that speaks the API of AWS KMS. A version is a KMS key of its own under the alias
 * `alias/holdfast/KEY/VERSION`, so that old ones can be disabled and destroyed one by one, which the service's own
 * rotation does not allow. The wrap context goes into the encryption context, and so into the service's log.
 */
export function kmsKeyManager(place: KmsPlace & { readonly clock: Clock; readonly random: Random }): KmsKeyManager {
  const { clock, random, region, endpoint, credentials } = place;
  const client = new KMSClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: ATTEMPTS_MAX,
  });
  const signal = () => ({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  const addVersion = async (key_id: string, version: number): Promise<void> => {
    const made = await client.send(new CreateKeyCommand({ Description: `Holdfast ${key_id}/${version}` }), signal());
    const alias = { AliasName: aliasOf(key_id, version), TargetKeyId: made.KeyMetadata?.KeyId };
    await client.send(new CreateAliasCommand(alias), signal());
  };
  const newestOf = async (key_id: string): Promise<number> => {
    let newest = 0;
    for (let marker: string | undefined; ; ) {
      const page = await client.send(new ListAliasesCommand({ Limit: 100, Marker: marker }), signal());
      for (const { AliasName: name = "" } of page.Aliases ?? [])
        if (name.startsWith(`${PREFIX}${key_id}/`)) newest = Math.max(newest, Number(name.split("/").at(-1)));
      marker = page.Truncated === true ? page.NextMarker : undefined;
      if (marker === undefined) break;
    }
    if (newest > 0) return newest;
    throw keyError("KEY_NOT_FOUND", `the key service has no key ${key_id}`, { key_id });
  };

  return {
    manager: "kms",
    close: () => client.destroy(),
    createKey: () =>
      told(async () => {
        const key_id = newId("cmk", clock, random);
        await addVersion(key_id, 1);
        return key_id;
      }),
    rotateKey: (key_id) =>
      told(async () => {
        const version = (await newestOf(key_id)) + 1;
        await addVersion(key_id, version);
        return version;
      }),
    async wrap(key_id, plaintext, context) {
      checkWrapInput(plaintext, context);
      return told(async () => {
        const key_version = await newestOf(key_id);
        const KeyId = aliasOf(key_id, key_version);
        const EncryptionContext = contextOf(key_id, key_version, context);
        const sealed = await client.send(
          new EncryptCommand({ KeyId, Plaintext: plaintext, EncryptionContext }),
          signal(),
        );
        return { manager: "kms", key_id, key_version, ciphertext: sealed.CiphertextBlob ?? new Uint8Array() };
      });
    },
    async unwrap({ key_id, key_version, ciphertext }, context) {
      checkContext(context);
      if (ciphertext.length === 0) throw mismatch("the ciphertext is empty");
      return told(async () => {
        const KeyId = aliasOf(key_id, key_version);
        const EncryptionContext = contextOf(key_id, key_version, context);
        const opened = await client.send(
          new DecryptCommand({ KeyId, CiphertextBlob: ciphertext, EncryptionContext }),
          signal(),
        );
        return Buffer.from(opened.Plaintext ?? []);
      });
    },
  };
}

const PREFIX = "alias/holdfast/";
const aliasOf = (key_id: string, version: number) => `${PREFIX}${key_id}/${version}`;

/** One entry: the service's own bounds on names and values then never meet ours. */
function contextOf(key_id: string, version: number, context: WrapContext): Record<string, string> {
  return { holdfast: canonicalJson({ context, key_id, version }) };
}

function mismatch(message: string, cause?: unknown) {
  return keyError("KEY_CONTEXT_MISMATCH", `${message}: it was altered, or wrapped with another context`, {}, cause);
}

/** What the service's errors are here. */
async function told<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { name, message } = error as Error;
    if (name === "HoldfastError" || "spec" in (error as object)) throw error;
    switch (name) {
      case "InvalidCiphertextException":
      case "IncorrectKeyException":
        throw mismatch("the key service refuses the ciphertext", error);
      case "NotFoundException":
        throw keyError("KEY_NOT_FOUND", `the key service has no such key: ${message}`, {}, error);
      case "AccessDeniedException":
        throw keyError("KEY_ACCESS_DENIED", `the key service refuses: ${message}`, {}, error);
      case "DisabledException":
      case "KMSInvalidStateException":
        throw keyError("KEY_DISABLED", `the key cannot be used: ${message}`, {}, error);
      default:
        throw keyError("KEY_MANAGER_UNREACHABLE", `the key service: ${message}`, { error: name }, error);
    }
  }
}
