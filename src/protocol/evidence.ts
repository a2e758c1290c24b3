import * as z from "zod";
import { instantSchema } from "../model/index.ts";

const daySchema = z.iso.date();

export const evidenceExportQuerySchema = z.strictObject({
  from: daySchema.optional().describe("First UTC day; without it from the beginning"),
  to: daySchema.optional().describe("Last UTC day; without it until now"),
  project: z.string().max(128).optional().describe("Id or name: of other projects' records only the hashes are shown"),
});

/** The newest daily head, and what an auditor pins. */
export const evidenceHeadSchema = z.object({
  fingerprint: z.string(),
  public_key: z.record(z.string(), z.unknown()),
  /** Null before the first day has ended. */
  day: z.string().nullable(),
  tree_size: z.number().int(),
  root_hash: z.string().nullable(),
  jws: z.string().nullable(),
  signed_at: instantSchema.nullable(),
  /** Names of the regions that hold this head. */
  published_in: z.array(z.string()),
  /** Leaves so far, those after the head included, and facts that are not leaves yet. */
  leaves: z.number().int(),
  pending: z.number().int(),
});
export type EvidenceHeadView = z.infer<typeof evidenceHeadSchema>;

export const evidenceBundleSchema = z.object({
  format: z.string(),
  exported_at: instantSchema,
  public_key: z.record(z.string(), z.unknown()),
  first_index: z.number().int(),
  heads: z.array(z.string()),
  consistency: z.array(z.array(z.string())),
  records: z.array(
    z.object({
      index: z.number().int(),
      record: z.string().nullable(),
      leaf_hash: z.string().optional(),
      proof: z.array(z.string()),
    }),
  ),
});
