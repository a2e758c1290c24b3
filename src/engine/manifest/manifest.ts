import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";
import { canonicalJson, type Random } from "../../base/index.ts";
import { compressBound, TAG_BYTES, zstd } from "../pack/index.ts";
import { manifestError } from "./errors.ts";
import { parsePrivatePart, parsePublicPart, type PrivateManifest, type PublicManifest } from "./parts.ts";

/** docs/format.md §9. */
const HEADER_BYTES = 52;
const SIGNATURE_BYTES = 64;
const MAGIC = Buffer.from("HFMF");
const PRIVATE_BYTES_MAX = 64 * 1024 * 1024;
const SIGNATURE_CONTEXT = Buffer.from("holdfast/manifest/v1\0", "latin1");
const NONCE = Buffer.alloc(12);

/** Ed25519 keys from the 32-byte seed and the 32-byte public key of RFC 8032. */
export function signingKeyFromSeed(seed: Uint8Array): KeyObject {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}

export function publicKeyBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
}

export function verifyingKeyFromBytes(bytes: Uint8Array): KeyObject {
  return createPublicKey({
    key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), bytes]),
    format: "der",
    type: "spki",
  });
}

export interface ManifestKeys {
  readonly epoch: number;
  readonly data_key: Uint8Array;
  readonly signing_key: KeyObject;
}

/** Seals and signs a manifest. */
export function encodeManifest(
  public_part: PublicManifest,
  private_part: PrivateManifest,
  keys: ManifestKeys,
  random: Random,
): Buffer {
  const open = Buffer.from(canonicalJson(public_part));
  const plain = Buffer.from(canonicalJson(private_part));
  const packed = Buffer.allocUnsafe(compressBound(plain.length));
  const closed = packed.subarray(0, zstd.compress(plain, packed, 3));
  const salt = Buffer.from(random.bytes(32));
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header, 0);
  header.writeUInt16LE(1, 4);
  header.writeUInt32LE(keys.epoch, 8);
  header.writeUInt32LE(open.length, 12);
  header.writeUInt32LE(closed.length + TAG_BYTES, 16);
  salt.copy(header, 20);
  const cipher = createCipheriv("aes-256-gcm", sealKey(keys.data_key, salt), NONCE, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.concat([header, open]));
  const body = Buffer.concat([header, open, cipher.update(closed), cipher.final(), cipher.getAuthTag()]);
  return Buffer.concat([body, sign(null, signedBytes(body), keys.signing_key)]);
}

function sealKey(data_key: Uint8Array, salt: Uint8Array): Buffer {
  return Buffer.from(hkdfSync("sha256", data_key, salt, "holdfast/manifest/v1", 32));
}

function signedBytes(body: Buffer): Buffer {
  return Buffer.concat([SIGNATURE_CONTEXT, createHash("sha256").update(body).digest()]);
}

function parse(backup_id: string, bytes: Buffer, verifying_key: KeyObject) {
  const object = `manifests/${backup_id}`;
  const damaged = (what: string, cause?: unknown) =>
    manifestError("MANIFEST_DAMAGED", `${object}: ${what}`, { object, backup_id }, cause);
  if (bytes.length < HEADER_BYTES + TAG_BYTES + SIGNATURE_BYTES || !bytes.subarray(0, 4).equals(MAGIC))
    throw damaged("it does not begin like a manifest");
  if (bytes.readUInt16LE(4) !== 1) throw damaged(`it has version ${bytes.readUInt16LE(4)}, this reader knows 1`);
  const [epoch, public_bytes, private_bytes] = [bytes.readUInt32LE(8), bytes.readUInt32LE(12), bytes.readUInt32LE(16)];
  if (HEADER_BYTES + public_bytes + private_bytes + SIGNATURE_BYTES !== bytes.length || private_bytes < TAG_BYTES)
    throw damaged("its lengths do not add up");
  const body = bytes.subarray(0, bytes.length - SIGNATURE_BYTES);
  if (!verify(null, signedBytes(body), verifying_key, bytes.subarray(body.length)))
    throw damaged("its signature does not hold");
  const public_end = HEADER_BYTES + public_bytes;
  const public_part = parsePublicPart(bytes.toString("utf8", HEADER_BYTES, public_end), damaged);
  if (public_part.backup_id !== backup_id) throw damaged(`it is the manifest of ${public_part.backup_id}`);
  return { epoch, public_part, public_end, body, damaged };
}

/** Checks, opens and reads a manifest. @throws MANIFEST_DAMAGED */
export function decodeManifest(
  backup_id: string,
  bytes: Buffer,
  verifying_key: KeyObject,
  data_keys: ReadonlyMap<number, Uint8Array>,
): { readonly public_part: PublicManifest; readonly private_part: PrivateManifest; readonly epoch: number } {
  const { epoch, public_part, public_end, body, damaged } = parse(backup_id, bytes, verifying_key);
  const data_key = data_keys.get(epoch);
  if (data_key === undefined) throw damaged(`it is sealed under the unknown epoch ${epoch}`);
  const decipher = createDecipheriv("aes-256-gcm", sealKey(data_key, bytes.subarray(20, 52)), NONCE, {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(bytes.subarray(0, public_end));
  decipher.setAuthTag(body.subarray(body.length - TAG_BYTES));
  const packed = decipher.update(body.subarray(public_end, body.length - TAG_BYTES));
  try {
    decipher.final();
  } catch (cause) {
    throw damaged("it fails authentication", cause);
  }
  const private_part = parsePrivatePart(inflate(packed, damaged).toString("utf8"), damaged);
  return { public_part, private_part, epoch };
}

/** The private part does not state its size: grow until it fits, up to the limit. */
function inflate(packed: Buffer, damaged: (what: string, cause?: unknown) => Error): Buffer {
  for (let size = 256 * 1024; size <= PRIVATE_BYTES_MAX; size *= 4) {
    const room = Buffer.allocUnsafeSlow(size);
    try {
      return room.subarray(0, zstd.decompress(packed, room));
    } catch (cause) {
      if (size * 4 > PRIVATE_BYTES_MAX) throw damaged("its private part does not decompress", cause);
    }
  }
  throw damaged("its private part does not decompress");
}
