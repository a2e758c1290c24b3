import { STATUS_CODES } from "node:http";
import * as z from "zod";
import type { HoldfastError } from "../base/index.ts";

/**
 * RFC 9457 problem details with our members: what `application/problem+json` answers hold, and the CLI's `--json`
 * errors.
 */
export const problemSchema = z.object({
  /** `urn:holdfast:error:` and the code in lower case. */
  type: z.string(),
  /** The status in words. */
  title: z.string(),
  status: z.number().int(),
  /** What went wrong, naming the input. */
  detail: z.string(),
  /** Stable: the one to switch on. */
  code: z.string(),
  /** The same request may succeed later without anyone changing it. */
  retryable: z.boolean(),
  /** What to do now. */
  fix: z.string(),
  status_reason: z.string(),
  context: z.record(z.string(), z.unknown()),
  /** Id of the request, to find it in the server's log. */
  instance: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

export const PROBLEM_CONTENT_TYPE = "application/problem+json";

/** The HTTP status an error is answered with: its own, else by who has to act. */
export function statusOf(error: HoldfastError): number {
  if (error.spec.http !== undefined) return error.spec.http;
  if (error.fault === "user") return 400;
  return error.fault === "operational" ? 503 : 500;
}

/**
 * An error as problem details. A defect's message may hold anything, so it stays in the log when `hide_bugs` is set.
 */
export function problemOf(error: HoldfastError, options: { instance?: string; hide_bugs?: boolean } = {}): Problem {
  const status = statusOf(error);
  const hidden = options.hide_bugs === true && error.fault === "bug";
  return {
    type: `urn:holdfast:error:${error.code.toLowerCase()}`,
    title: STATUS_CODES[status] ?? "Error",
    status,
    detail: hidden ? "an unexpected error; the server's log has the details" : error.message,
    code: error.code,
    retryable: error.retry !== "never",
    fix: error.guidance,
    status_reason: error.status_reason,
    context: hidden ? {} : { ...error.context },
    ...(options.instance === undefined ? {} : { instance: options.instance }),
  };
}
