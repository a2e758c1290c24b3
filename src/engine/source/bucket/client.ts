import { GetBucketVersioningCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { type Clock, HoldfastError } from "../../../base/index.ts";
import { openS3Client, type S3StoreConfig } from "../../store/index.ts";
import { bucketError } from "./errors.ts";

/** Which bucket, where, and with whose keys. */
export type BucketPlace = Omit<S3StoreConfig, "kind" | "prefix">;

const TRIES = 5;
const PAUSE_MS = 200;
const TRANSIENT = new Set(["SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "Throttling"]);

/** Speaks to one bucket; what passes is tried again a few times. */
export class BucketClient {
  readonly bucket: string;
  readonly client: S3Client;
  readonly #clock: Clock;

  private constructor(bucket: string, client: S3Client, clock: Clock) {
    this.bucket = bucket;
    this.client = client;
    this.#clock = clock;
  }

  /** @throws STORE_BAD_CONFIG */
  static async open(place: BucketPlace, clock: Clock): Promise<BucketClient> {
    const client = await openS3Client({ kind: "s3", prefix: "", ...place }, clock);
    return new BucketClient(place.bucket, client, clock);
  }

  /** @throws BUCKET_UNREACHABLE, BUCKET_DENIED, and what else the service says, as it is */
  async call<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let tried = 1; ; tried++) {
      try {
        return await work();
      } catch (error) {
        signal?.throwIfAborted();
        if (tried >= TRIES || !passes(error)) throw this.#translate(error);
        await this.#clock.sleep(PAUSE_MS * 2 ** tried, signal);
      }
    }
  }

  /** `undefined`: versions were never kept. */
  async versioning(): Promise<string | undefined> {
    const { bucket: Bucket, client } = this;
    try {
      return (await this.call(() => client.send(new GetBucketVersioningCommand({ Bucket })))).Status;
    } catch (error) {
      if (!(error instanceof S3ServiceException)) throw error;
      const message = `${Bucket}: ${error.name}: ${error.message}`;
      throw bucketError("BUCKET_UNREACHABLE", message, { bucket: Bucket }, error);
    }
  }

  close(): void {
    this.client.destroy();
  }

  #translate(error: unknown): unknown {
    if (error instanceof HoldfastError) return error;
    const context = { bucket: this.bucket };
    if (!(error instanceof S3ServiceException))
      return bucketError("BUCKET_UNREACHABLE", `${this.bucket}: ${(error as Error).message}`, context, error);
    if (error.name === "NoSuchBucket")
      return bucketError("BUCKET_UNREACHABLE", `there is no bucket ${this.bucket}`, context, error);
    const denied = ["AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"].includes(error.name);
    if (denied) return bucketError("BUCKET_DENIED", `${this.bucket}: ${error.name}: ${error.message}`, context, error);
    if (passes(error))
      return bucketError("BUCKET_UNREACHABLE", `${this.bucket}: ${error.name}: ${error.message}`, context, error);
    return error;
  }
}

function passes(error: unknown): boolean {
  if (error instanceof HoldfastError) return false;
  if (!(error instanceof S3ServiceException)) return true; // the connection
  return TRANSIENT.has(error.name) || (error.$metadata.httpStatusCode ?? 0) >= 500;
}

/** The version, or the key, is not there (any more), or is not the one that was listed. */
export function isGone(error: unknown): boolean {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const name = error instanceof S3ServiceException ? error.name : "";
  return status === 404 ? name !== "NoSuchBucket" : status === 405 || status === 412;
}
