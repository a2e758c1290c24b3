import { keyError } from "./errors.ts";

export type CanonicalValue =
  | string
  | number
  | null
  | readonly CanonicalValue[]
  | { readonly [name: string]: CanonicalValue | undefined };

/**
 * The one spelling of a value that is authenticated: JSON without white space, members sorted by the UTF-16 code units
 * of their names, `undefined` members left out, only safe integers for numbers, strings as JSON.stringify writes them.
 */
export function canonicalJson(value: CanonicalValue): string {
  if (value === null || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw keyError("KEY_REQUEST_INVALID", `${value} is not a whole number`);
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members: string[] = [];
  const record = value as { readonly [name: string]: CanonicalValue | undefined };
  for (const name of Object.keys(record).sort()) {
    const member = record[name];
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${canonicalJson(member)}`);
  }
  return `{${members.join(",")}}`;
}
