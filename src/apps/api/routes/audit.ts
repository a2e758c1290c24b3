import type { FastifyInstance } from "fastify";
import type * as z from "zod";
import { reachOf } from "../../../control/access/index.ts";
import {
  type Approval,
  decideApproval,
  pendingApproval,
  refuseOwn,
  verifyAudit,
} from "../../../control/audit/index.ts";
import { getProject } from "../../../control/inventory/index.ts";
import {
  approvalRuleRequestSchema,
  approvalRulesSchema,
  approvalSchema,
  auditEntrySchema,
  auditVerdictSchema,
  idParamsSchema,
  pageSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { apiError } from "../errors.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const ENTRIES: ListShape = {
  id: "audit_log.sequence",
  order_by: "sequence desc",
  fields: {
    sequence: { column: "audit_log.sequence", type: "number", sortable: true },
    time: { column: "audit_log.time", type: "instant" },
    actor: { column: "audit_log.actor_name", type: "text" },
    actor_id: { column: "audit_log.actor_id", type: "text" },
    address: { column: "audit_log.address", type: "text" },
    action: { column: "audit_log.action", type: "text" },
    subject: { column: "audit_log.subject", type: "text" },
    project_id: { column: "audit_log.project_id", type: "text" },
    outcome: { column: "audit_log.outcome", type: "text" },
    status: { column: "audit_log.status", type: "number" },
  },
};

const APPROVALS: ListShape = {
  id: "approvals.id",
  order_by: "id desc",
  fields: {
    id: { column: "approvals.id", type: "text", sortable: true },
    kind: { column: "approvals.kind", type: "text" },
    state: { column: "approvals.state", type: "text" },
    project_id: { column: "approvals.project_id", type: "text" },
    requested_by: { column: "approvals.requested_by", type: "text" },
    created_at: { column: "approvals.created_at", type: "instant", sortable: true },
  },
};

export function addAuditRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "audit", scope: "audit:read", organisation: true } as const;
  addList(app, deps, {
    ...base,
    url: "/v1/audit",
    operation_id: "list_audit",
    summary: "The audit log, newest first: who did what, when, from where, why, before and after",
    response: pageSchema(auditEntrySchema),
    run: async ({ db, query }) => toWire(await listPage(db.selectFrom("audit_log").selectAll(), ENTRIES, query)),
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/audit/verify",
    operation_id: "verify_audit",
    summary: "Recompute the chain of hashes, and say where it breaks",
    response: auditVerdictSchema,
    run: ({ db }) => verifyAudit(db),
  });
  addApprovalRoutes(app, deps);
}

function addApprovalRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "approvals", url: "/v1/approvals" } as const;
  const view = (row: Approval) => {
    const expired = row.state === "PENDING" && row.expires_at.getTime() <= deps.clock.now_ms();
    return toWire({ ...row, state: expired ? ("EXPIRED" as const) : row.state }) as z.input<typeof approvalSchema>;
  };
  addList(app, deps, {
    ...base,
    operation_id: "list_approvals",
    summary: "What waits for a second person, and what was decided",
    scope: "approvals:read",
    response: pageSchema(approvalSchema),
    run: async ({ db, query }) => {
      const page = await listPage(db.selectFrom("approvals").selectAll(), APPROVALS, query);
      return { ...page, items: page.items.map(view) };
    },
  });
  const decision = { ...base, method: "POST", scope: "approvals:write", status: 200 } as const;
  addWrite(app, deps, {
    ...decision,
    url: "/v1/approvals/:id/approve",
    operation_id: "approve",
    summary: "Consent to what another person asked for, and run it now; takes the operation's own permission, too",
    params: idParamsSchema,
    response: approvalSchema,
    run: async ({ db, params, principal, dry_run, revision, base_url }) => {
      const approval = await pendingApproval(db, params.id, deps.clock);
      refuseOwn(approval, principal.user_id ?? principal.token_id);
      const route = deps.writes?.get(approval.operation_id);
      if (route === undefined) throw apiError("API_ROUTE_NOT_FOUND", `there is no operation ${approval.operation_id}`);
      const reach = reachOf(principal, route.scope);
      const here = reach?.everywhere === true || reach?.projects.includes(approval.project_id ?? "") === true;
      if (!here) {
        throw apiError("API_FORBIDDEN", `${principal.name} lacks the permission ${route.scope}`, {
          scope: route.scope,
        });
      }
      const call = { db, params: approval.params, body: approval.body, principal, dry_run, revision, base_url };
      const result = (await route.run(call)) as object;
      const decided = { state: "APPROVED" as const, decided_by: principal.name, result };
      return view(await decideApproval(db, params.id, decided, deps.clock));
    },
  });
  addWrite(app, deps, {
    ...decision,
    url: "/v1/approvals/:id/reject",
    operation_id: "reject",
    summary: "Refuse what was asked for; whoever asked may take it back so, too",
    params: idParamsSchema,
    response: approvalSchema,
    run: async ({ db, params, principal }) => {
      await pendingApproval(db, params.id, deps.clock);
      const decided = { state: "REJECTED" as const, decided_by: principal.name, result: null };
      return view(await decideApproval(db, params.id, decided, deps.clock));
    },
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/approval-rules",
    operation_id: "get_approval_rules",
    summary: "What needs a second person, and where",
    scope: "approvals:read",
    response: approvalRulesSchema,
    run: async ({ db }) => ({
      items: (await db.selectFrom("approval_rules").selectAll().orderBy("kind").execute()) as never,
      next_page_token: null,
    }),
  });
  addWrite(app, deps, {
    ...decision,
    url: "/v1/approval-rules",
    organisation: true,
    operation_id: "set_approval_rule",
    summary: "Say that something needs a second person, everywhere or in a project, or no longer does",
    scope: "access:write",
    body: approvalRuleRequestSchema,
    response: approvalRuleRequestSchema,
    run: async ({ db, body, principal }) => {
      const project_id = body.project === undefined ? null : (await getProject(db, body.project)).id;
      await db
        .deleteFrom("approval_rules")
        .where("kind", "=", body.kind)
        .where("project_id", project_id === null ? "is" : "=", project_id)
        .execute();
      if (body.required) {
        const created_at = new Date(deps.clock.now_ms());
        await db
          .insertInto("approval_rules")
          .values({ kind: body.kind, project_id, created_at, created_by: principal.name })
          .execute();
      }
      return body;
    },
  });
}
