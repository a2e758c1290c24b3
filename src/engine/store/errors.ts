import { type ErrorContext, errorCatalogue, HoldfastError } from "../../base/index.ts";

/** Everything a store rejects with. */
export const storeError = errorCatalogue({
  STORE_NOT_FOUND: {
    fault: "operational",
    retry: "never",
    guidance: "The object is not in this store. If backups refer to it, run a verification and repair from a copy.",
    status_reason: "RepositoryDamaged",
    http: 404,
  },
  STORE_ALREADY_EXISTS: {
    fault: "operational",
    retry: "never",
    guidance: "Another writer stored this object first. Read it, or choose another key.",
    http: 409,
  },
  STORE_LOCKED: {
    fault: "user",
    retry: "never",
    guidance:
      "The object is immutable until the date named. Wait for it; a COMPLIANCE lock cannot be lifted by anyone.",
    http: 409,
  },
  STORE_SHORT_OBJECT: {
    fault: "operational",
    retry: "never",
    guidance: "The object is shorter than what was written. Run a verification and repair from a copy.",
    status_reason: "RepositoryDamaged",
  },
  STORE_QUOTA_EXCEEDED: {
    fault: "operational",
    retry: "later",
    guidance: "The region's storage is full. Raise its quota or free space, then run the job again.",
    status_reason: "StorageQuotaExceeded",
    http: 507,
  },
  STORE_TIMEOUT: {
    fault: "operational",
    retry: "soon",
    guidance: "The storage did not answer in time. Check the network and the load of the storage.",
    status_reason: "NetworkTimeout",
    http: 504,
  },
  STORE_UNAVAILABLE: {
    fault: "operational",
    retry: "soon",
    guidance: "Check that the region's storage is mounted, healthy and writable by the user that runs Holdfast.",
    status_reason: "StorageUnavailable",
    http: 503,
  },
  STORE_CHECKSUM_MISMATCH: {
    fault: "operational",
    retry: "soon",
    guidance:
      "What arrived is not what was sent. When it happens again, the object is damaged or something on the network " +
      "changes data: run a verification and repair from a copy.",
    status_reason: "RepositoryDamaged",
  },
  STORE_FORBIDDEN: {
    fault: "operational",
    retry: "later",
    guidance:
      "The storage knows the credentials not, or allows them too little. `baas region test` says what is missing; " +
      "docs/stores.md has the smallest policy that suffices.",
    status_reason: "StorageUnavailable",
    http: 502,
  },
  STORE_INSECURE: {
    fault: "operational",
    retry: "later",
    guidance:
      "Holdfast speaks TLS 1.3 with storage and checks its certificate. Name the authority that signed it (`--ca`), " +
      "or switch TLS 1.3 on at the storage.",
    status_reason: "StorageUnavailable",
    http: 502,
  },
  STORE_LOCK_UNSUPPORTED: {
    fault: "user",
    retry: "never",
    guidance:
      "The bucket was made without Object Lock, or the storage has none. Make a bucket with Object Lock (it cannot be " +
      "added later everywhere), or use a policy without immutability.",
    http: 409,
  },
  STORE_BAD_CONFIG: {
    fault: "user",
    retry: "never",
    guidance: "Correct what the message names; docs/stores.md says how a store is configured.",
    http: 400,
  },
  STORE_ARCHIVED: {
    fault: "operational",
    retry: "later",
    guidance: "The object lies in an archive class and cannot be read at once. Have it thawed first.",
    status_reason: "StorageUnavailable",
    http: 409,
  },
  STORE_OVERLOADED: {
    fault: "operational",
    retry: "soon",
    guidance: "Too many operations wait for this store. Lower the concurrency of the jobs or raise the store's limit.",
    status_reason: "StorageUnavailable",
    http: 503,
  },
  STORE_CLOCK_BEHIND: {
    fault: "operational",
    retry: "later",
    guidance:
      "The machine's clock is behind a time this store has already seen. Set the clock right; if the earlier time " +
      "was the wrong one, remove `.state/clock.json` from the store's folder.",
    status_reason: "StorageUnavailable",
  },
  STORE_BAD_KEY: {
    fault: "bug",
    retry: "never",
    guidance: "Keys are `/`-separated segments of A-Z a-z 0-9 . _ - and are never the folder of another key.",
  },
  STORE_BAD_REQUEST: {
    fault: "bug",
    retry: "never",
    guidance: "Ranges are non-negative whole bytes; a lock's date lies in the future.",
  },
  STORE_DAMAGED: {
    fault: "operational",
    retry: "never",
    guidance:
      "Something in the store's folder is not what the store wrote there. Inspect the path named in the message.",
    status_reason: "RepositoryDamaged",
  },
  STORE_READ_ONLY: {
    fault: "operational",
    retry: "never",
    guidance: "This store was opened for reading. Open the region for writing to change it.",
    status_reason: "TargetNotWritable",
  },
  STORE_ABORTED: {
    fault: "user",
    retry: "never",
    guidance: "The operation was cancelled. Start it again when it is wanted.",
    status_reason: "Cancelled",
  },
  STORE_CLOSED: {
    fault: "bug",
    retry: "never",
    guidance: "The store was closed while it was still in use. This is a defect in Holdfast; please report it.",
    status_reason: "InternalError",
  },
});

const quotaErrnos = new Set(["ENOSPC", "EDQUOT"]);
const timeoutErrnos = new Set(["ETIMEDOUT", "ETIME"]);
const permissionErrnos = new Set(["EACCES", "EPERM", "EROFS"]);

/** The operating system's code (`ENOSPC`, …) when `error` carries one. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** An error in the shape the operating system's have, where no system call made one. */
export function errnoError(code: string, path: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}, '${path}'`), { code, path });
}

/** Turns whatever an operation threw into an error of the catalogue; those already in it pass unchanged. */
export function asStoreError(error: unknown, doing: string, context: ErrorContext): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const errno = errnoOf(error);
  const reason = error instanceof Error ? error.message : String(error);
  const details = errno === undefined ? context : { ...context, errno };
  if (errno !== undefined && quotaErrnos.has(errno)) {
    return storeError("STORE_QUOTA_EXCEEDED", `no space left while ${doing}: ${reason}`, details, error);
  }
  if (errno !== undefined && timeoutErrnos.has(errno)) {
    return storeError("STORE_TIMEOUT", `no answer in time while ${doing}: ${reason}`, details, error);
  }
  if (errno !== undefined && permissionErrnos.has(errno)) {
    return storeError("STORE_UNAVAILABLE", `permission denied while ${doing}: ${reason}`, details, error);
  }
  return storeError("STORE_UNAVAILABLE", `failed while ${doing}: ${reason}`, details, error);
}

/** Rejects with STORE_ABORTED when the caller gave up. */
export function throwIfAborted(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted) throw storeError("STORE_ABORTED", `cancelled while ${doing}`, {}, signal.reason);
}
