/**
 * Seals as docs/format.md describes them, around bytes that no writer would make: what a parser meets behind its seal
 * when the writer was broken, or the keys were stolen.
 */
import { createCipheriv, createHash, createHmac, hkdfSync, type KeyObject, sign } from "node:crypto";
import { canonicalJson } from "../../../src/base/index.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();

export function gcm(data_key: Uint8Array, salt: Uint8Array, info: string, nonce: Buffer, aad: Buffer, plain: Buffer) {
  const key = Buffer.from(hkdfSync("sha256", data_key, salt, info, 32));
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** §1: any text as a JSON object. */
export function jsonObject(text: Buffer): Buffer {
  return Buffer.concat([text, Buffer.from(`\n${sha256(text).toString("hex")}\n`)]);
}

/** §2, §13: a JSON object with a MAC that holds. Text that is no object stays as it is. */
export function macObject(text: Buffer, mac_key: Uint8Array): Buffer {
  try {
    const { mac: _, ...fields } = JSON.parse(text.toString()) as Record<string, unknown>;
    const mac = createHmac("sha256", mac_key).update(canonicalJson(fields)).digest("hex");
    return jsonObject(Buffer.from(canonicalJson({ ...fields, mac })));
  } catch {
    return jsonObject(text);
  }
}

/** §6: header fields and plaintext as given. */
export function segment(head: Buffer, plain: Buffer, data_key: Uint8Array): Buffer {
  return Buffer.concat([
    head,
    gcm(data_key, head.subarray(16, 48), "holdfast/index/v1", Buffer.alloc(12), head, plain),
  ]);
}

/** §5: a frame with this header and plaintext; the stated length of the ciphertext is made right. */
export function frame(header: Buffer, plain: Buffer, pack_header: Buffer, data_key: Uint8Array): Buffer {
  const head = Buffer.from(header);
  head.writeUInt32LE(plain.length, 8);
  const nonce = Buffer.alloc(12);
  head.copy(nonce, 0, 4, 8);
  const salt = pack_header.subarray(16, 48);
  const aad = Buffer.concat([pack_header, head]);
  return Buffer.concat([head, gcm(data_key, salt, "holdfast/pack/v1", nonce, aad, plain)]);
}

/** §5: header, frames as given, trailer. */
export function pack(pack_header: Buffer, footer: Buffer): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeBigUInt64LE(BigInt(pack_header.length), 0);
  const body = Buffer.concat([pack_header, footer, trailer]);
  const end = Buffer.alloc(16);
  end.writeBigUInt64LE(BigInt(body.length + 48), 0);
  end.write("HFPKEND1", 8, "latin1");
  return Buffer.concat([body, sha256(body), end]);
}

/** §9: a manifest of these parts, sealed and signed. */
export function manifest(open: Buffer, packed: Buffer, data_key: Uint8Array, signing_key: KeyObject): Buffer {
  const head = Buffer.alloc(52, 5);
  head.write("HFMF\x01\0\0\0\x01\0\0\0", 0, "latin1");
  head.writeUInt32LE(open.length, 12);
  head.writeUInt32LE(packed.length + 16, 16);
  const aad = Buffer.concat([head, open]);
  const sealed = gcm(data_key, head.subarray(20, 52), "holdfast/manifest/v1", Buffer.alloc(12), aad, packed);
  const body = Buffer.concat([aad, sealed]);
  const signed = Buffer.concat([Buffer.from("holdfast/manifest/v1\0", "latin1"), sha256(body)]);
  return Buffer.concat([body, sign(null, signed, signing_key)]);
}
