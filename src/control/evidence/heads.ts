import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Selectable } from "kysely";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, EvidenceHeadTable, Tx } from "../../platform/db/index.ts";
import type { Clock } from "../../base/index.ts";
import { appendPending, EVIDENCE_LOCK_KEY, nodeReader, treeSize } from "./append.ts";
import { rootOf } from "./merkle.ts";
import type { Signer } from "./signer.ts";

export type HeadRow = Selectable<EvidenceHeadTable>;

export const HEAD_TYPE = "holdfast-evidence-head+jws";
const DAY_MS = 86_400_000;
/** Days signed in one pass after a long stop. */
const DAYS_MAX = 1000;

/** What a head says: these leaves and no others, and what head came before. */
export interface HeadClaims {
  /** Which log: the head of another one proves nothing here. */
  readonly log_id: string;
  /** UTC day that has ended; of an interim head the day it was made. */
  readonly day: string;
  readonly interim: boolean;
  readonly tree_size: number;
  readonly root_hash: string;
  readonly previous_day: string | null;
  readonly previous_size: number;
  /** SHA-256 of the previous day's head as it was signed. */
  readonly previous_head: string | null;
  readonly signed_at: string;
}

export function headHash(jws: string): string {
  return createHash("sha256").update(jws).digest("base64url");
}

export function dayOf(instant_ms: number): string {
  return new Date(instant_ms).toISOString().slice(0, 10);
}

export function nextDay(day: string): string {
  return dayOf(Date.parse(`${day}T00:00:00Z`) + DAY_MS);
}

/**
 * Signs a head for every day that has ended since the last one, quiet days included: two heads over the same leaves
 * prove that nothing happened between them. @returns the days
 */
export async function signHeads(db: Db, signer: Signer, ports: { readonly clock: Clock }): Promise<string[]> {
  await appendPending(db, ports);
  return withTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(EVIDENCE_LOCK_KEY)})`.execute(tx);
    const days: string[] = [];
    const today = dayOf(ports.clock.now_ms());
    let last = await lastHead(tx);
    let day = last === undefined ? await firstDay(tx, today) : nextDay(last.day);
    for (; day < today && days.length < DAYS_MAX; day = nextDay(day)) {
      const end = new Date(Date.parse(`${nextDay(day)}T00:00:00Z`));
      const { size } = await tx
        .selectFrom("evidence_leaves")
        .select(sql<number>`coalesce(max(leaf_index) + 1, 0)`.as("size"))
        .where("appended_at", "<", end)
        .executeTakeFirstOrThrow();
      // A clock that was set back must not take leaves away.
      const head = await makeHead(tx, signer, { day, size: Math.max(size, last?.tree_size ?? 0), last }, ports.clock);
      await tx.insertInto("evidence_heads").values(head).execute();
      last = { ...head, published: {} };
      days.push(day);
    }
    return days;
  });
}

/** A head over everything up to now, for an export that is not to wait for midnight. It is not kept. */
export async function interimHead(db: Db, signer: Signer, ports: { readonly clock: Clock }): Promise<HeadRow> {
  const last = await lastHead(db);
  const day = dayOf(ports.clock.now_ms());
  const size = await treeSize(db);
  return { ...(await makeHead(db, signer, { day, size, last, interim: true }, ports.clock)), published: {} };
}

async function makeHead(
  db: Db,
  signer: Signer,
  of: { readonly day: string; readonly size: number; readonly last: HeadRow | undefined; readonly interim?: boolean },
  clock: Clock,
) {
  const root_hash = await rootOf(nodeReader(db), of.size);
  const created_at = new Date(clock.now_ms());
  const claims: HeadClaims = {
    log_id: signer.fingerprint,
    day: of.day,
    interim: of.interim ?? false,
    tree_size: of.size,
    root_hash: root_hash.toString("base64url"),
    previous_day: of.last?.day ?? null,
    previous_size: of.last?.tree_size ?? 0,
    previous_head: of.last === undefined ? null : headHash(of.last.jws),
    signed_at: created_at.toISOString(),
  };
  return { day: of.day, tree_size: of.size, root_hash, jws: await signer.sign(claims, HEAD_TYPE), created_at };
}

/** The newest daily head. */
export async function lastHead(db: Db | Tx): Promise<HeadRow | undefined> {
  return db.selectFrom("evidence_heads").selectAll().orderBy("day", "desc").limit(1).executeTakeFirst();
}

/** The log begins with the day of its first leaf. */
async function firstDay(db: Db, today: string): Promise<string> {
  const first = await db
    .selectFrom("evidence_leaves")
    .select("appended_at")
    .where("leaf_index", "=", 0)
    .executeTakeFirst();
  return first === undefined ? today : dayOf(first.appended_at.getTime());
}
