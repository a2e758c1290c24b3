import { readFile } from "node:fs/promises";
import { configError } from "./errors.ts";

/**
 * Where a secret is kept: an environment variable of the server, or a file only it can read. Never the secret itself.
 */
export const SECRET_REF = /^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/.+)$/;

/** Follows a reference. @throws CONFIG_SECRET_MISSING */
export async function readSecret(
  ref: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string> {
  const colon = ref.indexOf(":");
  const [kind, place] = [ref.slice(0, colon), ref.slice(colon + 1)];
  let secret: string | undefined;
  try {
    secret = kind === "env" ? env[place] : (await readFile(place, "utf8")).trim();
  } catch (error) {
    throw configError("CONFIG_SECRET_MISSING", `the secret ${ref} cannot be read`, { ref }, error);
  }
  if (secret === undefined || secret === "")
    throw configError("CONFIG_SECRET_MISSING", `there is no secret ${ref}`, { ref });
  return secret;
}
