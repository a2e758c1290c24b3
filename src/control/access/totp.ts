import { Secret } from "otpauth";
import type { Clock } from "../../base/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { accessError } from "./errors.ts";
import { confirmPassword, refuseLast } from "./lock.ts";
import type { Seal } from "./seal.ts";
import { totp, totpStep } from "./totp-code.ts";
import { getUserRow, type UserRow } from "./users.ts";

interface Asked {
  readonly password: string;
  readonly session_id: string | null;
}

/** `outside` counts a wrong password, whatever becomes of the transaction. */
type TotpPorts = Ports & { readonly outside: Db };

/**
 * A secret to scan; it counts once a code proves that it was, and takes the place of the one before.
 * @throws TOTP_REFUSED, PASSWORD_WRONG, LAST_FACTOR
 */
export async function enrolTotp(
  db: Tx,
  user: UserRow,
  { password, session_id }: Asked,
  ports: TotpPorts & { readonly seal: Seal },
): Promise<{ secret: string; uri: string }> {
  if (user.kind !== "local") {
    throw accessError("TOTP_REFUSED", `${user.name} signs in elsewhere, or not at all, and has no codes here`);
  }
  await confirmPassword(user, password, ports.outside, ports.clock);
  if (user.totp_secret !== null) await refuseTheOnlyOne(db, user, session_id);
  const secret = new Secret({ buffer: Uint8Array.from(ports.random.bytes(20)).buffer });
  const sealed = ports.seal.seal(secret.base32, user.id);
  await db.updateTable("users").set({ totp_pending_secret: sealed }).where("id", "=", user.id).execute();
  return { secret: secret.base32, uri: totp(secret.base32, user.name).toString() };
}

/** @throws TOTP_CODE_WRONG */
export async function confirmTotp(
  db: Db,
  user: UserRow,
  code: string,
  { clock, seal }: { readonly clock: Clock; readonly seal: Seal },
): Promise<void> {
  const secret = user.totp_pending_secret;
  const step = secret === null ? undefined : totpStep(seal.open(secret, user.id), code, clock.now_ms());
  if (step === undefined) throw accessError("TOTP_CODE_WRONG", "this is not the code that the app shows now");
  await db
    .updateTable("users")
    .set({ totp_secret: secret, totp_pending_secret: null, totp_last_step: step })
    .where("id", "=", user.id)
    .execute();
}

/** From now on no code is asked for. @throws TOTP_REFUSED, PASSWORD_WRONG, LAST_FACTOR */
export async function removeTotp(db: Tx, user: UserRow, asked: Asked, ports: TotpPorts): Promise<void> {
  const { id } = user;
  await confirmPassword(user, asked.password, ports.outside, ports.clock);
  // Two factors that go at once are not each the other's reason to.
  await db.selectFrom("users").select("id").where("id", "=", id).forUpdate().execute();
  const now = await getUserRow(db, id);
  if (now.totp_secret === null) throw accessError("TOTP_REFUSED", `${now.name} has no authenticator app`);
  await refuseTheOnlyOne(db, now, asked.session_id);
  const none = { totp_secret: null, totp_pending_secret: null, totp_last_step: null };
  await db.updateTable("users").set(none).where("id", "=", id).execute();
}

/** Whoever came in with the password alone does not do away with what else the account asks for. */
async function refuseTheOnlyOne(db: Db, user: UserRow, session_id: string | null): Promise<void> {
  const passkey = await db.selectFrom("passkeys").select("name").where("user_id", "=", user.id).executeTakeFirst();
  if (passkey === undefined) await refuseLast(db, session_id);
}
