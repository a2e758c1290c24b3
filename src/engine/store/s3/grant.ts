import { PutObjectCommand } from "@aws-sdk/client-s3";
import { storeError } from "../errors.ts";
import type { GrantedContent, PutGrant } from "../port.ts";
import { SHA256_METADATA } from "./read.ts";
import type { Wire } from "./requests.ts";
import type { Head } from "./versions.ts";

/** What the client's own signing is called among its middleware. */
const SIGNING = "httpSigningMiddleware";

/**
 * The put of one content under one key, signed and not sent. A request's signature covers method, key, headers and the
 * SHA-256 of its body, and services refuse one that is a quarter of an hour old: whoever is given it can write exactly
 * this object, as often as they like within that time, and do nothing else.
 */
export async function signPut(
  wire: Wire,
  key: string,
  { sha256, size_bytes }: GrantedContent,
  { if_none_match }: { readonly if_none_match: boolean },
): Promise<PutGrant> {
  const digest = Buffer.from(sha256);
  const command = new PutObjectCommand({
    Bucket: wire.bucket,
    Key: wire.prefix + key,
    ContentLength: size_bytes,
    ChecksumSHA256: digest.toString("base64"),
    Metadata: { [SHA256_METADATA]: digest.toString("hex") },
    ...(if_none_match ? { IfNoneMatch: "*" } : {}),
  });
  let signed: PutGrant | undefined;
  command.middlewareStack.addRelativeTo(
    () => async (args: { readonly request: unknown }) => {
      const { protocol, hostname, port, path, query, headers } = args.request as SignedRequest;
      const url = new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`);
      for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, String(value));
      signed = { url: url.href, headers, ...(wire.ca === undefined ? {} : { ca: wire.ca }) };
      return { response: {}, output: { $metadata: {} } };
    },
    { relation: "after", toMiddleware: SIGNING, name: "keepSigned" },
  );
  await wire.client.send(command);
  if (signed === undefined) throw storeError("STORE_BAD_CONFIG", `requests to ${wire.description} are not signed`);
  return signed;
}

interface SignedRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Is what was found exactly this content? It was stored with its SHA-256, which the service checked. */
export function isContent(found: Head, { sha256, size_bytes }: GrantedContent): boolean {
  const digest = Buffer.from(sha256).toString("hex");
  return found.size_bytes === size_bytes && found.metadata[SHA256_METADATA] === digest;
}
