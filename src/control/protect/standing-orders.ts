import { isDeepStrictEqual } from "node:util";
import { isId } from "../../base/index.ts";
import type { Manifest } from "../../engine/repository/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { StandingOrder } from "../../protocol/index.ts";
import { encodeLabels } from "../catalog/index.ts";
import { enqueueJob, type JobRow } from "../jobs/index.ts";
import { loadSelection } from "../policy/index.ts";
import { everyWorkload } from "../inventory/index.ts";
import { prepareBackup, type PreparePorts, promise } from "./prepare.ts";

/**
 * What an agent keeps to while it does not reach the server: how often each of its workloads is backed up, and what
 * such a backup promises. The classes are those of a backup made now; later ones are kept rather longer than shorter.
 */
export async function standingOrders(
  agent: { readonly id: string; readonly project_id: string },
  ports: PreparePorts,
): Promise<StandingOrder[]> {
  const { db, clock } = ports;
  const orders: StandingOrder[] = [];
  const selection = await loadSelection(db);
  for await (const workload of everyWorkload(db, { project_id: agent.project_id })) {
    const { source } = workload;
    if (source.kind !== "agent" || source.agent !== agent.id) continue;
    const { effective } = selection.resolve(workload, clock.now_ms());
    if (effective === null) continue;
    const job = { id: "", workload_id: workload.id, policy_id: null, policy_version: null, input: SCHEDULED };
    const prepared = await prepareBackup(job as unknown as JobRow, ports);
    if (prepared.skip !== null) continue;
    const ready = prepared as Extract<typeof prepared, { skip: null }>;
    const from_ms = Math.floor(clock.now_ms() / SAME_MS) * SAME_MS;
    const then = { ...ports, clock: { ...clock, now_ms: () => from_ms } };
    const { labels, expires_at_ms } = await promise({ ...ready, labels: { ...ready.labels, job_id: null } }, then);
    // A backup that is made days later is locked as long as one made now, from then on.
    const lock = labels.lock && { ...labels.lock, from: new Date(from_ms).toISOString() };
    const order = {
      labels: encodeLabels({ ...labels, lock }),
      expires_after_ms: expires_at_ms === null ? null : Math.ceil((expires_at_ms - from_ms) / ROUND_MS) * ROUND_MS,
    };
    await keep(db, workload.id, order, new Date(clock.now_ms()));
    const last = await db
      .selectFrom("backups")
      .select("created_at")
      .where("workload_id", "=", workload.id)
      .where("state", "=", "AVAILABLE")
      .orderBy("created_at", "desc")
      .executeTakeFirst();
    orders.push({
      ...order,
      locked: labels.lock !== null,
      workload_id: workload.id,
      region_id: workload.region_id,
      every_seconds: Math.round(effective.rpo_ms / 1000),
      last_backup_at: last?.created_at.toISOString() ?? null,
      source: { ...source.source },
      hooks: { ...source.hooks },
    });
  }
  return orders;
}

const SCHEDULED = { trigger: "schedule" };
/**
 * Promises are made from the last quarter of an hour on (no zone has shorter ones), so that few are to be remembered.
 */
const SAME_MS = 900_000;
/** The host adds the time to its own clock's: what it says is the same to the minute. */
const ROUND_MS = 60_000;

/** Kept when it is another one than the last: what a backup says is held against all of them. */
async function keep(
  db: Db,
  workload_id: string,
  { labels, expires_after_ms }: { labels: object; expires_after_ms: number | null },
  now: Date,
): Promise<void> {
  const last = await db
    .selectFrom("agent_orders")
    .select(["labels", "expires_after_ms"])
    .where("workload_id", "=", workload_id)
    .orderBy("id", "desc")
    .executeTakeFirst();
  if (last !== undefined && isDeepStrictEqual({ ...last }, { labels, expires_after_ms })) return;
  await db
    .insertInto("agent_orders")
    .values({ workload_id, labels: JSON.stringify(labels), expires_after_ms, promised_at: now })
    .execute();
  const oldest = await db
    .selectFrom("agent_orders")
    .select("id")
    .where("workload_id", "=", workload_id)
    .orderBy("id", "desc")
    .offset(ORDERS_MAX)
    .limit(1)
    .executeTakeFirst();
  if (oldest === undefined) return;
  await db.deleteFrom("agent_orders").where("workload_id", "=", workload_id).where("id", "<=", oldest.id).execute();
}

