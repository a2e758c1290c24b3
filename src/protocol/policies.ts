import * as z from "zod";
import { attachmentSchema, attachmentTargetSchema, policySchema } from "../model/index.ts";

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
