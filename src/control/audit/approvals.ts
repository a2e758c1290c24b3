import type { Selectable } from "kysely";
import { newId } from "../../base/index.ts";
import type { Clock } from "../../base/index.ts";
import type { ApprovalTable, Db, Ports, Tx } from "../../platform/db/index.ts";
import { auditError } from "./errors.ts";

/** What may be put under four eyes. */
export const approvalKinds = [
  "in_place_restore",
  "delete",
  "retention_shortening",
  "lock_bypass",
  "emergency_rotation",
] as const;
export type ApprovalKind = (typeof approvalKinds)[number];

export type Approval = Selectable<ApprovalTable>;

const APPROVAL_MS = 24 * 3_600_000;

/** Does this need a second person, here? */
export async function needsApproval(db: Db, kind: ApprovalKind, project_id: string | null): Promise<boolean> {
  const rule = await db
    .selectFrom("approval_rules")
    .select("kind")
    .where("kind", "=", kind)
    .where((where) =>
      where.or([
        where("project_id", "is", null),
        ...(project_id === null ? [] : [where("project_id", "=", project_id)]),
      ]),
    )
    .executeTakeFirst();
  return rule !== undefined;
}

export type NewApproval = Pick<
  Approval,
  "operation_id" | "path" | "params" | "body" | "project_id" | "requested_by" | "requested_by_id" | "reason"
> & { readonly kind: ApprovalKind };

export async function requestApproval(db: Db, wanted: NewApproval, ports: Ports): Promise<Approval> {
  const now_ms = ports.clock.now_ms();
  return db
    .insertInto("approvals")
    .values({
      ...wanted,
      id: newId("apr", ports.clock, ports.random),
      params: JSON.stringify(wanted.params),
      body: wanted.body === null ? null : JSON.stringify(wanted.body),
      state: "PENDING",
      created_at: new Date(now_ms),
      expires_at: new Date(now_ms + APPROVAL_MS),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** One that is still to be decided, held until the transaction ends. @throws APPROVAL_NOT_FOUND, APPROVAL_DECIDED */
export async function pendingApproval(tx: Tx, id: string, clock: Clock): Promise<Approval> {
  const row = await tx.selectFrom("approvals").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
  if (row === undefined) throw auditError("APPROVAL_NOT_FOUND", `there is no approval ${id}`, { approval_id: id });
  if (row.state !== "PENDING" || row.expires_at.getTime() <= clock.now_ms()) {
    const state = row.state === "PENDING" ? "EXPIRED" : row.state;
    throw auditError("APPROVAL_DECIDED", `approval ${id} is ${state}`, { approval_id: id, state });
  }
  return row;
}

/** @throws APPROVAL_OWN_REQUEST */
export function refuseOwn(approval: Approval, decider_id: string): void {
  if (approval.requested_by_id !== decider_id) return;
  throw auditError("APPROVAL_OWN_REQUEST", `${approval.requested_by} asked for ${approval.id}, and cannot approve it`);
}

export async function decideApproval(
  tx: Tx,
  id: string,
  decision: { readonly state: "APPROVED" | "REJECTED"; readonly decided_by: string; readonly result: object | null },
  clock: Clock,
): Promise<Approval> {
  return tx
    .updateTable("approvals")
    .set({
      state: decision.state,
      decided_by: decision.decided_by,
      decided_at: new Date(clock.now_ms()),
      result: decision.result === null ? null : JSON.stringify(decision.result),
    })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
}
