import { readFile } from "node:fs/promises";
import type { SecretRef } from "../../model/index.ts";
import { sourceError } from "./errors.ts";

/**
 * Read each time it is needed, so that a changed password counts from the next use on. @throws SOURCE_SECRET_MISSING
 */
export async function readSecret(reference: SecretRef): Promise<string> {
  if (reference.from === "env") {
    const value = process.env[reference.name];
    if (value === undefined || value === "")
      throw sourceError("SOURCE_SECRET_MISSING", `the variable ${reference.name} is not set`, { name: reference.name });
    return value;
  }
  try {
    return (await readFile(reference.path, "utf8")).replace(/\r?\n$/, "");
  } catch (cause) {
    const message = `${reference.path} cannot be read: ${(cause as Error).message}`;
    throw sourceError("SOURCE_SECRET_MISSING", message, { path: reference.path }, cause);
  }
}
