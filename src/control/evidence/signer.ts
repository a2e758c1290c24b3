import { createPrivateKey, createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { calculateJwkThumbprint, CompactSign } from "jose";
import type { JWK } from "jose";
import { hasCode } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { KeyAdmin, KeyManager } from "../../engine/keys/index.ts";
import type { Db } from "../../platform/db/index.ts";

/** Signs what an auditor is to believe. */
export interface Signer {
  /** SHA-256 thumbprint of the public key (RFC 7638, base64url): what an auditor pins. */
  readonly fingerprint: string;
  readonly public_key: JWK;
  /** Compact JWS, EdDSA; it carries the public key, so that one file is enough to check it. */
  sign(payload: unknown, type: string): Promise<string>;
}

export interface SignerPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: KeyManager;
  readonly key_admin: Pick<KeyAdmin, "createKey">;
}

const SETTING = "evidence.signing_key";
const ALIAS = "evidence-signing";
const CONTEXT = { purpose: "evidence-signing" };
/** PKCS #8 of an Ed25519 private key is this, followed by the 32 bytes of its seed (RFC 8410). */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
const SEED_BYTES = 32;

interface SealedKey {
  readonly manager: string;
  readonly key_id: string;
  readonly key_version: number;
  readonly ciphertext: string;
}

/**
 * The installation's signing key, made at the first call. It is kept wrapped by the key manager: the database alone
 * signs nothing. @throws KEY_* while the key manager does not answer
 */
async function openSigner(ports: SignerPorts): Promise<Signer> {
  const found = (await readSealed(ports.db)) ?? (await makeKey(ports));
  const wrapped = { ...found, ciphertext: Buffer.from(found.ciphertext, "base64") };
  const seed = await ports.keys.unwrap(wrapped, CONTEXT);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" });
  seed.fill(0);
  return signerOf(key);
}

async function signerOf(key: KeyObject): Promise<Signer> {
  const public_key = createPublicKey(key).export({ format: "jwk" }) as JWK;
  const fingerprint = await calculateJwkThumbprint(public_key);
  return {
    fingerprint,
    public_key,
    sign: (payload, type) =>
      new CompactSign(Buffer.from(JSON.stringify(payload)))
        .setProtectedHeader({ alg: "EdDSA", typ: type, kid: fingerprint, jwk: public_key })
        .sign(key),
  };
}

async function readSealed(db: Db): Promise<SealedKey | undefined> {
  const row = await db.selectFrom("settings").select("value").where("key", "=", SETTING).executeTakeFirst();
  return row?.value as SealedKey | undefined;
}

async function makeKey({ db, clock, random, keys, key_admin }: SignerPorts): Promise<SealedKey> {
  const seed = random.bytes(SEED_BYTES);
  const { ciphertext, ...rest } = await keys.wrap(await masterKey(key_admin), seed, CONTEXT);
  seed.fill(0);
  const sealed: SealedKey = { ...rest, ciphertext: Buffer.from(ciphertext).toString("base64") };
  // Another server may have been quicker: its key is the installation's.
  await db
    .insertInto("settings")
    .values({ key: SETTING, value: JSON.stringify(sealed), updated_at: new Date(clock.now_ms()) })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
  return (await readSealed(db)) ?? sealed;
}

async function masterKey(key_admin: Pick<KeyAdmin, "createKey">): Promise<string> {
  try {
    return (await key_admin.createKey(ALIAS)).key_id;
  } catch (error) {
    const taken = hasCode(error, "KEY_ALIAS_TAKEN") ? error.context["key_id"] : undefined;
    if (typeof taken === "string") return taken;
    throw error;
  }
}

/** Opens the signer with its first use, and again when that failed. */
export function lazySigner(ports: SignerPorts): () => Promise<Signer> {
  let opening: Promise<Signer> | undefined;
  return () =>
    (opening ??= openSigner(ports).catch((error: unknown) => {
      opening = undefined;
      throw error;
    }));
}
