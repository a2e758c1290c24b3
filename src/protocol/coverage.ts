import * as z from "zod";
import { instantSchema, tagsSchema, workloadTypeSchema } from "../model/index.ts";

export const coverageQuerySchema = z.strictObject({
  project: z.string().max(128).optional().describe("Id or name; without it all projects"),
});

export const workloadCoverageSchema = z.object({
  workload_id: z.string(),
  name: z.string(),
  type: workloadTypeSchema,
  project: z.string(),
  tags: tagsSchema,
  status: z.enum(["protected", "excepted", "at_risk"]),
  policies: z.array(z.object({ name: z.string(), reasons: z.array(z.string()) })),
  rpo_seconds: z.number().nullable(),
  last_good_backup: z.object({ id: z.string(), created_at: instantSchema, age_seconds: z.number() }).nullable(),
  /** Null when no policy sets one. */
  rpo_met: z.boolean().nullable(),
  next_run_at: instantSchema.nullable(),
  exception: z
    .object({ owner: z.string().nullable(), reason: z.string().nullable(), expires_at: z.string().nullable() })
    .nullable(),
  findings: z.array(
    z.object({ code: z.string(), level: z.enum(["risk", "warning"]), message: z.string(), fix: z.string() }),
  ),
});
export type WorkloadCoverageView = z.infer<typeof workloadCoverageSchema>;

/** Is everything protected, and if not, why not and what to do. */
export const coverageSchema = z.object({
  generated_at: instantSchema,
  project: z.string().nullable(),
  totals: z.object({
    workloads: z.number().int(),
    protected: z.number().int(),
    excepted: z.number().int(),
    at_risk: z.number().int(),
  }),
  /** Ids or names of tagged workloads that no policy matches. */
  uncovered: z.array(z.string()),
  workloads: z.array(workloadCoverageSchema),
});
export type CoverageView = z.infer<typeof coverageSchema>;
