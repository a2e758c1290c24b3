import type { FastifyReply, FastifyRequest } from "fastify";
import { type ApprovalKind, needsApproval, requestApproval } from "../../control/audit/index.ts";
import { getPolicy } from "../../control/policy/index.ts";
import { hasCode } from "../../base/index.ts";
import type { Db, Tx } from "../../platform/db/index.ts";
import { principalOf } from "./auth.ts";
import type { ApiDeps } from "./deps.ts";
import { entryOf } from "./audit.ts";

type Plain = Readonly<Record<string, unknown>>;

/** Which kind of four-eyes operation a request is; undefined for any other. */
async function kindOf(
  db: Db,
  operation_id: string,
  scope: string,
  id: string,
  body: Plain,
): Promise<ApprovalKind | undefined> {
  if (scope === "locks:bypass") return "lock_bypass";
  if (operation_id === "delete_backup") return "delete";
  if (operation_id === "create_restore") return body["in_place"] === true ? "in_place_restore" : undefined;
  if (operation_id.includes("rotat") && body["emergency"] === true) return "emergency_rotation";
  if (operation_id === "update_policy") return (await shortens(db, id, body)) ? "retention_shortening" : undefined;
  return undefined;
}

/**
 * Would less be kept, or for less long? A policy written anew counts when any number in its retention shrinks or goes.
 */
async function shortens(db: Db, id: string, body: Plain): Promise<boolean> {
  const { spec } = await getPolicy(db, id);
  const changes = body["changes"] as Plain | undefined;
  const written = typeof body["yaml"] === "string";
  if (written) return true; // not parsed here: a second person looks at it
  const next = (changes ?? (body["spec"] as Plain | undefined) ?? {})["retention"] as Plain | null | undefined;
  if (changes !== undefined && next === undefined) return false;
  const before = (spec as unknown as Plain)["retention"] as Plain | undefined;
  return Object.entries(before ?? {}).some(([name, value]) => {
    if (changes !== undefined && next !== null && !Object.hasOwn(next ?? {}, name)) return false;
    const after = next?.[name];
    return (
      after === undefined ||
      after === null ||
      (typeof value === "number" && Number(after) < value) ||
      (typeof value !== "number" && JSON.stringify(after) !== JSON.stringify(value))
    );
  });
}

/**
 * Puts a request aside when four eyes must see it. Returns what is answered then; undefined when it may run at once.
 */
export async function putAside(
  tx: Tx,
  route: { readonly operation_id: string; readonly scope: string },
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ApiDeps,
): Promise<object | undefined> {
  const body = (request.body ?? {}) as Plain;
  const params = (request.params ?? {}) as Readonly<Record<string, string>>;
  const kind = await kindOf(tx, route.operation_id, route.scope, params["id"] ?? "", body).catch((error: unknown) => {
    // What is not there is the operation's own to say.
    if (hasCode(error, "POLICY_NOT_FOUND")) return undefined;
    throw error;
  });
  if (kind === undefined) return undefined;
  const backup_id = route.operation_id === "create_restore" ? body["backup_id"] : params["id"];
  const project_id = await projectOf(tx, String(backup_id ?? ""));
  if (!(await needsApproval(tx, kind, project_id))) return undefined;
  const principal = principalOf(request);
  const { path, reason } = entryOf(request);
  const approval = await requestApproval(
    tx,
    {
      kind,
      operation_id: route.operation_id,
      path,
      params,
      body: request.body === undefined || request.body === null ? null : (request.body as object),
      project_id,
      requested_by: principal.name,
      requested_by_id: principal.user_id ?? principal.token_id,
      reason,
    },
    deps,
  );
  reply.header("approval-required", approval.id);
  reply.type("application/json; charset=utf-8").serializer((value: unknown) => JSON.stringify(value));
  const { id, expires_at } = approval;
  return { approval_id: id, kind, expires_at: expires_at.toISOString(), job_id: null, resource_id: null };
}

async function projectOf(db: Db, id: string): Promise<string | null> {
  const backup = await db.selectFrom("backups").select("project_id").where("id", "=", id).executeTakeFirst();
  if (backup !== undefined) return backup.project_id;
  const policy = await db
    .selectFrom("policies")
    .select("project_id")
    .where((where) => where.or([where("id", "=", id), where("name", "=", id)]))
    .executeTakeFirst();
  return policy?.project_id ?? null;
}
