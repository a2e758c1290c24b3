import * as z from "zod";

export const PAGE_SIZE_DEFAULT = 100;
export const PAGE_SIZE_MAX = 1000;

/** What every list takes. */
export const listQuerySchema = z.strictObject({
  page_size: z.coerce
    .number()
    .int()
    .min(1)
    .max(PAGE_SIZE_MAX)
    .default(PAGE_SIZE_DEFAULT)
    .describe("How many items at most"),
  page_token: z
    .string()
    .max(2048)
    .optional()
    .describe("`next_page_token` of the page before; filter and order must stay the same"),
  filter: z
    .string()
    .max(2048)
    .optional()
    .describe(
      'Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…"',
    ),
  order_by: z.string().max(64).optional().describe("A field and a direction, e.g. `created_at desc`"),
});
export type ListQuery = z.infer<typeof listQuerySchema>;

/** A page of a list. */
export function pageSchema<S extends z.ZodType>(item: S) {
  return z.object({
    items: z.array(item),
    /** Null on the last page. */
    next_page_token: z.string().nullable(),
  });
}

export interface Page<T> {
  readonly items: T[];
  readonly next_page_token: string | null;
}

/** What every mutation takes. */
export const mutationQuerySchema = z.strictObject({
  dry_run: z
    .enum(["true", "false"])
    .default("false")
    .describe("`true`: check and answer as if it had been done, and change nothing"),
});

/** Of a POST. */
export const idempotencyHeadersSchema = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/, "1 to 128 printable characters without spaces")
    .optional()
    .describe("A repeated request with the same key gets the first one's answer; kept for 24 hours"),
});

/** Of an edit. */
export const editHeadersSchema = z.object({
  "if-match": z
    .string()
    .regex(/^"?\d{1,9}"?$/, 'a revision such as "3"')
    .optional()
    .describe("Refuse unless the object still is at this revision"),
});

/** An id, or for what has one the name. */
export const idParamsSchema = z.strictObject({ id: z.string().min(1).max(128) });

/** What long work answers with (202): follow it at `/v1/jobs/{id}` or `/v1/jobs/{id}/events`. */
export const acceptedSchema = z.object({
  job_id: z.string(),
  /** Id of what the job makes, when it is known already. */
  resource_id: z.string().nullable(),
});
export type Accepted = z.infer<typeof acceptedSchema>;
