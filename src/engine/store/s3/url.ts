import { storeError } from "../errors.ts";

/** Where in S3 something lies: `s3://bucket/prefix`. */
export interface S3Place {
  readonly bucket: string;
  /** Empty, or ends with `/`. */
  readonly prefix: string;
}

/**
 * Reads `s3://bucket[/prefix]`. Credentials, addresses and options do not belong into it.
 * @throws STORE_BAD_CONFIG; what might be a secret is not repeated
 */
export function parseS3Url(text: string): S3Place {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([A-Za-z0-9._/-]*))?$/.exec(text);
  if (match === null) {
    const shown = text.includes("@") || text.includes("?") ? "the address given" : text;
    throw storeError("STORE_BAD_CONFIG", `${shown} is not of the form s3://bucket/prefix`);
  }
  const path = (match[2] ?? "").replace(/^\/+|\/+$/g, "");
  return { bucket: match[1] as string, prefix: path === "" ? "" : `${path}/` };
}
