import { readFile, writeFile } from "node:fs/promises";
import type { Random } from "../../base/index.ts";
import { createOidc, createSeal, SEAL_KEY_BYTES } from "../../control/access/index.ts";
import type { OidcProvider, Seal } from "../../control/access/index.ts";
import { type Config, readSecret } from "../../platform/config/index.ts";
import { serverError } from "./errors.ts";
import type { Layout } from "./layout.ts";

/** With the key that the configuration names, or one that the first start makes. @throws SERVER_SEAL_KEY_INVALID */
export async function loadSeal(layout: Layout, { seal_key }: Config, random: Random): Promise<Seal> {
  const text = seal_key === undefined ? await keptKey(layout.seal_key, random) : await readSecret(seal_key);
  const key = Buffer.from(text.trim(), "base64");
  if (key.length !== SEAL_KEY_BYTES) {
    const place = seal_key ?? layout.seal_key;
    const message = `${place} holds ${key.length} bytes in base64, not ${SEAL_KEY_BYTES}`;
    throw serverError("SERVER_SEAL_KEY_INVALID", message, { place });
  }
  return createSeal(key, random);
}

async function keptKey(path: string, random: Random): Promise<string> {
  const made = `${Buffer.from(random.bytes(SEAL_KEY_BYTES)).toString("base64")}\n`;
  try {
    await writeFile(path, made, { flag: "wx", mode: 0o600, flush: true });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return readFile(path, "utf8");
  }
}

/** Undefined: nobody signs in elsewhere. @throws CONFIG_SECRET_MISSING */
export async function openOidc({ oidc }: Config): Promise<OidcProvider | undefined> {
  if (oidc === undefined) return undefined;
  const { client_secret, required_groups, ...settings } = oidc;
  return createOidc({
    ...settings,
    client_secret: client_secret === undefined ? undefined : await readSecret(client_secret),
    required_groups: required_groups
      .split(",")
      .map((group) => group.trim())
      .filter((group) => group !== ""),
  });
}
