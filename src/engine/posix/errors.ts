import { errorCatalogue, HoldfastError } from "../../base/index.ts";

const make = errorCatalogue({
  FILE_NOT_FOUND: {
    fault: "operational",
    retry: "never",
    guidance: "Check the path; it may have been removed or renamed meanwhile.",
    status_reason: "SourceUnreachable",
  },
  FILE_ACCESS_DENIED: {
    fault: "operational",
    retry: "later",
    guidance: "Run as a user who may read it (CAP_DAC_READ_SEARCH or root for whole systems), or exclude the path.",
    status_reason: "SourceUnreachable",
  },
  FILE_EXISTS: {
    fault: "user",
    retry: "never",
    guidance: "Choose an empty target, or allow existing files to be replaced.",
    status_reason: "TargetNotWritable",
  },
  FILE_SYSTEM_FULL: {
    fault: "operational",
    retry: "later",
    guidance: "Free space (or raise the quota) on the file system named in the message and run again.",
    status_reason: "TargetNotWritable",
  },
  FILE_IO_ERROR: {
    fault: "operational",
    retry: "later",
    guidance: "The disk or the mount reported an error: look at the kernel log (dmesg) of this host.",
    status_reason: "SourceUnreachable",
  },
  FILE_OPERATION_FAILED: {
    fault: "operational",
    retry: "never",
    guidance: "The operating system refused the call; the message names the call, the path and its errno.",
    status_reason: "SourceUnreachable",
  },
});

const CODES: Record<string, Parameters<typeof make>[0]> = {
  ENOENT: "FILE_NOT_FOUND",
  ENOTDIR: "FILE_NOT_FOUND",
  ESTALE: "FILE_NOT_FOUND",
  EACCES: "FILE_ACCESS_DENIED",
  EPERM: "FILE_ACCESS_DENIED",
  EEXIST: "FILE_EXISTS",
  ENOTEMPTY: "FILE_EXISTS",
  ENOSPC: "FILE_SYSTEM_FULL",
  EDQUOT: "FILE_SYSTEM_FULL",
  EIO: "FILE_IO_ERROR",
  ENODEV: "FILE_IO_ERROR",
  ENXIO: "FILE_IO_ERROR",
};

/** Bytes of a path as text for people: what is no printable UTF-8 shows as \xHH. */
export function displayPath(path: Uint8Array | string): string {
  if (typeof path === "string") return path;
  const bytes = Buffer.from(path.buffer, path.byteOffset, path.length);
  const text = bytes.toString("utf8");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what has to be escaped
  if (!text.includes("\ufffd") && !/[\x00-\x1f\x7f]/.test(text)) return text;
  return bytes
    .toString("latin1")
    .replace(/[^\x20-\x7e]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

export function posixError(operation: string, errno: string, path: Uint8Array | string): HoldfastError {
  const shown = displayPath(path);
  const code = CODES[errno] ?? "FILE_OPERATION_FAILED";
  return make(code, `${operation} ${shown}: ${errno}`, { operation, errno, path: shown });
}

/** The errno a POSIX error carries, or `undefined` for any other error. */
export function errnoOf(error: unknown): string | undefined {
  const errno = error instanceof HoldfastError ? error.context["errno"] : undefined;
  return typeof errno === "string" ? errno : undefined;
}
