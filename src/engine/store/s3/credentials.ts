import { readFile } from "node:fs/promises";
import type { Clock } from "../../../base/index.ts";
import { storeError } from "../errors.ts";
import type { S3Credentials } from "../port.ts";

/** A file's credentials are read anew after this long, so that replacing them needs no restart. */
const FILE_FRESH_MS = 5 * 60_000;

export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/**
 * Follows the reference of a store's config. The secrets stay in the client; no message and no context names them.
 * @throws STORE_BAD_CONFIG when the variables or the file are not there, or incomplete
 */
export async function readCredentials(source: S3Credentials, clock: Clock): Promise<AccessKeys> {
  if (source.from === "env") {
    const name = source.name;
    // The one place outside the apps that reads the environment: workers open stores from plain data without secrets.
    const { [`${name}_ACCESS_KEY_ID`]: id, [`${name}_SECRET_ACCESS_KEY`]: secret } = process.env;
    const token = process.env[`${name}_SESSION_TOKEN`];
    return complete(id, secret, token, `the environment variables ${name}_ACCESS_KEY_ID and ${name}_SECRET_ACCESS_KEY`);
  }
  const profile = source.profile ?? "default";
  const where = `profile ${profile} of ${source.path}`;
  const values = profileOf(await readText(source.path), profile);
  const keys = complete(
    values.get("aws_access_key_id"),
    values.get("aws_secret_access_key"),
    values.get("aws_session_token"),
    where,
  );
  return { ...keys, expiration: new Date(clock.now_ms() + FILE_FRESH_MS) };
}

function complete(
  id: string | undefined,
  secret: string | undefined,
  token: string | undefined,
  where: string,
): AccessKeys {
  if (id === undefined || id === "" || secret === undefined || secret === "") {
    throw storeError("STORE_BAD_CONFIG", `no credentials for S3: ${where} do not give an access key and its secret`);
  }
  const keys = { accessKeyId: id, secretAccessKey: secret };
  return token === undefined || token === "" ? keys : { ...keys, sessionToken: token };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw storeError("STORE_BAD_CONFIG", `the credentials file cannot be read: ${reason}`, { path }, error);
  }
}

/** The `key = value` lines below `[profile]`. */
function profileOf(text: string, profile: string): Map<string, string> {
  const values = new Map<string, string>();
  let inside = false;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]/.exec(line);
    if (section !== null) inside = section[1] === profile;
    const pair = /^\s*([a-z_]+)\s*=\s*(\S+)\s*$/i.exec(line);
    if (inside && pair !== null) values.set((pair[1] as string).toLowerCase(), pair[2] as string);
  }
  return values;
}
