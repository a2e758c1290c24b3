import { createHash, timingSafeEqual } from "node:crypto";
import { sql } from "kysely";
import { newId } from "../../base/index.ts";
import type { Clock } from "../../base/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { accessError } from "./errors.ts";
import { grantsOf } from "./principal.ts";
import type { Principal } from "./principal.ts";

export interface NewToken {
  readonly name: string;
  /** Without an owner: what it may do everywhere. With one: what of the owner's rights it may use. */
  readonly scopes: readonly string[];
  readonly expires_at?: Date | undefined;
  /** A user or service account. */
  readonly user_id?: string | undefined;
  readonly created_by?: string | undefined;
}

/** The time of last use is kept to this, so that not every request writes. */
const USED_EVERY_MS = 60_000;

const TOKEN_PREFIX = "baas_";
const TOKEN_BYTES = 32;
const ADMIN_NAME = "admin";
const ADMIN_LOCK_KEY = 4_841_273_562; // Any number, ever the same: first starts wait for one another.

/** Makes a token. `secret` is not kept: whoever calls shows it once. */
export async function createToken(db: Db, token: NewToken, ports: Ports): Promise<{ id: string; secret: string }> {
  const secret = TOKEN_PREFIX + ports.random.bytes(TOKEN_BYTES).toString("base64url");
  const id = newId("tok", ports.clock, ports.random);
  await db
    .insertInto("tokens")
    .values({
      id,
      name: token.name,
      token_hash: hashToken(secret),
      scopes: JSON.stringify(token.scopes),
      created_at: new Date(ports.clock.now_ms()),
      expires_at: token.expires_at ?? null,
      user_id: token.user_id ?? null,
      created_by: token.created_by ?? null,
    })
    .execute();
  return { id, secret };
}

/**
 * At the very first start: the admin token. Later: undefined, since it cannot be shown again.
 *
 * @param keep puts the token where its owner finds it, durably, before it becomes valid: whoever kills the server
 * between
 *   the two makes the next start make another one, and locks nobody out. May be called again with another token.
 */
export async function ensureAdminToken(
  db: Db,
  ports: Ports,
  keep: (secret: string) => Promise<void> = async () => {},
): Promise<string | undefined> {
  return withTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(ADMIN_LOCK_KEY)})`.execute(tx);
    const existing = await tx.selectFrom("tokens").select("id").where("name", "=", ADMIN_NAME).executeTakeFirst();
    if (existing !== undefined) return undefined;
    const { secret } = await createToken(tx, { name: ADMIN_NAME, scopes: ["*"] }, ports);
    await keep(secret);
    return secret;
  });
}

/**
 * Whose token this is.
 * @throws TOKEN_INVALID for one that is unknown, malformed, expired or revoked, or whose owner is disabled
 */
export async function verifyToken(db: Db, secret: string, clock: Clock): Promise<Principal> {
  // Looked up by hash: timing could tell something about a hash, which says nothing about the token.
  const principal = await tokenPrincipal(db, { hash: hashToken(secret) }, clock.now_ms());
  if (principal === undefined) throw accessError("TOKEN_INVALID", "the token is not valid");
  return principal;
}

/** What a token may do now; undefined for one that is unknown, expired or revoked, or whose owner is disabled. */
export async function tokenPrincipal(
  db: Db,
  wanted: { readonly hash: Buffer } | { readonly id: string },
  now_ms: number,
): Promise<Principal | undefined> {
  const row = await db
    .selectFrom("tokens")
    .leftJoin("users", "users.id", "tokens.user_id")
    .selectAll("tokens")
    .select(["users.name as user_name", "users.kind as user_kind", "users.groups", "users.disabled_at"])
    .where((where) => ("hash" in wanted ? where("token_hash", "=", wanted.hash) : where("tokens.id", "=", wanted.id)))
    .executeTakeFirst();
  const valid =
    row !== undefined &&
    (!("hash" in wanted) || timingSafeEqual(row.token_hash, wanted.hash)) &&
    row.revoked_at === null &&
    row.disabled_at === null &&
    (row.expires_at === null || row.expires_at.getTime() > now_ms);
  if (!valid) return undefined;
  if (now_ms - (row.last_used_at?.getTime() ?? 0) >= USED_EVERY_MS) {
    await db
      .updateTable("tokens")
      .set({ last_used_at: new Date(now_ms) })
      .where("id", "=", row.id)
      .execute();
  }
  const { id, user_id, scopes } = row;
  const base = { token_id: id, user_id, session_id: null, groups: row.groups ?? [] };
  if (user_id === null) {
    const own = { role: "token", permissions: scopes, project_id: null, tags: null };
    const bound = await grantsOf(db, { user: undefined, token_id: id }, now_ms);
    // With roles of its own a token is not held to its scopes as well: those are granted everywhere.
    return { ...base, kind: "token", name: row.name, scopes: ["*"], grants: [own, ...bound] };
  }
  const user = { id: user_id, kind: row.user_kind ?? "local", groups: row.groups ?? [] };
  const grants = await grantsOf(db, { user, token_id: id }, now_ms);
  const kind = row.user_kind === "service" ? "service_account" : "user";
  return { ...base, kind, name: row.user_name ?? row.name, scopes, grants };
}

/** From now on the token is refused. @throws TOKEN_NOT_FOUND */
export async function revokeToken(db: Db, token_id: string, clock: Clock): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("tokens")
    .set({ revoked_at: new Date(clock.now_ms()) })
    .where("id", "=", token_id)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw accessError("TOKEN_NOT_FOUND", `there is no token ${token_id}`, { token_id });
}

function hashToken(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
