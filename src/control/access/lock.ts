import { sql } from "kysely";
import type { Selectable } from "kysely";
import type { Clock } from "../../base/index.ts";
import type { Db, UserTable } from "../../platform/db/index.ts";
import { accessError } from "./errors.ts";
import { checkPassword } from "./passwords.ts";

type Row = Selectable<UserTable>;

/** So many failures in a row lock the account for a while, longer each time. */
const FAILURES_MAX = 5;
const LOCK_MS = 60_000;
const LOCK_MS_MAX = 3_600_000;

export function isLocked(row: Row, now_ms: number): boolean {
  return row.disabled_at !== null || (row.locked_until !== null && row.locked_until.getTime() > now_ms);
}

export async function countFailure(db: Db, user_id: string, now_ms: number): Promise<void> {
  const { failed_count } = await db
    .updateTable("users")
    .set((update) => ({ failed_count: update("failed_count", "+", 1) }))
    .where("id", "=", user_id)
    .returning("failed_count")
    .executeTakeFirstOrThrow();
  if (failed_count < FAILURES_MAX) return;
  const locked_ms = Math.min(LOCK_MS_MAX, LOCK_MS * 2 ** (failed_count - FAILURES_MAX));
  await db
    .updateTable("users")
    .set({ locked_until: new Date(now_ms + locked_ms) })
    .where("id", "=", user_id)
    .execute();
}

/** Takes the time of {@link countFailure}, most of which is the disk's: without it a name with an account is told. */
export async function countNothing(db: Db): Promise<void> {
  await sql`select pg_logical_emit_message(true, 'holdfast.sign_in', '')`.execute(db);
}

/**
 * Asks a signed-in user for the password once more. A wrong one counts like one at the sign-in.
 *
 * @param outside not the transaction that is rolled back for it
 * @throws PASSWORD_WRONG
 */
export async function confirmPassword(user: Row, password: string, outside: Db, clock: Clock): Promise<void> {
  const now_ms = clock.now_ms();
  if (!isLocked(user, now_ms) && (await checkPassword(password, user.password_hash))) return;
  await countFailure(outside, user.id, now_ms);
  throw accessError("PASSWORD_WRONG", "the password is wrong, or the account is locked");
}

/** Only a session that was opened with a second factor takes the last one away. @throws LAST_FACTOR */
export async function refuseLast(db: Db, session_id: string | null): Promise<void> {
  const session =
    session_id === null
      ? undefined
      : await db.selectFrom("sessions").select("method").where("id", "=", session_id).executeTakeFirst();
  if (session !== undefined && (session.method === "passkey" || session.method.includes("+"))) return;
  throw accessError("LAST_FACTOR", "this is the account's last second factor, and this session was opened without one");
}

export function refused() {
  return accessError("SIGN_IN_REFUSED", "name, password or code is wrong, or the account is locked");
}
