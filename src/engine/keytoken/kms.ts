import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { canonicalJson, keyError, type KeyVault, type WrapContext } from "../keys/index.ts";

export interface KmsPlace {
  /** Address of the service; by default Amazon's for the region. */
  readonly endpoint?: string;
  readonly region: string;
  /** By default found as the AWS SDK does: environment, profile, instance. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const TIMEOUT_MS = 10_000;
const ATTEMPTS_MAX = 3;

/**
 * CMKs in a service that speaks the API of AWS KMS. A version is a KMS key of its own under the alias
 * `alias/holdfast/KEY/VERSION`, so that old ones can be disabled and destroyed one by one, which the service's own
 * rotation does not allow. The wrap context goes into the encryption context, and so into the service's log.
 */
export function kmsVault(place: KmsPlace): KeyVault {
  const { region, endpoint, credentials } = place;
  const client = new KMSClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: ATTEMPTS_MAX,
  });
  const signal = () => ({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  const keyOf = async (key_id: string, version: number): Promise<string | undefined> => {
    try {
      const found = await client.send(new DescribeKeyCommand({ KeyId: aliasOf(key_id, version) }), signal());
      return found.KeyMetadata?.KeyId;
    } catch (error) {
      if ((error as Error).name === "NotFoundException") return undefined;
      throw error;
    }
  };

  return {
    kind: "kms",
    close: () => client.destroy(),
    makeVersion: (key_id, version) =>
      told(async () => {
        if ((await keyOf(key_id, version)) !== undefined) return;
        const made = await client.send(
          new CreateKeyCommand({ Description: `Holdfast ${key_id}/${version}` }),
          signal(),
        );
        const alias = { AliasName: aliasOf(key_id, version), TargetKeyId: made.KeyMetadata?.KeyId };
        await client.send(new CreateAliasCommand(alias), signal());
      }),
    destroyVersion: (key_id, version) =>
      told(async () => {
        const KeyId = await keyOf(key_id, version);
        if (KeyId === undefined) return;
        // The key manager has waited its own days; the service asks for seven more at least.
        await client
          .send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: SERVICE_DAYS_MIN }), signal())
          .catch((error: Error) => {
            if (error.name !== "KMSInvalidStateException") throw error; // it is on its way already
          });
      }),
    wrap: (key_id, version, plaintext, context) =>
      told(async () => {
        const KeyId = aliasOf(key_id, version);
        const EncryptionContext = contextOf(key_id, version, context);
        const command = new EncryptCommand({ KeyId, Plaintext: plaintext, EncryptionContext });
        return (await client.send(command, signal())).CiphertextBlob ?? new Uint8Array();
      }),
    async unwrap(key_id, version, ciphertext, context) {
      if (ciphertext.length === 0) throw mismatch("the ciphertext is empty");
      return told(async () => {
        const KeyId = aliasOf(key_id, version);
        const EncryptionContext = contextOf(key_id, version, context);
        const command = new DecryptCommand({ KeyId, CiphertextBlob: ciphertext, EncryptionContext });
        return Buffer.from((await client.send(command, signal())).Plaintext ?? []);
      });
    },
  };
}

/** AWS allows no shorter wait before a key is gone. */
const SERVICE_DAYS_MIN = 7;
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
