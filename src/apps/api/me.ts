import { type Principal, reachOf } from "../../control/access/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Me } from "../../protocol/index.ts";

/** Who the caller is, and which of the API's scopes it has, where. */
export async function describeMe(db: Db, principal: Principal, scopes: ReadonlySet<string>): Promise<Me> {
  const permissions: string[] = [];
  const organisation_permissions: string[] = [];
  const by_project = new Map<string, string[]>();
  for (const scope of [...scopes].sort()) {
    const reach = reachOf(principal, scope);
    if (reach === undefined || scope.startsWith("self:")) continue;
    permissions.push(scope);
    if (reach.everywhere) organisation_permissions.push(scope);
    for (const id of new Set([...reach.projects, ...reach.tagged.map(({ project_id }) => project_id)])) {
      by_project.set(id, [...(by_project.get(id) ?? []), scope]);
    }
  }
  const user =
    principal.user_id === null
      ? undefined
      : await db.selectFrom("users").selectAll().where("id", "=", principal.user_id).executeTakeFirst();
  return {
    kind: principal.kind,
    id: principal.user_id ?? principal.token_id,
    name: principal.name,
    display_name: user?.display_name || principal.name,
    groups: [...principal.groups],
    grants: principal.grants
      .filter(({ permissions: granted }) => granted.length > 0)
      .map(({ role, project_id, tags }) => ({ role, project_id, tags: tags === null ? null : { ...tags } })),
    permissions,
    organisation_permissions,
    projects: organisation_permissions.length > 0 ? null : await named(db, by_project),
    totp: (user?.totp_secret ?? null) !== null,
  };
}

async function named(db: Db, by_project: ReadonlyMap<string, string[]>): Promise<NonNullable<Me["projects"]>> {
  if (by_project.size === 0) return [];
  const rows = await db
    .selectFrom("projects")
    .select(["id", "name"])
    .where("id", "in", [...by_project.keys()])
    .orderBy("name")
    .execute();
  return rows.map(({ id, name }) => ({ id, name, permissions: by_project.get(id) ?? [] }));
}