/** Does the manifest say what one of the workload's standing orders said? */
export async function isStandingOrder(
  { db, clock }: Pick<PreparePorts, "db" | "clock">,
  workload_id: string,
  manifest: Manifest,
): Promise<boolean> {
  if (manifest.created_at_ms > clock.now_ms() + AHEAD_MAX_MS) return false;
  const rows = await db
    .selectFrom("agent_orders")
    .select(["labels", "expires_after_ms"])
    .where("workload_id", "=", workload_id)
    .orderBy("id", "desc")
    .limit(ORDERS_MAX)
    .execute();
  const kept_ms = manifest.expires_at_ms === null ? null : manifest.expires_at_ms - manifest.created_at_ms;
  return rows.some(({ labels, expires_after_ms }) => {
    if (!isDeepStrictEqual({ ...manifest.labels }, { ...labels })) return false;
    if (expires_after_ms === null || kept_ms === null) return expires_after_ms === kept_ms;
    // The agent adds it to when it began; the manifest tells when the engine did.
    return Math.abs(kept_ms - expires_after_ms) <= ROUND_MS;
  });
}

/** Orders that are remembered for each workload: those of ten days in which nothing but the time changed. */
const ORDERS_MAX = 1000;
/** A host's clock may be ahead by so much; a lock moves with it. */
const AHEAD_MAX_MS = 3_600_000;
const AGAIN_MS = 600_000;

export interface OfflineRun {
  readonly backup_id: string;
  readonly workload_id: string;
}

/**
 * Takes over backups that an agent made without the server: each becomes a job, once.
 * @returns ids of those that are in the catalog, which the agent may forget
 */
export async function adoptOffline(
  agent: { readonly id: string; readonly project_id: string },
  runs: readonly OfflineRun[],
  ports: PreparePorts,
): Promise<string[]> {
  const adopted: string[] = [];
  for (const { backup_id, workload_id } of runs) {
    if (!isId("bkp", backup_id)) continue;
    await withTransaction(ports.db, async (tx) => {
      const workload = await tx
        .selectFrom("workloads")
        .select(["id", "region_id", "source"])
        .where("id", "=", workload_id)
        .where("project_id", "=", agent.project_id)
        .executeTakeFirst();
      if (workload?.source.kind !== "agent" || workload.source.agent !== agent.id) return;
      const there = await tx.selectFrom("backups").select("state").where("id", "=", backup_id).executeTakeFirst();
      if (there?.state === "AVAILABLE") adopted.push(backup_id);
      if (there !== undefined && there.state !== "FAILED") return;
      const tried = await tx
        .selectFrom("jobs")
        .select(({ fn }) => [fn.countAll<number>().as("count"), fn.max("created_at").as("last")])
        .where("idempotency_key", "like", `offline:${backup_id}:%`)
        .executeTakeFirstOrThrow();
      // One that failed is tried again, as long as the host has it.
      const wait_ms = ports.clock.now_ms() - (tried.last?.getTime() ?? 0);
      if (tried.count > 0 && (there === undefined || wait_ms < AGAIN_MS)) return;
      const input = { ...SCHEDULED, region_id: workload.region_id, agent_id: agent.id, offline_backup_id: backup_id };
      const { project_id } = agent;
      const idempotency_key = `offline:${backup_id}:${tried.count}`;
      await enqueueJob(tx, { kind: "backup", project_id, workload_id, input, idempotency_key }, ports);
    });
  }
  return adopted;
}
