import type { FastifyInstance, FastifyRequest } from "fastify";
import { asHoldfastError } from "../../base/index.ts";
import { appendAudit, type NewAuditEntry } from "../../control/audit/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { ApiDeps } from "./deps.ts";

/** Why: whatever a caller says in this header stands in the log. */
const REASON_HEADER = "x-reason";

/** What of an entry the request itself tells. */
export function entryOf(
  request: FastifyRequest,
): Omit<NewAuditEntry, "action" | "outcome" | "status" | "before" | "after"> {
  const { principal } = request;
  const params = request.params as Readonly<Record<string, string>> | undefined;
  const body = request.body as Readonly<Record<string, unknown>> | null | undefined;
  const given = request.headers[REASON_HEADER] ?? body?.["reason"];
  return {
    actor_kind: principal?.kind ?? "unknown",
    actor_id: principal?.user_id ?? principal?.token_id ?? "",
    actor_name: principal?.name ?? "",
    address: request.ip ?? "socket",
    user_agent: String(request.headers["user-agent"] ?? "").slice(0, 256),
    method: request.method,
    path: pathOf(request).slice(0, 1024),
    project_id: null,
    subject: params?.["id"] ?? null,
    reason: typeof given === "string" ? given.slice(0, 1000) : null,
    // Of what is no JSON the log keeps the size.
    request: Buffer.isBuffer(body) ? { size_bytes: body.length } : (body ?? null),
    request_id: request.id,
  };
}

/** Without the secret that is part of an address for events. */
export function pathOf({ url }: Pick<FastifyRequest, "url">): string {
  return (url.split("?")[0] ?? "").replace(/^(\/bucket-events\/).+/, "$1…");
}

/** Writes down what was done, in the transaction that does it. */
export async function recordDone(
  db: Db,
  request: FastifyRequest,
  done: Pick<NewAuditEntry, "action" | "outcome" | "status" | "before" | "after">,
  deps: ApiDeps,
): Promise<void> {
  const entry = { ...entryOf(request), ...done };
  const answer = (done.after ?? {}) as Readonly<Record<string, unknown>>;
  const before = (done.before ?? {}) as Readonly<Record<string, unknown>>;
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  const subject = entry.subject ?? text(answer["id"]) ?? text(answer["resource_id"]) ?? text(answer["job_id"]);
  const project_id = text(answer["project_id"]) ?? text(before["project_id"]);
  await appendAudit(db, { ...entry, subject, project_id }, deps.clock);
}

/**
 * What no transaction of a mutation tells of: changes that were refused, sign-ins, and data that was read out. Written
 * once the answer is known and before it goes out, so whoever has the answer finds the entry.
 */
export function auditTheRest(app: FastifyInstance, deps: ApiDeps): void {
  app.addHook("onSend", async (request, reply) => {
    const { method, routeOptions } = request;
    const status = reply.statusCode;
    const action = (routeOptions.schema as { operationId?: string } | undefined)?.operationId ?? "";
    // Coming back from an identity provider is a GET, and a sign-in.
    const signing = request.url.startsWith("/v1/session") && (method !== "GET" || action === "finish_oidc");
    const mutation = method !== "GET" && method !== "HEAD" && request.url.startsWith("/v1/");
    const read_out = routeOptions.config.audited === true && status < 400;
    if (!(mutation && status >= 400) && !signing && !read_out) return;
    if (status === 404 && action === "") return; // no such route
    const outcome = status >= 400 ? ("REFUSED" as const) : ("DONE" as const);
    const entry = { ...entryOf(request), action, outcome, status, before: null, after: null };
    try {
      await appendAudit(deps.db, entry, deps.clock);
    } catch (error) {
      request.log.error({ error: asHoldfastError(error) }, "an audit entry could not be written");
    }
  });
}
