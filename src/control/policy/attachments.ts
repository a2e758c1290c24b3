import { newId } from "../../base/index.ts";
import { attachmentTargetSchema } from "../../model/index.ts";
import type { Attachment, AttachmentTarget } from "../../model/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { policyError } from "./errors.ts";
import { getPolicy } from "./policies.ts";
import { parseSelector } from "./selector.ts";

/**
 * Attaches a policy to whatever meets the target, now and later. The same attachment made again is the one that is
 * there.
 * @throws POLICY_NOT_FOUND, ATTACHMENT_INVALID, SELECTOR_INVALID
 */
export async function attachPolicy(
  db: Db,
  policy: string,
  target: AttachmentTarget,
  ports: Ports,
): Promise<Attachment> {
  const parsed = attachmentTargetSchema.safeParse(target);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) =>
      [issue.path.map(String).join("."), issue.message].filter(Boolean).join(": "),
    );
    throw policyError("ATTACHMENT_INVALID", problems.join("; "), { problems });
  }
  for (const selector of parsed.data.selectors ?? []) parseSelector(selector);
  return withTransaction(db, async (tx) => {
    const { id: policy_id, name } = await getPolicy(tx, policy);
    const id = newId("att", ports.clock, ports.random);
    const made = await tx
      .insertInto("attachments")
      .values({ id, policy_id, target: JSON.stringify(parsed.data), created_at: new Date(ports.clock.now_ms()) })
      .onConflict((conflict) => conflict.columns(["policy_id", "target"]).doNothing())
      .returning("id")
      .executeTakeFirst();
    if (made !== undefined) {
      const data = { policy: name, target: parsed.data };
      await appendEvent(tx, { type: "holdfast.policy.attached", subject: id, data }, ports);
    }
    const row = await attachmentRows(tx)
      .where("attachments.policy_id", "=", policy_id)
      .where("target", "=", JSON.stringify(parsed.data) as never)
      .executeTakeFirstOrThrow();
    return toAttachment(row);
  });
}

/** @throws ATTACHMENT_NOT_FOUND */
export async function detachPolicy(db: Db, attachment_id: string, ports: Ports): Promise<void> {
  await withTransaction(db, async (tx) => {
    const row = await tx.deleteFrom("attachments").where("id", "=", attachment_id).returningAll().executeTakeFirst();
    if (row === undefined) {
      throw policyError("ATTACHMENT_NOT_FOUND", `there is no attachment ${attachment_id}`, {
        attachment: attachment_id,
      });
    }
    const data = { policy_id: row.policy_id, target: row.target };
    await appendEvent(tx, { type: "holdfast.policy.detached", subject: attachment_id, data }, ports);
  });
}

/** Of one policy (id), or all. Oldest first. */
export async function listAttachments(db: Db, policy_id?: string): Promise<Attachment[]> {
  let query = attachmentRows(db).orderBy("attachments.id");
  if (policy_id !== undefined) query = query.where("attachments.policy_id", "=", policy_id);
  return (await query.execute()).map(toAttachment);
}

function attachmentRows(db: Db) {
  return db
    .selectFrom("attachments")
    .innerJoin("policies", "policies.id", "attachments.policy_id")
    .select(["attachments.id", "policy_id", "policies.name as policy_name", "target", "attachments.created_at"]);
}

function toAttachment<R extends { readonly created_at: Date }>(row: R): Omit<R, "created_at"> & { created_at: string } {
  return { ...row, created_at: row.created_at.toISOString() };
}

/** A target in words, e.g. `type vm, tags env=prod,tier=1`. */
export function targetText(target: AttachmentTarget): string {
  const parts: string[] = [];
  if (target.project_id !== undefined) parts.push(`project ${target.project_id}`);
  if (target.types !== undefined) parts.push(`type ${target.types.join(" or ")}`);
  if (target.names !== undefined) parts.push(`name ${target.names.join(" or ")}`);
  if (target.selectors !== undefined) parts.push(`tags ${target.selectors.join(" or ")}`);
  return parts.join(", ");
}
