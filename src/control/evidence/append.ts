import { sql } from "kysely";
import type { Clock } from "../../base/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Tx } from "../../platform/db/index.ts";
import { innerHash, leafHash } from "./merkle.ts";
import type { Hash, NodeReader } from "./merkle.ts";

/** One appender at a time; any number, ever the same. */
export const EVIDENCE_LOCK_KEY = 4_841_273_571;
const BATCH_ROWS = 1000;
const BATCHES_MAX = 100;

/** How many leaves there are. */
export async function treeSize(db: Db): Promise<number> {
  const row = await db
    .selectFrom("evidence_leaves")
    .select((eb) => eb.fn.max("leaf_index").as("last"))
    .executeTakeFirst();
  return row?.last === null || row === undefined ? 0 : Number(row.last) + 1;
}

/**
 * Makes leaves of what waits, in the order in which it was written. A fact stops waiting in the transaction that makes
 * its leaf, so none is lost and none comes twice, wherever the process is killed. @returns how many
 */
export async function appendPending(db: Db, ports: { readonly clock: Clock }): Promise<number> {
  let appended = 0;
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    const count = await withTransaction(db, (tx) => appendBatch(tx, new Date(ports.clock.now_ms())));
    appended += count;
    if (count < BATCH_ROWS) break;
  }
  return appended;
}

async function appendBatch(tx: Tx, now: Date): Promise<number> {
  await sql`select pg_advisory_xact_lock(${sql.lit(EVIDENCE_LOCK_KEY)})`.execute(tx);
  const pending = await tx.selectFrom("evidence_pending").selectAll().orderBy("id").limit(BATCH_ROWS).execute();
  if (pending.length === 0) return 0;
  const size = await treeSize(tx);
  const leaves = pending.map(({ id: _id, time, data, ...fact }, i) => {
    const record = recordText({ ...fact, time: time.toISOString(), data });
    return { ...fact, time, record, leaf_index: size + i, leaf_hash: leafHash(record), appended_at: now };
  });
  await tx.insertInto("evidence_leaves").values(leaves).execute();
  const nodes = await completedNodes(
    tx,
    size,
    leaves.map((leaf) => leaf.leaf_hash),
  );
  for (let at = 0; at < nodes.length; at += BATCH_ROWS) {
    await tx
      .insertInto("evidence_nodes")
      .values(nodes.slice(at, at + BATCH_ROWS))
      .execute();
  }
  await sql`delete from evidence_pending where id = any(${pending.map((row) => row.id)}::bigint[])`.execute(tx);
  return pending.length;
}

/** The text that is hashed; kept as it is, so nobody ever has to spell it again. */
function recordText(fact: {
  readonly kind: string;
  readonly subject: string;
  readonly project_id: string | null;
  readonly time: string;
  readonly data: unknown;
}): string {
  const { kind, subject, project_id, time, data } = fact;
  return JSON.stringify({ time, kind, subject, project_id, data });
}

/** Hashes of the subtrees above level 0 that these leaves complete. */
async function completedNodes(
  tx: Tx,
  size: number,
  hashes: readonly Hash[],
): Promise<{ level: number; node_index: number; hash: Hash }[]> {
  const nodes: { level: number; node_index: number; hash: Hash }[] = [];
  const stored = nodeReader(tx);
  let [below, first] = [hashes, size];
  for (let level = 1; below.length > 0; level++) {
    const above: Hash[] = [];
    const above_first = Math.floor(first / 2);
    for (let i = 0; i < below.length; i++) {
      const index = first + i;
      const right = below[i];
      if (index % 2 === 0 || right === undefined) continue;
      const left = below[i - 1] ?? (await stored(level - 1, index - 1));
      const hash = innerHash(left, right);
      above.push(hash);
      nodes.push({ level, node_index: (index - 1) / 2, hash });
    }
    [below, first] = [above, above_first];
  }
  return nodes;
}

/** Reads single nodes, each once. */
export function nodeReader(db: Db, known = new Map<string, Hash>()): NodeReader {
  return async (level, node_index) => {
    const key = `${level}:${node_index}`;
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    const row =
      level === 0
        ? await db
            .selectFrom("evidence_leaves")
            .select("leaf_hash as hash")
            .where("leaf_index", "=", node_index)
            .executeTakeFirstOrThrow()
        : await db
            .selectFrom("evidence_nodes")
            .select("hash")
            .where("level", "=", level)
            .where("node_index", "=", node_index)
            .executeTakeFirstOrThrow();
    known.set(key, row.hash);
    return row.hash;
  };
}
