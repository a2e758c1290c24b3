import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Clock } from "../../base/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { apiError } from "./errors.ts";

const KEPT_MS = 24 * 60 * 60 * 1000;
/** Each new key takes this many expired ones with it, so the table stays as small as a day's requests. */
const SWEPT_MAX = 100;

export interface KeyedRequest {
  readonly token_id: string;
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: object | null;
}

/**
 * Claims the key in the transaction that does the work, so the effect and the kept answer stand or fall together. A
 * duplicate that comes meanwhile waits here for the first one's end (PostgreSQL makes it wait on the unique index).
 * @returns the kept answer when the request was made before
 * @throws API_IDEMPOTENCY_KEY_REUSED
 */
export async function claimKey(tx: Tx, request: KeyedRequest, clock: Clock): Promise<Answer | undefined> {
  const now = new Date(clock.now_ms());
  await tx
    .deleteFrom("idempotency_keys")
    .where("token_id", "=", request.token_id)
    .where("key", "=", request.key)
    .where("expires_at", "<=", now)
    .execute();
  const { token_id, key, method, path } = request;
  const body_hash = createHash("sha256").update(stableJson(request.body)).digest("hex");
  const inserted = await tx
    .insertInto("idempotency_keys")
    .values({ token_id, key, method, path, body_hash, created_at: now, expires_at: new Date(now.getTime() + KEPT_MS) })
    .onConflict((conflict) => conflict.columns(["token_id", "key"]).doNothing())
    .returning("key")
    .executeTakeFirst();
  if (inserted !== undefined) {
    await sql`delete from idempotency_keys where ctid in (
      select ctid from idempotency_keys where expires_at <= ${now} limit ${SWEPT_MAX} for update skip locked)`.execute(
      tx,
    );
    return undefined;
  }
  const kept = await tx
    .selectFrom("idempotency_keys")
    .selectAll()
    .where("token_id", "=", token_id)
    .where("key", "=", key)
    .executeTakeFirst();
  if (kept?.status === undefined || kept.status === null) {
    throw apiError("API_BUSY", "a request with this Idempotency-Key is still being worked on", { key });
  }
  if (kept.method !== method || kept.path !== path || kept.body_hash !== body_hash) {
    throw apiError(
      "API_IDEMPOTENCY_KEY_REUSED",
      `Idempotency-Key ${key} belongs to another ${kept.method} ${kept.path}`,
      {
        key,
      },
    );
  }
  return { status: kept.status, body: kept.response };
}

/** Keeps the answer with the claimed key. */
export async function keepAnswer(tx: Tx, request: KeyedRequest, answer: Answer): Promise<void> {
  await tx
    .updateTable("idempotency_keys")
    .set({ status: answer.status, response: answer.body === null ? null : JSON.stringify(answer.body) })
    .where("token_id", "=", request.token_id)
    .where("key", "=", request.key)
    .execute();
}

/** The same text for the same value, whatever the order of its members. */
function stableJson(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(stableJson).join(",")}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${stableJson(member)}`).join(",")}}`;
}
