import { createHash, timingSafeEqual } from "node:crypto";
import { sql } from "kysely";
import { newId } from "../../base/index.ts";
import type { Clock } from "../../base/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { accessError } from "./errors.ts";

/** Who a request comes from. */
export interface Principal {
  readonly token_id: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

export interface NewToken {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expires_at?: Date;
}

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
 * @throws TOKEN_INVALID for one that is unknown, malformed, expired or revoked
 */
export async function verifyToken(db: Db, secret: string, clock: Clock): Promise<Principal> {
  // Looked up by hash: timing could tell something about a hash, which says nothing about the token.
  const hash = hashToken(secret);
  const row = await db.selectFrom("tokens").selectAll().where("token_hash", "=", hash).executeTakeFirst();
  const now_ms = clock.now_ms();
  const valid =
    row !== undefined &&
    timingSafeEqual(row.token_hash, hash) &&
    row.revoked_at === null &&
    (row.expires_at === null || row.expires_at.getTime() > now_ms);
  if (!valid) throw accessError("TOKEN_INVALID", "the token is not valid");
  return { token_id: row.id, name: row.name, scopes: row.scopes };
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
