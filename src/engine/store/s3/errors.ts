import { HoldfastError } from "../../../base/index.ts";
import { asStoreError, errnoOf, storeError } from "../errors.ts";

/** What the service called its refusal, and with which HTTP status. */
export interface Refusal {
  readonly name: string;
  readonly status: number | undefined;
  readonly message: string;
}

const forbidden = new Set([
  "AccessDenied",
  "Forbidden",
  "AllAccessDisabled",
  "AccountProblem",
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "ExpiredToken",
  "InvalidToken",
  "TokenRefreshRequired",
]);
const full = new Set(["QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded"]);
const damagedOnTheWay = new Set(["BadDigest", "XAmzContentSHA256Mismatch", "InvalidDigest", "IncompleteBody"]);
const timeouts = new Set(["TimeoutError", "RequestTimeout", "RequestTimeoutException"]);
const noLocks = new Set(["ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration"]);

/** Names what a service answered, or what the network did; `undefined` when `error` came from neither. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || error instanceof HoldfastError) return undefined;
  const { $metadata, Code } = error as { $metadata?: { httpStatusCode?: number }; Code?: string };
  return { name: Code ?? error.name, status: $metadata?.httpStatusCode, message: error.message };
}

export function isNotFound(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal !== undefined && (refusal.name === "NoSuchKey" || refusal.name === "NotFound");
}

export function isNoSuchVersion(error: unknown): boolean {
  return isNotFound(error) || refusalOf(error)?.name === "NoSuchVersion";
}

/** A condition (`If-None-Match`) did not hold. */
export function isPreconditionFailed(error: unknown): boolean {
  return refusalOf(error)?.status === 412;
}

export function isForbidden(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal !== undefined && (forbidden.has(refusal.name) || refusal.status === 403);
}

/** Amazon, Ceph and MinIO each word differently that a bucket knows no locks; asked for a lock, it is this. */
export function isLockRefusal(error: unknown): boolean {
  const name = refusalOf(error)?.name ?? "";
  return name === "InvalidRequest" || name === "NotImplemented" || noLocks.has(name);
}

export function isBadRange(error: unknown): boolean {
  return refusalOf(error)?.status === 416;
}

export function isClockSkew(error: unknown): boolean {
  const name = refusalOf(error)?.name;
  return name === "RequestTimeTooSkewed" || name === "RequestExpired" || name === "RequestInTheFuture";
}

/**
 * An error of the catalogue for whatever a request to S3 threw. The client's own error is not kept as the cause: it
 * carries the request with its signature.
 */
export function s3Error(error: unknown, doing: string, store: string): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const refusal = refusalOf(error);
  const name = refusal?.name ?? "";
  const said = refusal === undefined || refusal.message === "UnknownError" ? "" : `: ${refusal.message}`;
  const status = refusal?.status;
  const context = { store, s3_error: name, ...(status === undefined ? {} : { http_status: status }) };
  const make = (code: Parameters<typeof storeError>[0], what: string) =>
    storeError(code, `${what} while ${doing} in ${store}${name === "Error" ? said : ` (${name})${said}`}`, context);

  if (name === "NoSuchBucket") return make("STORE_UNAVAILABLE", "there is no such bucket");
  if (name === "InvalidObjectState") return make("STORE_ARCHIVED", "the object lies in an archive");
  if (full.has(name) || status === 507) {
    return storeError(
      "STORE_QUOTA_EXCEEDED",
      `${doing} in ${store} would pass its quota or its space (${name})`,
      context,
    );
  }
  if (noLocks.has(name)) return make("STORE_LOCK_UNSUPPORTED", "no object locks here");
  if (damagedOnTheWay.has(name)) return make("STORE_CHECKSUM_MISMATCH", "data changed on the way");
  const errno = errnoOf(error);
  // The client calls a broken connection a time-out as well.
  const broken = errno === "ECONNRESET" || errno === "EPIPE";
  if ((timeouts.has(name) && !broken) || status === 408 || status === 504)
    return make("STORE_TIMEOUT", "no answer in time");
  if (isClockSkew(error)) return make("STORE_UNAVAILABLE", "this machine's clock and the storage's differ");
  if (isForbidden(error)) return make("STORE_FORBIDDEN", "access denied");
  if (errno !== undefined && isTlsProblem(errno)) return make("STORE_INSECURE", "no trustworthy connection");
  if (errno !== undefined) return asStoreError(new PlainError(error, errno), `${doing} in ${store}`, { store });
  return make("STORE_UNAVAILABLE", status === undefined ? "no usable answer" : `the storage answered ${status}`);
}

function isTlsProblem(errno: string): boolean {
  return /^(ERR_SSL|ERR_TLS|CERT_|EPROTO|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/.test(errno);
}

/** Message and code of a client's error, without the request that hangs on it. */
class PlainError extends Error {
  readonly code: string;
  constructor(error: unknown, code: string) {
    super(error instanceof Error ? error.message : String(error));
    this.code = code;
  }
}
