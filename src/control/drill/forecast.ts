import { sql } from "kysely";
import type { Db } from "../../platform/db/index.ts";
import { estimateThaw } from "../tiering/index.ts";
import { classOf, listDrillClasses } from "./classes.ts";

/** How long a restore will probably take until it works, and whether that is what the workload's class promises. */
export interface RestoreForecast {
  /** What it is drawn from: drills of this workload, of others of its kind and region, or none yet. */
  readonly basis: "workload" | "kind" | "none";
  readonly drills: number;
  /** As many as half of the drills, and nineteen of twenty, scaled to the size of this backup; null without drills. */
  readonly p50_seconds: number | null;
  readonly p95_seconds: number | null;
  /** Until what is cold can be read; 0 when nothing is. */
  readonly thaw_seconds: number;
  /** What is cold and has to be made readable first, and what that costs; null when the region's price is not said. */
  readonly thaw_bytes: number;
  readonly thaw_cost: number | null;
  readonly class: string;
  readonly rto_target_seconds: number;
  /** Also in the slow case; null when nothing is known. */
  readonly meets_target: boolean | null;
}

type TieringPorts = Parameters<typeof estimateThaw>[1];

/** Enough of the workload's own to believe them more than those of others. */
const OWN_MIN = 3;
const DRILLS_MAX = 200;
/** Smaller ones say how long starting takes, and nothing of speed. */
const SCALED_BYTES_MIN = 64 * 1024 * 1024;

interface Sample {
  readonly rto_seconds: number;
  readonly bytes: number;
}

/** Before the click: from what drills measured, scaled by size, with the thaw in front. @throws BACKUP_UNKNOWN */
export async function forecastRestore(
  backup: { readonly id: string; readonly workload_id: string; readonly source_bytes: number | null },
  region_id: string,
  ports: TieringPorts,
): Promise<RestoreForecast> {
  const { db } = ports;
  const workload = await db
    .selectFrom("workloads")
    .select(["tags", sql<string>`source ->> 'kind'`.as("kind")])
    .where("id", "=", backup.workload_id)
    .executeTakeFirstOrThrow();
  const { name, rto_seconds: target } = classOf(workload.tags, await listDrillClasses(db));
  const own = await samples(db, { workload_id: backup.workload_id });
  const others = own.length >= OWN_MIN ? [] : await samples(db, { kind: workload.kind, region_id });
  const basis = own.length >= OWN_MIN ? "workload" : others.length > 0 ? "kind" : own.length > 0 ? "workload" : "none";
  const used = basis === "kind" ? others : own;
  const scaled = used.map((sample) => scale(sample, Number(backup.source_bytes ?? 0))).sort((a, b) => a - b);
  const [p50, p95] = [rank(scaled, 0.5), rank(scaled, 0.95)];
  const { thaw_seconds, ...thaw } = await thawOf(backup.id, region_id, ports);
  return {
    basis,
    drills: used.length,
    p50_seconds: p50 === null ? null : Math.round(p50 + thaw_seconds),
    p95_seconds: p95 === null ? null : Math.round(p95 + thaw_seconds),
    thaw_seconds,
    ...thaw,
    class: name,
    rto_target_seconds: target,
    // A thaw that takes longer by itself is an answer without any drill.
    meets_target: p95 === null ? (thaw_seconds > target ? false : null) : p95 + thaw_seconds <= target,
  };
}

async function samples(
  db: Db,
  of: { readonly workload_id: string } | { readonly kind: string; readonly region_id: string },
): Promise<Sample[]> {
  let query = db
    .selectFrom("drills")
    .innerJoin("backups", "backups.id", "drills.backup_id")
    .innerJoin("workloads", "workloads.id", "drills.workload_id")
    .select(["rto_seconds", "backups.source_bytes"])
    .where("drills.state", "in", ["PASSED", "MISSED_TARGET"])
    .where("rto_seconds", "is not", null)
    .orderBy("drills.requested_at", "desc")
    .limit(DRILLS_MAX);
  query =
    "workload_id" in of
      ? query.where("drills.workload_id", "=", of.workload_id)
      : query
          .where("drills.region_id", "=", of.region_id)
          .where(sql<boolean>`workloads.source ->> 'kind' = ${of.kind}`);
  return (await query.execute()).map((row) => ({
    rto_seconds: row.rto_seconds ?? 0,
    bytes: Number(row.source_bytes ?? 0),
  }));
}

/** A larger backup takes longer in proportion; a smaller one is not promised to be faster than what was seen. */
function scale({ rto_seconds, bytes }: Sample, wanted_bytes: number): number {
  const from = Math.max(bytes, SCALED_BYTES_MIN);
  return rto_seconds * Math.max(1, wanted_bytes / from);
}

function rank(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/** Nothing is asked for: a thaw may cost money. */
async function thawOf(backup_id: string, region: string, ports: TieringPorts) {
  const { packs, bytes, cost, expected_at } = await estimateThaw({ backup_id, region }, ports);
  const wait_ms = packs === 0 ? 0 : Date.parse(expected_at) - ports.clock.now_ms();
  return {
    thaw_seconds: Math.max(0, Math.round(wait_ms / 1000)),
    thaw_bytes: bytes,
    thaw_cost: packs === 0 ? 0 : cost,
  };
}
