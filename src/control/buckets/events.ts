import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Clock, Random } from "../../base/index.ts";
import { keysTold, pushEvents } from "../../engine/source/bucket/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { getWorkload } from "../inventory/index.ts";
import { bucketsError } from "./errors.ts";
import { type BucketWorkload, isContinuous, sourcePlace } from "./targets.ts";

/** Told keys that wait, a workload; beyond that a comparison finds them cheaper. */
const KEPT_MAX = 10_000;

interface Ports {
  readonly clock: Clock;
  readonly random: Random;
}

/** @throws WORKLOAD_NOT_FOUND, BUCKET_NOT_CONTINUOUS */
export async function getBucketWorkload(db: Db, id_or_name: string): Promise<BucketWorkload> {
  const workload = await getWorkload(db, id_or_name);
  if (isContinuous(workload)) return workload;
  const message = `${workload.name} is not a bucket that is watched between its backups`;
  throw bucketsError("BUCKET_NOT_CONTINUOUS", message, { workload: workload.id });
}

/**
 * Makes the address that a bucket's service sends its events to; an earlier one ends.
 * @returns what the address ends with: known to nobody else, and not kept
 */
export async function makeEventsAddress(db: Db, workload: BucketWorkload, { clock, random }: Ports): Promise<string> {
  const secret = random.bytes(24).toString("base64url");
  await ensureStream(db, workload, clock);
  await db
    .updateTable("bucket_streams")
    .set({ events_hash: hashOf(secret) })
    .where("workload_id", "=", workload.id)
    .execute();
  return secret;
}

/** Has the bucket's service send them. @throws BUCKET_EVENTS_UNSUPPORTED, BUCKET_UNREACHABLE, BUCKET_DENIED */
export async function askForEvents(workload: BucketWorkload, url: string, { clock }: Pick<Ports, "clock">) {
  const name = `holdfast-${workload.id.replaceAll("_", "-")}`;
  return pushEvents(sourcePlace(workload.source), { name, url }, clock);
}

/**
 * Keeps what a service tells until it was looked at. @returns how many keys it named
 * @throws BUCKET_EVENTS_UNKNOWN, BUCKET_EVENTS_UNREADABLE
 */
export async function takeEvents(db: Db, secret: string, body: unknown, clock: Clock): Promise<number> {
  const row = await db
    .selectFrom("bucket_streams")
    .innerJoin("workloads", "workloads.id", "bucket_streams.workload_id")
    .select(["bucket_streams.workload_id", "workloads.source"])
    .where("events_hash", "=", hashOf(secret))
    .where("workloads.removed_at", "is", null)
    .executeTakeFirst();
  if (row === undefined || row.source.kind !== "bucket")
    throw bucketsError("BUCKET_EVENTS_UNKNOWN", "nobody waits for events at this address");
  const { workload_id, source } = row;
  const keys = keysTold(body, source.bucket);
  if (keys === undefined) throw bucketsError("BUCKET_EVENTS_UNREADABLE", "this is no message with events of a bucket");
  const now = new Date(clock.now_ms());
  // PostgreSQL keeps no NUL: such a key is found by the comparison.
  const own = keys.filter((key) => key.startsWith(source.prefix) && !key.includes("\0"));
  if (own.length === 0) return 0;
  const { kept } = await db
    .selectFrom("bucket_events")
    .select(({ fn }) => fn.countAll<number>().as("kept"))
    .where("workload_id", "=", workload_id)
    .executeTakeFirstOrThrow();
  const too_much = Number(kept) + own.length > KEPT_MAX;
  await db
    .updateTable("bucket_streams")
    .set({ told_at: now, ...(too_much ? { dropped_at: now } : {}) })
    .where("workload_id", "=", workload_id)
    .execute();
  if (too_much) return own.length;
  // A key that is told of again waits from the first time, under a new id: whoever looked at it before looks again.
  await sql`
    insert into bucket_events (workload_id, key, told_at)
    select ${workload_id}, key, ${now} from unnest(${own}::text[]) as key
    on conflict (workload_id, key) do update set id = default
  `.execute(db);
  return own.length;
}

export async function ensureStream(db: Db, workload: BucketWorkload, clock: Clock): Promise<void> {
  const now = new Date(clock.now_ms());
  await db
    .insertInto("bucket_streams")
    .values({ workload_id: workload.id, project_id: workload.project_id, begun_at: now, updated_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
