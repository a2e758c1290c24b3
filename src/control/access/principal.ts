import { sql } from "kysely";
import type { Db } from "../../platform/db/index.ts";
import { BUILTIN_ROLES, permits } from "./roles.ts";

/** What a role allows, and where. */
export interface Grant {
  readonly role: string;
  readonly permissions: readonly string[];
  /** Null: everywhere. */
  readonly project_id: string | null;
  /** Only workloads of the project with all these tags. */
  readonly tags: Readonly<Record<string, string>> | null;
}

/** Who a request comes from. */
export interface Principal {
  /** What its requests are told apart by: the token's id, or the session's. */
  readonly token_id: string;
  readonly kind: "token" | "user" | "service_account";
  /** Whose token or session it is. */
  readonly user_id: string | null;
  readonly name: string;
  /** No grant reaches further than these. */
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly grants: readonly Grant[];
  readonly session_id: string | null;
}

/** Where a permission holds: everywhere, or only in the places listed. */
export interface Reach {
  readonly everywhere: boolean;
  readonly projects: readonly string[];
  readonly tagged: readonly { readonly project_id: string; readonly tags: Readonly<Record<string, string>> }[];
}

const EVERYWHERE: Reach = { everywhere: true, projects: [], tagged: [] };

/** Where this caller may do what the permission, or the lesser one, says; undefined for nowhere. */
export function reachOf(
  principal: Pick<Principal, "scopes" | "grants" | "user_id">,
  permission: string,
  lesser?: string,
): Reach | undefined {
  // One's own account is everyone's, who has one.
  if (permission.startsWith("self:")) return principal.user_id === null ? undefined : EVERYWHERE;
  const wanted = [permission, ...(lesser === undefined ? [] : [lesser])];
  const usable = wanted.filter((each) => permits(principal.scopes, each));
  const grants = principal.grants.filter((grant) => usable.some((each) => permits(grant.permissions, each)));
  if (grants.length === 0) return undefined;
  if (grants.some((grant) => grant.project_id === null)) return EVERYWHERE;
  const projects = new Set<string>();
  const tagged = [];
  for (const { project_id, tags } of grants) {
    if (project_id === null) continue;
    if (tags === null) projects.add(project_id);
    else tagged.push({ project_id, tags });
  }
  return {
    everywhere: false,
    projects: [...projects],
    tagged: tagged.filter(({ project_id }) => !projects.has(project_id)),
  };
}

/** Does a reach take in the whole project? */
export function covers(reach: Reach | undefined, project_id: string): boolean {
  return reach !== undefined && (reach.everywhere || reach.projects.includes(project_id));
}

export interface Subject {
  readonly user: { readonly id: string; readonly kind: string; readonly groups: readonly string[] } | undefined;
  readonly token_id: string | undefined;
}

/** Everything that was granted to a user, to its groups, or to a token itself. */
export async function grantsOf(db: Db, subject: Subject, now_ms: number): Promise<Grant[]> {
  const { user, token_id } = subject;
  const rows = await db
    .selectFrom("bindings")
    .leftJoin("roles", "roles.name", "bindings.role")
    .select(["bindings.role", "bindings.project_id", "bindings.tags", "roles.permissions"])
    .where((where) =>
      where.or([
        ...(token_id === undefined
          ? []
          : [where.and([where("subject_type", "=", "token"), where("subject_id", "=", token_id)])]),
        ...(user === undefined
          ? []
          : [
              where.and([where("subject_type", "in", ["user", "service_account"]), where("subject_id", "=", user.id)]),
              where.and([
                where("subject_type", "=", "group"),
                sql<boolean>`subject_id in (select jsonb_array_elements_text(${JSON.stringify(user.groups)}::jsonb))`,
              ]),
            ]),
      ]),
    )
    .where((where) => where.or([where("expires_at", "is", null), where("expires_at", ">", new Date(now_ms))]))
    .execute();
  return rows.flatMap(({ role, project_id, tags, permissions }) => {
    const allowed = BUILTIN_ROLES.find(({ name }) => name === role)?.permissions ?? permissions;
    return allowed === null ? [] : [{ role, permissions: allowed, project_id, tags }];
  });
}
