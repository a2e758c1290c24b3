import type { Selectable } from "kysely";
import { newId } from "../../base/index.ts";
import { isUniqueViolation } from "../../platform/db/index.ts";
import type { Db, Ports, UserTable } from "../../platform/db/index.ts";
import { accessError } from "./errors.ts";
import { confirmPassword } from "./lock.ts";
import { hashPassword } from "./passwords.ts";

export type UserRow = Selectable<UserTable>;

export interface User {
  readonly id: string;
  readonly name: string;
  readonly kind: UserRow["kind"];
  readonly display_name: string;
  readonly email: string | null;
  readonly groups: readonly string[];
  readonly totp: boolean;
  readonly disabled: boolean;
  readonly created_at: string;
  readonly last_login_at: string | null;
}

export interface NewUser {
  readonly name: string;
  readonly kind: "local" | "service";
  readonly display_name?: string | undefined;
  readonly email?: string | undefined;
  /** Of a local user. */
  readonly password?: string | undefined;
  readonly groups?: readonly string[] | undefined;
}

export interface UserChanges {
  readonly display_name?: string | undefined;
  readonly email?: string | null | undefined;
  readonly password?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly disabled?: boolean | undefined;
  /** Takes the second factor away, for someone who lost it. */
  readonly reset_totp?: boolean | undefined;
  /** The same with all passkeys. */
  readonly remove_passkeys?: boolean | undefined;
  readonly unlock?: boolean | undefined;
}

/** @throws USER_EXISTS, USER_INVALID */
export async function createUser(db: Db, user: NewUser, ports: Ports): Promise<User> {
  if ((user.kind === "local") !== (user.password !== undefined)) {
    throw accessError("USER_INVALID", "a local user needs a password, and a service account has none");
  }
  try {
    const row = await db
      .insertInto("users")
      .values({
        id: newId("usr", ports.clock, ports.random),
        name: user.name,
        kind: user.kind,
        display_name: user.display_name ?? user.name,
        email: user.email ?? null,
        password_hash: user.password === undefined ? null : await hashPassword(user.password, ports.random),
        groups: JSON.stringify(user.groups ?? []),
        created_at: new Date(ports.clock.now_ms()),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return toUser(row);
  } catch (error) {
    if (!isUniqueViolation(error, "users_name_key")) throw error;
    throw accessError("USER_EXISTS", `there is a user named ${user.name} already`, { user: user.name }, error);
  }
}

/** By id or name. @throws USER_NOT_FOUND */
export async function getUser(db: Db, id_or_name: string): Promise<User> {
  return toUser(await getUserRow(db, id_or_name));
}

export async function getUserRow(db: Db, id_or_name: string): Promise<UserRow> {
  const row = await db
    .selectFrom("users")
    .selectAll()
    .where((where) => where.or([where("id", "=", id_or_name), where("name", "=", id_or_name)]))
    .executeTakeFirst();
  if (row === undefined) throw accessError("USER_NOT_FOUND", `there is no user ${id_or_name}`, { user: id_or_name });
  return row;
}

/**
 * Changes a user. A new password, or a disabled account, ends all its sessions.
 * @throws USER_NOT_FOUND, USER_INVALID
 */
export async function updateUser(db: Db, id_or_name: string, changes: UserChanges, ports: Ports): Promise<User> {
  const { id, kind } = await getUserRow(db, id_or_name);
  const { password, disabled, groups } = changes;
  if (password !== undefined && kind !== "local") throw accessError("USER_INVALID", "only local users have passwords");
  const now = new Date(ports.clock.now_ms());
  const row = await db
    .updateTable("users")
    .set({
      id,
      ...(changes.display_name === undefined ? {} : { display_name: changes.display_name }),
      ...(changes.email === undefined ? {} : { email: changes.email }),
      ...(groups === undefined ? {} : { groups: JSON.stringify(groups) }),
      ...(password === undefined ? {} : { password_hash: await hashPassword(password, ports.random) }),
      ...(disabled === undefined ? {} : { disabled_at: disabled ? now : null }),
      ...(changes.reset_totp === true ? { totp_secret: null, totp_pending_secret: null, totp_last_step: null } : {}),
      ...(changes.unlock === true ? { failed_count: 0, locked_until: null } : {}),
    })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (changes.remove_passkeys === true) await db.deleteFrom("passkeys").where("user_id", "=", id).execute();
  if (password !== undefined || disabled === true) {
    await db.updateTable("sessions").set({ ended_at: now }).where("user_id", "=", id).execute();
  }
  return toUser(row);
}

/** One's own, by knowing the old one; ends all sessions but this. @throws SIGN_IN_REFUSED, USER_INVALID */
export async function changePassword(
  db: Db,
  user: UserRow,
  { current, password }: { readonly current: string; readonly password: string },
  session_id: string | null,
  ports: Ports & { readonly outside: Db },
): Promise<User> {
  await confirmPassword(user, current, ports.outside, ports.clock);
  const changed = await updateUser(db, user.id, { password }, ports);
  if (session_id !== null)
    await db.updateTable("sessions").set({ ended_at: null }).where("id", "=", session_id).execute();
  return changed;
}

export function toUser(row: UserRow): User {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    display_name: row.display_name,
    email: row.email,
    groups: row.groups,
    totp: row.totp_secret !== null,
    disabled: row.disabled_at !== null,
    created_at: row.created_at.toISOString(),
    last_login_at: row.last_login_at?.toISOString() ?? null,
  };
}
