import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Clock } from "../../../base/index.ts";
import { storeError } from "../errors.ts";
import type { S3StoreConfig } from "../port.ts";
import { readCredentials } from "./credentials.ts";

export interface S3Timeouts {
  readonly connect_ms: number;
  /** Nothing moves on the connection, in either direction. */
  readonly idle_ms: number;
  /** A request without an object's content. */
  readonly request_ms: number;
  /** A request with content. 16 MiB at 256 kbit/s take nine minutes. */
  readonly transfer_ms: number;
}

export const defaultTimeouts: S3Timeouts = {
  connect_ms: 10_000,
  idle_ms: 60_000,
  request_ms: 60_000,
  transfer_ms: 600_000,
};

const CONNECTIONS_MAX = 32;
/** How the client keeps what a response's headers said, beside its own notes. */
const DATE = "holdfast_date_ms";

/**
 * The client of a store. It never retries: the store's retry decorator does, with its own bounds and by kind of error.
 * @throws STORE_BAD_CONFIG
 */
export async function createClient(config: S3StoreConfig, clock: Clock, timeouts: S3Timeouts): Promise<S3Client> {
  const endpoint = config.endpoint === undefined ? undefined : checkEndpoint(config.endpoint);
  await readCredentials(config.credentials, clock); // missing ones are told at once, not at the first request
  const { ca } = authoritiesOf(config);
  const agent = { keepAlive: true, maxSockets: CONNECTIONS_MAX };
  const client = new S3Client({
    region: config.s3_region ?? "us-east-1",
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: config.path_style ?? endpoint !== undefined,
    credentials: () => readCredentials(config.credentials, clock),
    maxAttempts: 1,
    // We send and check SHA-256 ourselves; the client's default, CRC32 in trailers, older services do not understand.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: new NodeHttpHandler({
      connectionTimeout: timeouts.connect_ms,
      socketTimeout: timeouts.idle_ms,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent({ ...agent, minVersion: "TLSv1.3", ...(ca === undefined ? {} : { ca }) }),
      socketAcquisitionWarningTimeout: timeouts.transfer_ms,
    }),
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { headers?: Record<string, string> };
      const date_ms = Date.parse(headers?.["date"] ?? "");
      if (result.output !== undefined && !Number.isNaN(date_ms))
        Object.assign(result.output.$metadata, { [DATE]: date_ms });
      return result;
    },
    { step: "deserialize", priority: "high", name: "keepServiceDate" },
  );
  // Requests are signed over the SHA-256 that we computed from the body, so every service refuses another body.
  client.middlewareStack.add(
    (next) => (args) => {
      const { ChecksumSHA256: digest } = args.input as { ChecksumSHA256?: string };
      const { headers } = args.request as { headers: Record<string, string> };
      if (digest !== undefined) headers["x-amz-content-sha256"] = Buffer.from(digest, "base64").toString("hex");
      return next(args);
    },
    { step: "build", name: "signBodyHash" },
  );
  return client;
}

/** The service's own time at its answer, to the second: it is what its locks go by. */
export function serviceTime(output: { readonly $metadata: object }): number | undefined {
  const date_ms = (output.$metadata as Record<string, unknown>)[DATE];
  return typeof date_ms === "number" ? date_ms : undefined;
}

export function sha256(parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

function checkEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw storeError("STORE_BAD_CONFIG", "the endpoint of an S3 store is an address such as https://s3.example.org");
  }
  if (url.username !== "" || url.password !== "") {
    throw storeError("STORE_BAD_CONFIG", `the endpoint ${url.host} carries credentials; they never belong into it`);
  }
  if (url.protocol === "http:" && !loopback.has(url.hostname)) {
    throw storeError("STORE_BAD_CONFIG", `${endpoint}: without TLS only this machine itself is spoken to`, {
      endpoint,
    });
  }
  return url.href;
}

/** What is trusted instead of the system's authorities, if anything. @throws STORE_BAD_CONFIG */
export function authoritiesOf({ ca_file: path }: S3StoreConfig): { readonly ca?: string } {
  if (path === undefined) return {};
  try {
    return { ca: readFileSync(path, "utf8") };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw storeError("STORE_BAD_CONFIG", `the file of certificate authorities cannot be read: ${reason}`, { path });
  }
}
