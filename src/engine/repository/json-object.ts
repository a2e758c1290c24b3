import { createHash } from "node:crypto";
import { canonicalJson, hasCode } from "../../base/index.ts";
import type { ObjectStore } from "../store/index.ts";
import { repositoryError } from "./errors.ts";

/** docs/format.md §1: canonical JSON, a newline, its SHA-256 in hex, a newline. */
const OBJECT_BYTES_MAX = 1024 * 1024;

export function encodeJsonObject(value: object): Buffer {
  const text = canonicalJson(value);
  return Buffer.from(`${text}\n${createHash("sha256").update(text).digest("hex")}\n`);
}

/** @throws REPOSITORY_DAMAGED naming the object */
export function decodeJsonObject(
  key: string,
  bytes: Buffer,
  bytes_max: number = OBJECT_BYTES_MAX,
): Record<string, unknown> {
  const damaged = (what: string) => repositoryError("REPOSITORY_DAMAGED", `${key}: ${what}`, { object: key });
  if (bytes.length > bytes_max) throw damaged(`it is larger than ${bytes_max / 2 ** 20} MiB`);
  const end = bytes.length - 66;
  if (end < 2 || bytes[end] !== 10 || bytes[bytes.length - 1] !== 10) throw damaged("it does not end with a checksum");
  const text = bytes.subarray(0, end);
  if (createHash("sha256").update(text).digest("hex") !== bytes.toString("latin1", end + 1, end + 65)) {
    throw damaged("it does not have its checksum");
  }
  let value: unknown;
  try {
    value = JSON.parse(text.toString("utf8"));
  } catch {
    throw damaged("its text is no JSON");
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw damaged("it is no JSON object");
  return value as Record<string, unknown>;
}

/** `undefined` when there is no such object. */
export async function readJsonObject(store: ObjectStore, key: string): Promise<Record<string, unknown> | undefined> {
  try {
    return decodeJsonObject(key, await store.get(key));
  } catch (error) {
    if (hasCode(error, "STORE_NOT_FOUND")) return undefined;
    throw error;
  }
}

/** The field as a string, or REPOSITORY_DAMAGED. */
export function stringField(object: Record<string, unknown>, name: string, key: string): string {
  const value = object[name];
  if (typeof value === "string") return value;
  throw repositoryError("REPOSITORY_DAMAGED", `${key}: field ${name} is missing or no text`, { object: key });
}

/** The field as so many bytes in hex, or REPOSITORY_DAMAGED. */
export function hexField(object: Record<string, unknown>, name: string, key: string, bytes: number): string {
  const value = stringField(object, name, key);
  if (value.length === bytes * 2 && /^[0-9a-f]*$/.test(value)) return value;
  throw repositoryError("REPOSITORY_DAMAGED", `${key}: field ${name} is not ${bytes} bytes in hex`, { object: key });
}

/** The field as an object, or REPOSITORY_DAMAGED. */
export function objectField(object: Record<string, unknown>, name: string, key: string): Record<string, unknown> {
  const value = object[name];
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
  throw repositoryError("REPOSITORY_DAMAGED", `${key}: field ${name} is missing or no object`, { object: key });
}

/** The field as a whole number within bounds, or REPOSITORY_DAMAGED. */
export function integerField(
  object: Record<string, unknown>,
  name: string,
  key: string,
  min: number,
  max: number,
): number {
  const value = object[name];
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw repositoryError("REPOSITORY_DAMAGED", `${key}: field ${name} is not a whole number from ${min} to ${max}`, {
    object: key,
  });
}
