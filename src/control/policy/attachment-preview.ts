import { attachmentTargetSchema } from "../../model/index.ts";
import type { Attachment, AttachmentTarget, Policy } from "../../model/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { everyWorkload } from "../inventory/index.ts";
import { listAttachments } from "./attachments.ts";
import { policyError } from "./errors.ts";
import { getPolicy, listPolicies } from "./policies.ts";
import { compileSelection } from "./selection.ts";
import { parseSelector } from "./selector.ts";

/** A change to what a policy is attached to, not made yet. */
export type AttachmentChange =
  | { readonly policy: string; readonly target: AttachmentTarget }
  | { readonly remove: string };

/** Which workloads a change would bring to a policy, and which it would take from it. */
export interface AttachmentPreview {
  readonly policy: string;
  readonly added_total: number;
  readonly removed_total: number;
  readonly unchanged_total: number;
  /** The first 100. */
  readonly added: readonly PreviewedWorkload[];
  readonly removed: readonly PreviewedWorkload[];
  /** How many workloads would have no policy at all after it that have one now. */
  readonly left_bare_total: number;
}

export interface PreviewedWorkload {
  readonly workload_id: string;
  readonly name: string;
}

const SHOWN_MAX = 100;

/** @throws POLICY_NOT_FOUND, ATTACHMENT_NOT_FOUND, ATTACHMENT_INVALID, SELECTOR_INVALID */
export async function previewAttachment(db: Db, change: AttachmentChange, ports: Ports): Promise<AttachmentPreview> {
  const now_ms = ports.clock.now_ms();
  const policies = await listPolicies(db);
  const attachments = await listAttachments(db);
  const { policy, after: changed } = await apply(db, change, attachments, now_ms);
  const before = compileSelection(policies, attachments);
  const after = compileSelection(policies, changed);
  const added: PreviewedWorkload[] = [];
  const removed: PreviewedWorkload[] = [];
  const totals = { added_total: 0, removed_total: 0, unchanged_total: 0, left_bare_total: 0 };
  for await (const workload of everyWorkload(db)) {
    const was = before.resolve(workload, now_ms).bindings;
    const will = after.resolve(workload, now_ms).bindings;
    const had = was.some((binding) => binding.policy.id === policy.id);
    const has = will.some((binding) => binding.policy.id === policy.id);
    if (was.length > 0 && will.length === 0) totals.left_bare_total++;
    const shown = { workload_id: workload.id, name: workload.name };
    if (had && has) totals.unchanged_total++;
    else if (has && ++totals.added_total <= SHOWN_MAX) added.push(shown);
    else if (had && ++totals.removed_total <= SHOWN_MAX) removed.push(shown);
  }
  return { policy: policy.name, ...totals, added, removed };
}

async function apply(
  db: Db,
  change: AttachmentChange,
  attachments: readonly Attachment[],
  now_ms: number,
): Promise<{ policy: Policy; after: Attachment[] }> {
  if ("remove" in change) {
    const gone = attachments.find((attachment) => attachment.id === change.remove);
    if (gone === undefined) {
      const context = { attachment: change.remove };
      throw policyError("ATTACHMENT_NOT_FOUND", `there is no attachment ${change.remove}`, context);
    }
    return { policy: await getPolicy(db, gone.policy_id), after: attachments.filter((it) => it !== gone) };
  }
  const parsed = attachmentTargetSchema.safeParse(change.target);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => issue.message);
    throw policyError("ATTACHMENT_INVALID", problems.join("; "), { problems });
  }
  for (const selector of parsed.data.selectors ?? []) parseSelector(selector);
  const policy = await getPolicy(db, change.policy);
  const created_at = new Date(now_ms).toISOString();
  const made = { id: "new", policy_id: policy.id, policy_name: policy.name, target: parsed.data, created_at };
  return { policy, after: [...attachments, made] };
}
