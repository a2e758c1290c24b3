import type { FastifyRequest } from "fastify";
import { type Db, enterRowScope, leaveRowScope, type Tx, withTransaction } from "../../platform/db/index.ts";

/**
 * Reads with the caller's eyes: whoever has the permission everywhere reads plainly, anyone else in a transaction that
 * sees nothing beyond their projects and workloads.
 */
export async function withinReach<T>(db: Db, request: FastifyRequest, work: (db: Db) => Promise<T>): Promise<T> {
  const { reach } = request;
  if (reach === null || reach.everywhere) return work(db);
  return withTransaction(db, async (tx) => {
    await enterRowScope(tx, reach);
    return work(tx);
  });
}

/** The same within a transaction that goes on afterwards with the server's own eyes. */
export async function inScope<T>(tx: Tx, request: FastifyRequest, work: () => Promise<T>): Promise<T> {
  const { reach } = request;
  if (reach === null || reach.everywhere) return work();
  await enterRowScope(tx, reach);
  const result = await work();
  await leaveRowScope(tx);
  return result;
}
