import type { FastifyRequest } from "fastify";
import { type Db, enterRowScope, leaveRowScope, type Readers, type Tx } from "../../platform/db/index.ts";

/**
 * Reads with the caller's eyes: whoever has the permission everywhere sees everything, anyone else nothing beyond their
 * projects and workloads. Statements, not a transaction: what is read together stands in one statement.
 */
export function withinReach<T>(readers: Readers, request: FastifyRequest, work: (db: Db) => Promise<T>): Promise<T> {
  const { reach } = request;
  return work(reach === null || reach.everywhere ? readers.all : readers.in(reach));
}

/** With the caller's eyes within a transaction that goes on afterwards with the server's own eyes. */
export async function inScope<T>(tx: Tx, request: FastifyRequest, work: () => Promise<T>): Promise<T> {
  const { reach } = request;
  if (reach === null || reach.everywhere) return work();
  await enterRowScope(tx, reach);
  const result = await work();
  await leaveRowScope(tx);
  return result;
}
