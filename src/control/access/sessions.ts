import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../base/index.ts";
import { newId } from "../../base/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { accessError } from "./errors.ts";
import { grantsOf } from "./principal.ts";
import type { Principal } from "./principal.ts";
import { tokenPrincipal } from "./tokens.ts";

/** Ends when nobody uses it for so long, and anyway after the second. */
export interface SessionLimits {
  readonly idle_ms: number;
  readonly absolute_ms: number;
}

export const SESSION_LIMITS: SessionLimits = { idle_ms: 30 * 60_000, absolute_ms: 12 * 3_600_000 };

/** The time of last use is kept to this, so that not every request writes. */
const SEEN_EVERY_MS = 30_000;
const SECRET_BYTES = 32;

export interface NewSession {
  readonly owner: { readonly user_id: string } | { readonly token_id: string };
  /** How it was opened: `password`, `password+totp`, `passkey`, `oidc`, `token`. */
  readonly method: string;
  readonly address: string;
  readonly user_agent: string;
}

export interface OpenedSession {
  readonly id: string;
  /** For the cookie, and kept nowhere else. */
  readonly secret: string;
  readonly csrf_token: string;
  readonly expires_at: Date;
}

export async function openSession(
  db: Db,
  session: NewSession,
  ports: Ports,
  limits: SessionLimits = SESSION_LIMITS,
): Promise<OpenedSession> {
  const secret = ports.random.bytes(SECRET_BYTES).toString("base64url");
  const now_ms = ports.clock.now_ms();
  const expires_at = new Date(now_ms + limits.absolute_ms);
  const id = newId("ses", ports.clock, ports.random);
  await db
    .insertInto("sessions")
    .values({
      id,
      secret_hash: hash(secret),
      ...session.owner,
      method: session.method,
      address: session.address,
      user_agent: session.user_agent.slice(0, 256),
      created_at: new Date(now_ms),
      last_seen_at: new Date(now_ms),
      expires_at,
    })
    .execute();
  // Whoever opens one sweeps those that ended long ago.
  await db
    .deleteFrom("sessions")
    .where("expires_at", "<", new Date(now_ms - limits.absolute_ms))
    .execute();
  return { id, secret, csrf_token: csrfToken(secret), expires_at };
}

export interface ActiveSession {
  readonly id: string;
  readonly method: string;
  readonly csrf_token: string;
  readonly expires_at: Date;
  readonly idle_expires_at: Date;
  readonly principal: Principal;
}

/**
 * Whose session this is; from now on it is used again.
 * @throws SESSION_INVALID for one that is unknown, idle for too long, expired or ended, or whose owner is gone
 */
export async function verifySession(
  db: Db,
  secret: string,
  clock: Clock,
  limits: SessionLimits = SESSION_LIMITS,
): Promise<ActiveSession> {
  const row = await db.selectFrom("sessions").selectAll().where("secret_hash", "=", hash(secret)).executeTakeFirst();
  const now_ms = clock.now_ms();
  const idle_until_ms = (row?.last_seen_at.getTime() ?? 0) + limits.idle_ms;
  if (row === undefined || row.ended_at !== null || row.expires_at.getTime() <= now_ms || idle_until_ms <= now_ms) {
    throw invalid();
  }
  const principal =
    row.user_id === null
      ? await tokenPrincipal(db, { id: row.token_id ?? "" }, now_ms)
      : await userPrincipal(db, row.user_id, row.id, now_ms);
  if (principal === undefined) throw invalid();
  if (now_ms - row.last_seen_at.getTime() >= SEEN_EVERY_MS) {
    await db
      .updateTable("sessions")
      .set({ last_seen_at: new Date(now_ms) })
      .where("id", "=", row.id)
      .execute();
  }
  return {
    id: row.id,
    method: row.method,
    csrf_token: csrfToken(secret),
    expires_at: row.expires_at,
    idle_expires_at: new Date(Math.min(now_ms + limits.idle_ms, row.expires_at.getTime())),
    principal: { ...principal, session_id: row.id },
  };
}

export async function endSession(db: Db, session_id: string, clock: Clock): Promise<void> {
  await db
    .updateTable("sessions")
    .set({ ended_at: new Date(clock.now_ms()) })
    .where("id", "=", session_id)
    .execute();
}

/** Is this what {@link csrfToken} gave for the session? */
export function checkCsrf(session: Pick<ActiveSession, "csrf_token">, given: string): boolean {
  return timingSafeEqual(hash(session.csrf_token), hash(given));
}

/** Another site's page can make a browser send the cookie, but cannot read this. */
function csrfToken(secret: string): string {
  return createHmac("sha256", secret).update("holdfast csrf").digest("base64url");
}

async function userPrincipal(
  db: Db,
  user_id: string,
  session_id: string,
  now_ms: number,
): Promise<Principal | undefined> {
  const user = await db.selectFrom("users").selectAll().where("id", "=", user_id).executeTakeFirst();
  if (user === undefined || user.disabled_at !== null) return undefined;
  const grants = await grantsOf(db, { user, token_id: undefined }, now_ms);
  const { name, groups } = user;
  return { token_id: session_id, kind: "user", user_id, name, scopes: ["*"], groups, grants, session_id };
}

function invalid() {
  return accessError("SESSION_INVALID", "the session has ended");
}

function hash(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
