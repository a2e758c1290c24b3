/**
 * The one error class of the product and the way catalogues of codes are declared.
 * Every wing declares its own catalogue; nothing else throws.
 */

/** Who has to act: the caller, whoever operates the surroundings (network, disk, key policy), or us. */
export type Fault = "user" | "operational" | "bug";

/** `never`: same input fails again. `soon`: transient, back off and retry. `later`: retry after someone acted. */
export type Retry = "never" | "soon" | "later";

/** Reasons a job carries for its failure; the first five are the product's published ones. */
export type StatusReason =
  | "SourceUnreachable"
  | "SnapshotFailed"
  | "EncryptionKeyAccessDenied"
  | "StorageQuotaExceeded"
  | "NetworkTimeout"
  | "StorageUnavailable"
  | "SourceChanged"
  | "RepositoryDamaged"
  | "TargetNotWritable"
  | "Cancelled"
  | "InvalidRequest"
  | "InternalError";

export interface ErrorSpec {
  readonly fault: Fault;
  readonly retry: Retry;
  /** What the reader should do now, in one or two sentences. */
  readonly guidance: string;
  readonly status_reason?: StatusReason;
  /** HTTP status the API answers with; by default derived from `fault`. */
  readonly http?: number;
}

/** Values that help to act on the error. Never secrets. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

export class HoldfastError extends Error {
  readonly code: string;
  readonly spec: ErrorSpec;
  readonly context: ErrorContext;
  override readonly name = "HoldfastError";

  constructor(code: string, spec: ErrorSpec, message: string, context: ErrorContext = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.spec = spec;
    this.context = context;
  }

  get fault(): Fault {
    return this.spec.fault;
  }

  get retry(): Retry {
    return this.spec.retry;
  }

  get guidance(): string {
    return this.spec.guidance;
  }

  get status_reason(): StatusReason {
    return this.spec.status_reason ?? (this.spec.fault === "user" ? "InvalidRequest" : "InternalError");
  }

  /** Plain data, as it crosses a thread or a wire. */
  toJSON(): SerializedError {
    return {
      code: this.code,
      fault: this.fault,
      retry: this.retry,
      status_reason: this.status_reason,
      message: this.message,
      fix: this.guidance,
      context: this.context,
    };
  }
}

export interface SerializedError {
  readonly code: string;
  readonly fault: Fault;
  readonly retry: Retry;
  readonly status_reason: StatusReason;
  readonly message: string;
  readonly fix: string;
  readonly context: ErrorContext;
}

/** Rebuilds an error that crossed a thread or a process boundary as {@link SerializedError}. */
export function deserializeError(data: SerializedError): HoldfastError {
  const spec: ErrorSpec = {
    fault: data.fault,
    retry: data.retry,
    guidance: data.fix,
    status_reason: data.status_reason,
  };
  return new HoldfastError(data.code, spec, data.message, data.context);
}

/**
 * Declares a catalogue and returns its throw helper.
 *
 * @example
 *   const storeError = errorCatalogue({ STORE_NOT_FOUND: { fault: "operational", retry: "never", guidance: "…" } });
 *   throw storeError("STORE_NOT_FOUND", `no object ${key}`, { key });
 */
export function errorCatalogue<const T extends Record<string, ErrorSpec>>(specs: T) {
  return function make(
    code: keyof T & string,
    message: string,
    context?: ErrorContext,
    cause?: unknown,
  ): HoldfastError {
    const spec = specs[code];
    if (spec === undefined) throw new Error(`error code ${code} is not in its catalogue`);
    return new HoldfastError(code, spec, message, context, cause);
  };
}

/** Is this error the one with the given code? */
export function hasCode(error: unknown, code: string): error is HoldfastError {
  return error instanceof HoldfastError && error.code === code;
}

const internalSpec: ErrorSpec = {
  fault: "bug",
  retry: "never",
  guidance: "This is a defect in Holdfast. Please report it with the log of this run.",
  status_reason: "InternalError",
};

/** Turns anything thrown into a HoldfastError, so that a handler has one shape to deal with. */
export function asHoldfastError(error: unknown): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new HoldfastError("INTERNAL", internalSpec, message, {}, error);
}
