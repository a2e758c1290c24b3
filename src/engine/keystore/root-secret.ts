import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Random } from "../../base/index.ts";
import { canonicalJson, type CanonicalValue, keyError, openEnvelope, sealEnvelope } from "../keys/index.ts";

const MATERIAL_INFO = "holdfast/keyd-material/v1";
const RECORD_INFO = "holdfast/keyd-record/v1";
const AUDIT_INFO = "holdfast/keyd-audit-head/v1";
export const MATERIAL_BYTES = 32;

/** A new root secret as it stands in its file: 64 hexadecimal characters and a line end. */
export function createRootSecret(random: Random): string {
  return `${random.bytes(32).toString("hex")}\n`;
}

/**
 * The secret under which key material lies at rest, and what is derived from it. It lives in memory and in whatever the
 * operator chose (a file on another device, the environment, stdin); the key folder is useless without it.
 */
export class RootSecret {
  readonly #secret: Buffer;
  readonly #record_key: Buffer;

  /** @throws KEY_ROOT_SECRET_WRONG when the text is not 64 hexadecimal characters. */
  constructor(text: string) {
    const hex = text.trim();
    if (!/^[0-9a-fA-F]{64}$/.test(hex)) {
      throw keyError("KEY_ROOT_SECRET_WRONG", "the root secret is not 64 hexadecimal characters");
    }
    this.#secret = Buffer.from(hex, "hex");
    this.#record_key = this.#derive(RECORD_INFO);
  }

  /** Key of the seal on the audit log's head file. */
  auditKey(): Buffer {
    return this.#derive(AUDIT_INFO);
  }

  sealMaterial(key_id: string, version: number, material: Buffer, random: Random): string {
    const aad = canonicalJson({ key_id, version });
    return sealEnvelope(this.#secret, MATERIAL_INFO, aad, material, random).toString("base64");
  }

  /** @throws KEY_STORE_DAMAGED */
  openMaterial(key_id: string, version: number, sealed: string): Buffer {
    const aad = canonicalJson({ key_id, version });
    const material = openEnvelope(this.#secret, MATERIAL_INFO, aad, Buffer.from(sealed, "base64"));
    if (material === null || material.length !== MATERIAL_BYTES) {
      throw keyError("KEY_STORE_DAMAGED", `material of ${key_id} version ${version} does not open`, {
        key_id,
        version,
      });
    }
    return material;
  }

  /** The text of a file that holds `record`, authenticated together with the file's name. */
  writeRecord(name: string, record: CanonicalValue): string {
    return `${JSON.stringify({ record, mac: this.#mac(name, record).toString("hex") }, null, 1)}\n`;
  }

  /** @throws KEY_STORE_DAMAGED when the file is not what {@link writeRecord} wrote under this name and secret. */
  readRecord<T extends z.ZodType>(name: string, text: string, schema: T): z.infer<T> {
    try {
      const { record, mac } = recordFileSchema.parse(JSON.parse(text));
      if (timingSafeEqual(Buffer.from(mac, "hex"), this.#mac(name, record as CanonicalValue))) {
        return schema.parse(record);
      }
    } catch (error) {
      throw keyError("KEY_STORE_DAMAGED", `${name} in the key folder is not readable`, { file: name }, error);
    }
    throw keyError("KEY_STORE_DAMAGED", `${name} in the key folder was altered`, { file: name });
  }

  #mac(name: string, record: CanonicalValue): Buffer {
    return createHmac("sha256", this.#record_key).update(canonicalJson({ name, record })).digest();
  }

  #derive(info: string): Buffer {
    return Buffer.from(hkdfSync("sha256", this.#secret, Buffer.alloc(0), info, 32));
  }
}

const recordFileSchema = z.strictObject({ record: z.unknown(), mac: z.string().regex(/^[0-9a-f]{64}$/) });
