import { newId } from "../../base/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { accessError } from "./errors.ts";
import type { Grant, Principal, Subject } from "./principal.ts";
import { getRole, permits } from "./roles.ts";
import { getUserRow } from "./users.ts";

export const subjectTypes = ["user", "group", "service_account", "token"] as const;
export type SubjectType = (typeof subjectTypes)[number];

export interface Binding {
  readonly id: string;
  readonly subject_type: SubjectType;
  /** Id; of a group its name. */
  readonly subject_id: string;
  readonly subject_name: string;
  readonly role: string;
  readonly project_id: string | null;
  readonly project_name: string | null;
  readonly tags: Readonly<Record<string, string>> | null;
  readonly created_at: string;
  readonly created_by: string;
  readonly expires_at: string | null;
}

export interface NewBinding {
  readonly subject_type: SubjectType;
  /** Id or name. */
  readonly subject: string;
  readonly role: string;
  readonly project_id?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly expires_at?: Date | undefined;
}

/** @throws ROLE_NOT_FOUND, USER_NOT_FOUND, TOKEN_NOT_FOUND, ESCALATION_REFUSED, BINDING_INVALID, BINDING_EXISTS */
export async function grantRole(db: Db, wanted: NewBinding, by: Principal, ports: Ports): Promise<string> {
  const { permissions } = await getRole(db, wanted.role);
  refuseEscalation(by, permissions, wanted.project_id ?? null);
  if (wanted.tags !== undefined && (wanted.project_id === undefined || Object.keys(wanted.tags).length === 0)) {
    throw accessError("BINDING_INVALID", "tags narrow a project down: name the project, and one tag at least");
  }
  const id = newId("bnd", ports.clock, ports.random);
  const made = await db
    .insertInto("bindings")
    .values({
      id,
      subject_type: wanted.subject_type,
      subject_id: await subjectId(db, wanted.subject_type, wanted.subject),
      role: wanted.role,
      project_id: wanted.project_id ?? null,
      tags: wanted.tags === undefined ? null : JSON.stringify(wanted.tags),
      created_at: new Date(ports.clock.now_ms()),
      created_by: by.name,
      expires_at: wanted.expires_at ?? null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .executeTakeFirst();
  if (made === undefined) throw accessError("BINDING_EXISTS", `${wanted.subject} has ${wanted.role} there already`);
  return id;
}

/** @throws BINDING_NOT_FOUND */
export async function revokeBinding(db: Db, id: string): Promise<void> {
  const { numDeletedRows } = await db.deleteFrom("bindings").where("id", "=", id).executeTakeFirst();
  if (numDeletedRows === 0n) throw accessError("BINDING_NOT_FOUND", `there is no binding ${id}`, { binding_id: id });
}

/** Bindings with the names of what they speak of; `query` to be filtered and paged. */
export function bindingRows(db: Db) {
  return db
    .selectFrom("bindings")
    .leftJoin("users", (join) =>
      join.onRef("users.id", "=", "bindings.subject_id").on("bindings.subject_type", "in", ["user", "service_account"]),
    )
    .leftJoin("tokens", (join) =>
      join.onRef("tokens.id", "=", "bindings.subject_id").on("bindings.subject_type", "=", "token"),
    )
    .leftJoin("projects", "projects.id", "bindings.project_id")
    .selectAll("bindings")
    .select((select) => [
      select.fn.coalesce("users.name", "tokens.name", "bindings.subject_id").as("subject_name"),
      "projects.name as project_name",
    ]);
}

/** Nobody gives more than they have, there. @throws ESCALATION_REFUSED */
export function refuseEscalation(by: Principal, permissions: readonly string[], project_id: string | null): void {
  const held = by.grants
    .filter((grant) => grant.project_id === null || (grant.project_id === project_id && grant.tags === null))
    .flatMap((grant) => grant.permissions);
  const missing = permissions.filter((each) => !permits(held, each) || !permits(by.scopes, each));
  if (missing.length === 0) return;
  throw accessError("ESCALATION_REFUSED", `${by.name} does not have ${missing.join(", ")} there`, {
    permissions: missing,
  });
}

/** Someone by type and id or name, as {@link grantsOf} takes them, with what their token holds them to. */
export async function resolveSubject(
  db: Db,
  type: SubjectType,
  subject: string,
): Promise<{ subject: Subject; scopes: { readonly limit: readonly string[]; readonly own: readonly Grant[] } }> {
  const id = await subjectId(db, type, subject);
  if (type === "group") {
    const user = { id: "", kind: "group", groups: [id] };
    return { subject: { user, token_id: undefined }, scopes: { limit: ["*"], own: [] } };
  }
  if (type !== "token") {
    const user = await getUserRow(db, id);
    const limit = user.disabled_at === null ? ["*"] : [];
    return { subject: { user, token_id: undefined }, scopes: { limit, own: [] } };
  }
  const token = await db.selectFrom("tokens").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  if (token.user_id !== null) {
    const user = await getUserRow(db, token.user_id);
    return { subject: { user, token_id: id }, scopes: { limit: token.scopes, own: [] } };
  }
  const own = [{ role: "token", permissions: token.scopes, project_id: null, tags: null }];
  return { subject: { user: undefined, token_id: id }, scopes: { limit: ["*"], own } };
}

async function subjectId(db: Db, type: SubjectType, subject: string): Promise<string> {
  if (type === "group") return subject;
  if (type === "token") {
    const token = await db
      .selectFrom("tokens")
      .select("id")
      .where((where) => where.or([where("id", "=", subject), where("name", "=", subject)]))
      .where("revoked_at", "is", null)
      .execute();
    if (token.length === 1 && token[0] !== undefined) return token[0].id;
    throw accessError("TOKEN_NOT_FOUND", `there are ${token.length} tokens named ${subject}`, { token: subject });
  }
  const user = await getUserRow(db, subject);
  if ((type === "service_account") !== (user.kind === "service")) {
    throw accessError("BINDING_INVALID", `${subject} is ${user.kind === "service" ? "a service account" : "a person"}`);
  }
  return user.id;
}
