import type { S3Client } from "@aws-sdk/client-s3";
import type { Clock } from "../../base/index.ts";
import type { S3StoreConfig } from "./port.ts";

/**
 * A client of the service for what is no store, with a store's credentials, authorities and time limits. It comes with
 * the first call: a command that works on a folder does not pay for loading it.
 * @throws STORE_BAD_CONFIG
 */
export async function openS3Client(config: S3StoreConfig, clock: Clock): Promise<S3Client> {
  const { createClient, defaultTimeouts } = await import("./s3/client.ts");
  return createClient(config, clock, defaultTimeouts);
}
