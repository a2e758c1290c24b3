import * as z from "zod";
import { attachmentSchema, attachmentTargetSchema, instantSchema, policySchema } from "../model/index.ts";

/** As users write it. Checked by the policy room, whose errors name line and field. */
const yamlSchema = z.string().min(1).max(65_536);
const specSchema = z.record(z.string(), z.unknown());

/** Exactly one of the two. */
const policyBodySchema = z.union([
  z.strictObject({ yaml: yamlSchema.describe("The policy as YAML; errors name line and field") }),
  z.strictObject({ spec: specSchema.describe("The policy as JSON") }),
]);

export const createPolicyRequestSchema = policyBodySchema;

export const updatePolicyRequestSchema = z.union([
  ...policyBodySchema.options,
  z.strictObject({
    changes: specSchema.describe('Given fields replace, mappings merge, null removes; e.g. `{"immutable": true}`'),
  }),
]);

export const policyViewSchema = policySchema.extend({
  /** How old the last good backup may be, in seconds: what the policy says, else what its schedule promises. */
  rpo_seconds: z.number(),
  attachment_count: z.number().int(),
});
export type PolicyView = z.infer<typeof policyViewSchema>;

export const createAttachmentRequestSchema = z.strictObject({
  /** Id or name. */
  policy: z.string().min(1).max(128),
  target: z
    .strictObject({
      /** Id or name. */
      project: z.string().min(1).max(128).optional(),
      types: attachmentTargetSchema.shape.types,
      names: attachmentTargetSchema.shape.names,
      selectors: attachmentTargetSchema.shape.selectors,
    })
    .refine((target) => Object.keys(target).length > 0, "name a project, a type, a workload or a tag selector"),
});

export const attachmentViewSchema = attachmentSchema.extend({
  /** The target in words. */
  target_text: z.string(),
});
export type AttachmentView = z.infer<typeof attachmentViewSchema>;

/** Every version of a policy, newest first. */
export const policyVersionsSchema = z.object({
  items: z.array(z.object({ version: z.number().int(), spec: policySchema.shape.spec, created_at: instantSchema })),
});

/** Of an attachment's preview: one that would be made, or removed. */
export const previewAttachmentRequestSchema = z.union([
  createAttachmentRequestSchema,
  z.strictObject({ remove: z.string().min(1).max(128).describe("Id of an attachment") }),
]);

const previewedSchema = z.object({ workload_id: z.string(), name: z.string() });

export const attachmentPreviewSchema = z.object({
  policy: z.string(),
  added_total: z.number().int(),
  removed_total: z.number().int(),
  unchanged_total: z.number().int(),
  /** The first 100. */
  added: z.array(previewedSchema),
  removed: z.array(previewedSchema),
  /** Workloads that have a policy now and would have none. */
  left_bare_total: z.number().int(),
});
export type AttachmentPreviewView = z.infer<typeof attachmentPreviewSchema>;
