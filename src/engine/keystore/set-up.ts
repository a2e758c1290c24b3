import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Clock, Random } from "../../base/index.ts";
import { EVERY_KEY, keyError, type KeyRight } from "../keys/index.ts";
import { type AccessList, accessSchema, createToken } from "./access.ts";
import { ensurePrivateFolder, isFolderUnused, lockFolder, replaceFile, syncFolder } from "./files.ts";
import { createRootSecret, RootSecret } from "./root-secret.ts";

export const KEYSTORE_NAME = "keystore.json";
export const ACCESS_NAME = "access.json";
export const KEYS_FOLDER = "keys";
export const AUDIT_FOLDER = "audit";
/** Where the root secret lies when nothing else is said: convenient, and only as safe as the folder. */
export const ROOT_SECRET_NAME = "root-secret";

export const keystoreSchema = z.strictObject({ format: z.literal(1), created_at: z.iso.datetime() });

/** The server may use keys but change nothing; the administrator may change everything but unwrap nothing. */
const FIRST_PRINCIPALS: Readonly<Record<string, readonly KeyRight[]>> = {
  server: ["wrap", "unwrap", "describe"],
  admin: ["admin", "describe"],
};

export interface PrincipalToken {
  readonly principal: string;
  readonly token: string;
}

interface SetUpOptions {
  readonly dir: string;
  /** The secret's text, or null to create one at `root_secret_file` (which must not exist). */
  readonly root_secret: string | null;
  readonly root_secret_file: string;
  /** Receives the tokens before the folder counts as set up: a crash in between only means to set up again. */
  readonly deliver: (tokens: readonly PrincipalToken[]) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
}

/** Is `dir` a key folder that was set up to the end? */
export async function isSetUp(dir: string): Promise<boolean> {
  return (await readIfExists(join(dir, KEYSTORE_NAME))) !== null;
}

/**
 * Makes `dir` a key folder: root secret, access list with the principals `server` and `admin`, and last the file that
 * marks it complete. An interrupted set-up is begun again; a folder that holds anything else is refused.
 *
 * @returns false when the folder was set up already; then nothing is changed and no token delivered
 * @throws KEY_STORE_UNSAFE, KEY_STORE_LOCKED, KEY_STORE_DAMAGED, KEY_ROOT_SECRET_WRONG
 */
export async function setUpKeyFolder(options: SetUpOptions): Promise<boolean> {
  const { dir, clock, random } = options;
  await ensurePrivateFolder(dir);
  const release = await lockFolder(dir, 0, clock);
  try {
    if (await isSetUp(dir)) return false;
    if (!isFolderUnused(dir, [ACCESS_NAME, ROOT_SECRET_NAME, KEYS_FOLDER, AUDIT_FOLDER])) {
      throw keyError("KEY_STORE_DAMAGED", `${dir} holds files but no ${KEYSTORE_NAME}: it will not be set up anew`);
    }
    const secret = new RootSecret(options.root_secret ?? (await obtainRootSecret(options.root_secret_file, random)));
    const now = new Date(clock.now_ms()).toISOString();
    const tokens: PrincipalToken[] = [];
    const principals = Object.entries(FIRST_PRINCIPALS).map(([principal, rights]) => {
      const { token, token_sha256 } = createToken(random);
      tokens.push({ principal, token });
      return { principal, created_at: now, token_sha256, grants: { [EVERY_KEY]: [...rights] } };
    });
    const access: AccessList = { format: 1, change_id: "set-up", principals };
    await replaceFile(dir, ACCESS_NAME, secret.writeRecord(ACCESS_NAME, accessSchema.parse(access)), random);
    await ensurePrivateFolder(join(dir, KEYS_FOLDER));
    await options.deliver(tokens);
    const keystore = secret.writeRecord(KEYSTORE_NAME, { format: 1, created_at: now });
    await replaceFile(dir, KEYSTORE_NAME, keystore, random);
    return true;
  } finally {
    release();
  }
}

/** A secret that an earlier, interrupted set-up left is taken up again: something may have been told of it. */
async function obtainRootSecret(path: string, random: Random): Promise<string> {
  const existing = await readIfExists(path);
  if (existing !== null) return existing;
  const text = createRootSecret(random);
  await writeFile(path, text, { mode: 0o600, flag: "wx", flush: true });
  await syncFolder(join(path, ".."));
  return text;
}

async function readIfExists(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
