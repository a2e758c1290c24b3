import * as z from "zod";
import { instantSchema, nameSchema } from "./common.ts";
import { workloadTypeSchema } from "./inventory.ts";

/**
 * Which workloads an attachment covers: those that meet every field that is given. At least one must be.
 * Several `selectors` are alternatives (OR); the terms inside one (`env=prod,tier=1`) must all hold.
 */
export const attachmentTargetSchema = z
  .strictObject({
    project_id: z.string().optional(),
    types: z.array(workloadTypeSchema).min(1).optional(),
    /** Names or globs (`web-*`). */
    names: z.array(z.string().min(1)).min(1).optional(),
    selectors: z.array(z.string().min(1)).min(1).optional(),
  })
  .refine((target) => Object.keys(target).length > 0, "name a project, a type, a workload or a tag selector");
export type AttachmentTarget = z.infer<typeof attachmentTargetSchema>;

export const attachmentSchema = z.object({
  id: z.string(),
  policy_id: z.string(),
  policy_name: nameSchema,
  target: attachmentTargetSchema,
  created_at: instantSchema,
});
export type Attachment = z.infer<typeof attachmentSchema>;
