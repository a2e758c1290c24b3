import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { S3Credentials, S3StoreConfig } from "../../engine/store/index.ts";
import { cliError } from "./errors.ts";
import type { CliIo } from "./io.ts";

/** Options that say how an S3 service is reached. */
export interface S3Options {
  readonly endpoint?: string;
  readonly s3Region?: string;
  readonly ca?: string;
  readonly virtualHost?: boolean;
}

/** Those of commands that tell the server where a bucket is. */
export interface S3RegionOptions extends S3Options {
  readonly credentials?: string;
}

export function s3RegionOptions(command: Command): Command {
  return command
    .option("--endpoint <url>", "address of the S3 service; by default Amazon's")
    .option("--s3-region <name>", "region that the S3 service calls its own")
    .option("--ca <file>", "certificate authorities of the S3 service, PEM, on the server")
    .option("--virtual-host", "the S3 service knows buckets by host name, not by path")
    .option("--credentials <where>", "env:NAME (variables of the server) or file:/path[#profile] on the server");
}

/** The store of a region in a bucket, as the server is told of it. @throws CLI_USAGE, STORE_BAD_CONFIG */
export async function s3RegionOf(io: CliIo, url: string, options: S3RegionOptions) {
  const { parseS3Url } = await import("../../engine/store/index.ts");
  const { endpoint, s3Region, ca, virtualHost } = options;
  return {
    kind: "s3" as const,
    ...parseS3Url(url),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(s3Region === undefined ? {} : { s3_region: s3Region }),
    ...(virtualHost === true ? { path_style: false } : {}),
    ...(ca === undefined ? {} : { ca_file: resolve(io.cwd, ca) }),
    credentials: referenceOf(io, options.credentials),
  };
}

/** `env:NAME` or `file:/path#profile`: where the server finds them. They themselves are never given to a command. */
function referenceOf(io: CliIo, text: string | undefined) {
  const match = /^(env|file):([^#]+)(?:#(.+))?$/.exec(text ?? "");
  const [, from, where, profile] = match ?? [];
  if (from === "env" && where !== undefined) return { from, name: where } as const;
  if (from === "file" && where !== undefined) {
    const path = resolve(io.cwd, where);
    return { from, path, ...(profile === undefined ? {} : { profile }) } as const;
  }
  throw cliError("CLI_USAGE", "--credentials env:NAME or file:/path[#profile] says where the server finds them");
}

/** How people know the place of a store. */
export function placeOf(
  store:
    | { readonly kind: "fs"; readonly path: string }
    | { readonly kind: "s3"; readonly bucket: string; readonly prefix?: string }
    | { readonly kind: "gateway"; readonly url: string },
): string {
  if (store.kind === "gateway") return store.url;
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
