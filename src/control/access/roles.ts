import type { Selectable } from "kysely";
import type { Db, Ports, RoleTable } from "../../platform/db/index.ts";
import { accessError } from "./errors.ts";

export interface Role {
  readonly name: string;
  readonly description: string;
  /** Patterns, see {@link permits}. */
  readonly permissions: readonly string[];
  readonly builtin: boolean;
}

/** Who may do what, what was done, and the data itself (`files`): no wildcard of a verb reaches there. */
const RESERVED_NOUNS = new Set(["access", "files", "audit", "metrics", "approvals"]);

const VIEWER = ["*:read"];

export const BUILTIN_ROLES: readonly Role[] = [
  {
    name: "baas.viewer",
    description: "Lists backups, drills and reports; changes nothing",
    permissions: VIEWER,
  },
  {
    name: "baas.builder",
    description: "Configures policies and attaches them to workloads; makes backups",
    permissions: [
      ...VIEWER,
      "policies:write",
      "workloads:write",
      "agents:write",
      "backups:write",
      "backups:verify",
      "jobs:write",
      "alerts:write",
      "approvals:read",
    ],
  },
  {
    name: "baas.restore-operator",
    description:
      "Looks into backups, restores into sandbox projects, verifies and drills; cannot delete or overwrite anything",
    permissions: [...VIEWER, "files:read", "restores:sandbox", "backups:verify", "drills:write", "approvals:read"],
  },
  {
    name: "baas.admin",
    description: "Everything: retention, deletion, regions, keys, access",
    permissions: ["*"],
  },
].map((role) => ({ ...role, builtin: true }));

/**
 * Does a pattern allow the permission? `*` everything, `backups:*` everything about backups, `*:read` the reading of
 * everything but of what is reserved (access, files, audit, metrics, approvals).
 */
export function permits(patterns: readonly string[], wanted: string): boolean {
  const at = wanted.indexOf(":");
  const [noun, verb] = [wanted.slice(0, at), wanted.slice(at + 1)];
  return patterns.some(
    (pattern) =>
      pattern === "*" ||
      pattern === wanted ||
      pattern === `${noun}:*` ||
      (pattern === `*:${verb}` && !RESERVED_NOUNS.has(noun)),
  );
}

const PATTERN = /^(\*|[a-z_]+:(\*|[a-z_]+)|\*:[a-z_]+)$/;

/** All roles, built-in ones first. */
export async function listRoles(db: Db): Promise<Role[]> {
  const rows = await db.selectFrom("roles").selectAll().orderBy("name").execute();
  return [...BUILTIN_ROLES, ...rows.map(toRole)];
}

/** @throws ROLE_NOT_FOUND */
export async function getRole(db: Db, name: string): Promise<Role> {
  const builtin = BUILTIN_ROLES.find((role) => role.name === name);
  if (builtin !== undefined) return builtin;
  const row = await db.selectFrom("roles").selectAll().where("name", "=", name).executeTakeFirst();
  if (row === undefined) throw accessError("ROLE_NOT_FOUND", `there is no role ${name}`, { role: name });
  return toRole(row);
}

/** @throws ROLE_INVALID, ROLE_EXISTS */
export async function createRole(db: Db, role: Omit<Role, "builtin">, ports: Ports): Promise<Role> {
  const { name, description, permissions } = role;
  if (name.startsWith("baas.")) throw accessError("ROLE_INVALID", `names that begin with baas. are built in: ${name}`);
  const wrong = permissions.filter((permission) => !PATTERN.test(permission));
  if (wrong.length > 0 || permissions.length === 0) {
    throw accessError("ROLE_INVALID", `no permissions such as backups:read: ${wrong.join(", ") || "none given"}`);
  }
  const now = new Date(ports.clock.now_ms());
  const row = await db
    .insertInto("roles")
    .values({ name, description, permissions: JSON.stringify(permissions), created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw accessError("ROLE_EXISTS", `there is a role named ${name} already`, { role: name });
  return toRole(row);
}

/** @throws ROLE_NOT_FOUND, ROLE_INVALID for a built-in one, ROLE_IN_USE */
export async function deleteRole(db: Db, name: string): Promise<void> {
  if ((await getRole(db, name)).builtin) throw accessError("ROLE_INVALID", `${name} is built in`, { role: name });
  const bound = await db.selectFrom("bindings").select("id").where("role", "=", name).executeTakeFirst();
  if (bound !== undefined) throw accessError("ROLE_IN_USE", `${name} is granted to someone`, { role: name });
  await db.deleteFrom("roles").where("name", "=", name).execute();
}

function toRole(row: Selectable<RoleTable>): Role {
  return { name: row.name, description: row.description, permissions: row.permissions, builtin: false };
}
