import { createDecipheriv, createHash, createHmac, hkdfSync } from "node:crypto";
import { zstdDecompressSync } from "node:zlib";

/** What is wrong with a repository, in one sentence. */
export class FormatError extends Error {}

export function demand(condition: unknown, message: string): asserts condition {
  if (!condition) throw new FormatError(message);
}

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();
export const hmac = (key: Uint8Array, bytes: Uint8Array | string) => createHmac("sha256", key).update(bytes).digest();
export const hkdf = (ikm: Uint8Array, salt: Uint8Array, info: string, length = 32) =>
  Buffer.from(hkdfSync("sha256", ikm, salt, info, length));

/** Opens AES-256-GCM; `sealed` ends in the 16-byte tag. */
export function openGcm(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array, what: string): Buffer {
  demand(sealed.length >= 16, `${what}: too short for a tag`);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - 16)), decipher.final()]);
  } catch {
    throw new FormatError(`${what}: the tag does not fit`);
  }
}

/** Payload of exactly `raw` bytes; compression 0 is none, 1 is one zstd frame. */
export function inflate(compression: number, stored: Buffer, raw: number, what: string): Buffer {
  demand(compression === 0 || compression === 1, `${what}: unknown compression ${compression}`);
  const bytes = compression === 0 ? stored : zstdDecompressSync(stored, { maxOutputLength: Math.max(raw, 1) });
  demand(bytes.length === raw, `${what}: ${bytes.length} bytes where ${raw} are announced`);
  return bytes;
}

export function canonicalJson(value: unknown): string {
  if (typeof value === "number") demand(Number.isSafeInteger(value), `${value} is not a whole number`);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(",")}}`;
}

/** Parses text that must be canonical JSON of an object. */
export function parseCanonical(text: Buffer, what: string): Record<string, unknown> {
  const value = JSON.parse(text.toString("utf8"));
  demand(typeof value === "object" && value !== null && !Array.isArray(value), `${what}: not a JSON object`);
  demand(Buffer.from(canonicalJson(value)).equals(text), `${what}: JSON is not canonical`);
  return value;
}

/** Reads little-endian fields in order and never past the end. */
export class Cursor {
  readonly bytes: Buffer;
  readonly what: string;
  at = 0;

  constructor(bytes: Buffer, what: string) {
    this.bytes = bytes;
    this.what = what;
  }
  get left(): number {
    return this.bytes.length - this.at;
  }
  take(length: number): Buffer {
    demand(length <= this.left, `${this.what}: ends ${length - this.left} bytes early`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  sub(length: number): Cursor {
    return new Cursor(this.take(length), this.what);
  }
  u8 = () => this.take(1).readUInt8();
  u16 = () => this.take(2).readUInt16LE();
  u32 = () => this.take(4).readUInt32LE();
  i64 = () => this.take(8).readBigInt64LE();
  u64(): number {
    const value = this.take(8).readBigUInt64LE();
    demand(value <= BigInt(Number.MAX_SAFE_INTEGER), `${this.what}: ${value} is out of bounds`);
    return Number(value);
  }
  hex = (length: number) => this.take(length).toString("hex");
  expect(bytes: string | number[], name: string): void {
    const wanted = Buffer.from(bytes as string);
    demand(this.take(wanted.length).equals(wanted), `${this.what}: ${name} is not ${wanted.toString("hex")}`);
  }
  end(): void {
    demand(this.left === 0, `${this.what}: ${this.left} bytes too many`);
  }
}
