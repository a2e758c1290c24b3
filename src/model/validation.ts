import * as z from "zod";

export const validationOutcomes = ["passed", "failed", "noted"] as const;

/** One question to something restored, with what it answered. */
export const validationSchema = z.object({
  name: z.string(),
  /** What was run. */
  query: z.string(),
  value: z.string().nullable(),
  expected: z.string().nullable(),
  /** `noted`: shown, and nothing to hold it against (a row count that may have changed since the backup). */
  outcome: z.enum(validationOutcomes),
  duration_ms: z.number(),
});
export type Validation = z.infer<typeof validationSchema>;
export type ValidationOutcome = Validation["outcome"];
