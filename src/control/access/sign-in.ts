import { createHash } from "node:crypto";
import type { Clock } from "../../base/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { countFailure, countNothing, isLocked, refused } from "./lock.ts";
import { checkPassword } from "./passwords.ts";
import type { Seal } from "./seal.ts";
import { totpStep } from "./totp-code.ts";
import type { UserRow } from "./users.ts";

const CHALLENGE_MS = 5 * 60_000;
const CHALLENGE_ATTEMPTS_MAX = 5;

export type SecondFactor = "totp" | "passkey";

export type PasswordResult =
  | { readonly state: "signed_in"; readonly user: UserRow }
  | { readonly state: "second_factor"; readonly challenge: string; readonly methods: readonly SecondFactor[] };

/**
 * Checks name and password. Whether the name, the password or a lock is the reason for a refusal is not told, nor can
 * it be timed: the hash is computed in every case.
 * @throws SIGN_IN_REFUSED
 */
export async function signInWithPassword(
  db: Db,
  { name, password }: { readonly name: string; readonly password: string },
  ports: Ports,
): Promise<PasswordResult> {
  const row = await db.selectFrom("users").selectAll().where("name", "=", name).executeTakeFirst();
  const right = await checkPassword(password, row?.kind === "local" ? row.password_hash : null);
  const now_ms = ports.clock.now_ms();
  if (row === undefined || isLocked(row, now_ms)) {
    await countNothing(db);
    throw refused();
  }
  if (!right) {
    await countFailure(db, row.id, now_ms);
    throw refused();
  }
  const passkey = await db.selectFrom("passkeys").select("name").where("user_id", "=", row.id).executeTakeFirst();
  const methods: SecondFactor[] = [];
  if (row.totp_secret !== null) methods.push("totp");
  if (passkey !== undefined) methods.push("passkey");
  if (methods.length > 0) {
    const challenge = await openChallenge(db, { kind: "second_factor", user_id: row.id }, ports);
    return { state: "second_factor", challenge, methods };
  }
  await signedIn(db, row.id, now_ms);
  return { state: "signed_in", user: row };
}

/** The second factor. @throws SIGN_IN_REFUSED, also for a code that was used before */
export async function signInWithTotp(
  db: Db,
  { challenge, code }: { readonly challenge: string; readonly code: string },
  ports: Ports & { readonly seal: Seal },
): Promise<UserRow> {
  const opened = await readChallenge(db, challenge, "second_factor", ports.clock);
  const now_ms = ports.clock.now_ms();
  const user = await withTransaction(db, async (tx) => {
    const row = await tx
      .selectFrom("users")
      .selectAll()
      .where("id", "=", opened.user_id)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined || row.totp_secret === null || isLocked(row, now_ms)) return undefined;
    const step = totpStep(ports.seal.open(row.totp_secret, row.id), code, now_ms);
    if (step === undefined || step <= (row.totp_last_step ?? 0)) return undefined;
    await tx.updateTable("users").set({ totp_last_step: step }).where("id", "=", row.id).execute();
    await closeChallenge(tx, challenge);
    await signedIn(tx, row.id, now_ms);
    return row;
  });
  if (user !== undefined) return user;
  if (opened.user_id !== null) await countFailure(db, opened.user_id, now_ms);
  throw refused();
}

export async function signedIn(db: Db, user_id: string, now_ms: number): Promise<void> {
  await db
    .updateTable("users")
    .set({ failed_count: 0, locked_until: null, last_login_at: new Date(now_ms) })
    .where("id", "=", user_id)
    .execute();
}

export interface Challenge {
  readonly kind: "second_factor" | "passkey" | "passkey_new" | "oidc";
  readonly user_id: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a sign-in goes on with; good for a few minutes. */
export async function openChallenge(
  db: Db,
  { kind, user_id, data = {} }: Omit<Challenge, "data"> & { readonly data?: Challenge["data"] },
  ports: Ports,
): Promise<string> {
  const secret = ports.random.bytes(32).toString("base64url");
  const now_ms = ports.clock.now_ms();
  await db.deleteFrom("sign_in_challenges").where("expires_at", "<", new Date(now_ms)).execute();
  await db
    .insertInto("sign_in_challenges")
    .values({
      secret_hash: hash(secret),
      kind,
      user_id,
      data: JSON.stringify(data),
      expires_at: new Date(now_ms + CHALLENGE_MS),
    })
    .execute();
  return secret;
}

/** Counts as an attempt. @throws SIGN_IN_REFUSED */
export async function readChallenge(db: Db, secret: string, kind: Challenge["kind"], clock: Clock): Promise<Challenge> {
  const row = await db
    .updateTable("sign_in_challenges")
    .set((update) => ({ attempts: update("attempts", "+", 1) }))
    .where("secret_hash", "=", hash(secret))
    .where("kind", "=", kind)
    .where("expires_at", ">", new Date(clock.now_ms()))
    .returningAll()
    .executeTakeFirst();
  if (row === undefined || row.attempts > CHALLENGE_ATTEMPTS_MAX) throw refused();
  return { kind: row.kind, user_id: row.user_id, data: row.data };
}

/** A challenge is good for one sign-in. */
export async function closeChallenge(db: Db, secret: string): Promise<void> {
  await db.deleteFrom("sign_in_challenges").where("secret_hash", "=", hash(secret)).execute();
}

function hash(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
