import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { S3Credentials, S3StoreConfig } from "../../engine/store/index.ts";
import type { CliIo } from "./io.ts";

/** Options that say how an S3 service is reached. */
export interface S3Options {
  readonly endpoint?: string;
  readonly s3Region?: string;
  readonly ca?: string;
  readonly virtualHost?: boolean;
}

/** How people know the place of a store. */
export function placeOf(
  store:
    | { readonly kind: "fs"; readonly path: string }
    | { readonly kind: "s3"; readonly bucket: string; readonly prefix?: string },
): string {
  return store.kind === "fs" ? store.path : `s3://${store.bucket}/${store.prefix ?? ""}`;
}

/**
 * The store of `s3://bucket/prefix`: options first, then the variables that other S3 tools know, too.
 * @throws STORE_BAD_CONFIG
 */
export async function s3ConfigOf(io: CliIo, url: string, options: S3Options): Promise<S3StoreConfig> {
  const { parseS3Url } = await import("../../engine/store/index.ts");
  const { env } = io;
  const endpoint = options.endpoint ?? env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"];
  const s3_region = options.s3Region ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  const ca = options.ca ?? env["AWS_CA_BUNDLE"];
  return {
    kind: "s3",
    ...parseS3Url(url),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(s3_region === undefined ? {} : { s3_region }),
    ...(options.virtualHost === true ? { path_style: false } : {}),
    ...(ca === undefined ? {} : { ca_file: resolve(io.cwd, ca) }),
    credentials: credentialsOf(io),
  };
}

/** AWS_ACCESS_KEY_ID and its kin; without them, the file that other tools read. */
function credentialsOf({ env, cwd }: CliIo): S3Credentials {
  if (env["AWS_ACCESS_KEY_ID"] !== undefined) return { from: "env", name: "AWS" };
  const file = env["AWS_SHARED_CREDENTIALS_FILE"];
  const path = file === undefined ? join(env["HOME"] ?? homedir(), ".aws", "credentials") : resolve(cwd, file);
  const profile = env["AWS_PROFILE"];
  return { from: "file", path, ...(profile === undefined ? {} : { profile }) };
}
