import type { Selectable } from "kysely";
import { counted, hasCode, type HoldfastError, newId } from "../../base/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import { coldPacks, thawPacks } from "../../engine/tier/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, ThawTable, Tx } from "../../platform/db/index.ts";
import { getBackupRow } from "../catalog/index.ts";
import { getRegion } from "../inventory/index.ts";
import { enqueueJob, postponed } from "../jobs/index.ts";
import type { JobEnd, JobHandler, JobRow } from "../jobs/index.ts";
import { tieringError } from "./errors.ts";
import type { TieringPorts } from "./runs.ts";
import { readTierSettings } from "./settings.ts";

const HOUR_MS = 3_600_000;
const GIB = 1024 ** 3;
export const KEEP_HOURS_DEFAULT = 72;
/** How long a thaw is waited for before the storage is asked again. */
const ASK_EVERY_MS = 15 * 60_000;
const ASK_SOONEST_MS = 500;

export type ThawRow = Selectable<ThawTable>;

/** What a thaw would take, told before anything is asked for. */
export interface ThawEstimate {
  readonly backup_id: string;
  readonly region: string;
  readonly packs: number;
  readonly bytes: number;
  /** When it would be readable. */
  readonly expected_at: string;
  /** Null: the region's price is not said. */
  readonly cost: number | null;
}

export interface ThawRequest {
  readonly backup_id: string;
  /** Id or name; by default the backup's own. */
  readonly region?: string;
  readonly keep_hours?: number;
}

/** @throws BACKUP_UNKNOWN, REGION_NOT_FOUND, REPOSITORY_NOT_THERE, STORE_* */
export async function estimateThaw(request: ThawRequest, ports: TieringPorts): Promise<ThawEstimate> {
  const { db, clock, repositories } = ports;
  const backup = await getBackupRow(db, request.backup_id);
  const region = await getRegion(db, request.region ?? backup.region_id);
  const row = await repositories.find(backup.project_id, region.id);
  const { packs, bytes } = await repositories.use(row, (repository) => coldPacks(repository, backup.id));
  const { thaw_hours, thaw_price_gib } = await readTierSettings(db, region);
  const wait_ms = region.store.kind === "fs" ? (region.store.thaw_seconds ?? 0) * 1000 : thaw_hours * HOUR_MS;
  return {
    backup_id: backup.id,
    region: region.name,
    packs: packs.length,
    bytes,
    expected_at: new Date(clock.now_ms() + (packs.length === 0 ? 0 : wait_ms)).toISOString(),
    cost: thaw_price_gib === null ? null : (bytes / GIB) * thaw_price_gib,
  };
}

/** Asks for a backup to be readable for a while; one that is under way for it is taken. @throws NOTHING_TO_THAW, … */
export async function requestThaw(
  tx: Tx,
  request: ThawRequest,
  ports: TieringPorts,
): Promise<{ readonly thaw: ThawRow; readonly job_id: string }> {
  const { clock } = ports;
  const estimate = await estimateThaw(request, ports);
  if (estimate.packs === 0) {
    const message = `no pack of backup ${estimate.backup_id} is cold in region ${estimate.region}`;
    throw tieringError("NOTHING_TO_THAW", message, { backup_id: estimate.backup_id, region: estimate.region });
  }
  const backup = await getBackupRow(tx, request.backup_id);
  const region = await getRegion(tx, estimate.region);
  await tx.selectFrom("backups").select("id").where("id", "=", backup.id).forUpdate().execute();
  const running = await tx
    .selectFrom("thaws")
    .selectAll()
    .where("backup_id", "=", backup.id)
    .where("region_id", "=", region.id)
    .where("state", "=", "THAWING")
    .executeTakeFirst();
  if (running !== undefined && running.job_id !== null) return { thaw: running, job_id: running.job_id };
  const id = newId("thw", clock, ports.random);
  const keep_hours = request.keep_hours ?? KEEP_HOURS_DEFAULT;
  const { job_id } = await enqueueJob(
    tx,
    {
      kind: "thaw",
      project_id: backup.project_id,
      workload_id: backup.workload_id,
      backup_id: backup.id,
      input: { region_id: region.id, thaw_id: id, keep_hours },
    },
    ports,
  );
  const thaw = await tx
    .insertInto("thaws")
    .values({
      id,
      project_id: backup.project_id,
      backup_id: backup.id,
      region_id: region.id,
      job_id,
      state: "THAWING",
      packs: estimate.packs,
      bytes: estimate.bytes,
      cost: estimate.cost,
      expected_at: estimate.expected_at,
      requested_at: new Date(clock.now_ms()),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { thaw, job_id };
}

/** The `thaw` job: asks the storage for every cold pack, and comes back until all are readable. */
export function thawHandler(ports: TieringPorts): JobHandler {
  const { db, clock, repositories } = ports;
  return {
    kind: "thaw",
    steps: ["ready"],
    async run({ job, step, signal }) {
      const thaw_id = String(job.input["thaw_id"]);
      const keep_ms = Number(job.input["keep_hours"] ?? KEEP_HOURS_DEFAULT) * HOUR_MS;
      const row = await repositories.find(job.project_id ?? "", String(job.input["region_id"]));
      const state = await repositories.use(row, async (repository) => {
        const { packs } = await coldPacks(repository, job.backup_id ?? "");
        return thawPacks(repository, packs, keep_ms, signal);
      });
      if (state.packs_ready < state.packs) {
        const { expected_at } = await db
          .selectFrom("thaws")
          .select("expected_at")
          .where("id", "=", thaw_id)
          .executeTakeFirstOrThrow();
        const ready_ms = state.ready_at_ms ?? expected_at?.getTime() ?? clock.now_ms();
        if (state.ready_at_ms !== null) {
          const set = { expected_at: new Date(state.ready_at_ms) };
          await db.updateTable("thaws").set(set).where("id", "=", thaw_id).execute();
        }
        const why = `${state.packs - state.packs_ready} of ${state.packs} packs are thawing, until about ${iso(ready_ms)}`;
        throw postponed(why, nextLook(clock.now_ms(), ready_ms));
      }
      const result = await step(
        "ready",
        async () => ({
          packs: state.packs,
          ready_at: iso(clock.now_ms()),
          until: state.until_ms === null ? null : iso(state.until_ms),
        }),
        async (tx, { ready_at, until }) => {
          const set = { state: "READY" as const, ready_at, expires_at: until };
          await tx.updateTable("thaws").set(set).where("id", "=", thaw_id).execute();
          await wakeWaiting(tx, job, clock.now_ms());
          const data = { backup_id: job.backup_id, region_id: row.region_id, until };
          await appendEvent(
            tx,
            { type: "holdfast.thaw.ready", subject: thaw_id, project_id: job.project_id, data },
            ports,
          );
        },
      );
      return { state: "SUCCEEDED", result };
    },
    ended: settle,
  };
}

/** Jobs that wait for this backup go on now and not at their next look. */
async function wakeWaiting(tx: Tx, job: JobRow, now_ms: number): Promise<void> {
  await tx
    .updateTable("jobs")
    .set({ run_after: new Date(now_ms) })
    .where("backup_id", "=", job.backup_id)
    .where("id", "<>", job.id)
    .where("state", "=", "WAITING_WINDOW")
    .where("started_at", "is not", null)
    .execute();
}

async function settle(tx: Tx, job: JobRow, end: JobEnd): Promise<void> {
  if (end.state === "SUCCEEDED") return;
  const thaw_id = String(job.input["thaw_id"]);
  await tx
    .updateTable("thaws")
    .set({ state: "FAILED" })
    .where("id", "=", thaw_id)
    .where("state", "=", "THAWING")
    .execute();
}

/**
 * For whoever is about to read a backup: returns when all of it can be read, else asks for its thaw and throws what
 * lets the job wait for it. @throws JOB_POSTPONED
 */
export async function awaitThaw(
  { backup_id, region_id }: { readonly backup_id: string; readonly region_id: string },
  ports: TieringPorts,
): Promise<void> {
  const { db, clock } = ports;
  if (!(await isFrozen({ backup_id, region_id }, ports))) return;
  const { thaw } = await withTransaction(db, (tx) => requestThaw(tx, { backup_id, region: region_id }, ports));
  const ready_ms = thaw.expected_at?.getTime() ?? clock.now_ms();
  const why = `waits for the thaw of ${thaw.packs} cold packs (${thaw.id}), until about ${iso(ready_ms)}`;
  throw postponed(why, nextLook(clock.now_ms(), ready_ms));
}

/** Is there anything of the backup here that cannot be read at once? */
export async function isFrozen(
  { backup_id, region_id }: { readonly backup_id: string; readonly region_id: string },
  { db, repositories }: TieringPorts,
): Promise<boolean> {
  const backup = await getBackupRow(db, backup_id);
  const row = await repositories.find(backup.project_id, region_id);
  const look = async (repository: Repository) => {
    const { packs } = await coldPacks(repository, backup_id);
    if (packs.length === 0) return false;
    const archived = await repository.store
      .get(`packs/${(packs[0] ?? "").slice(0, 2)}/${packs[0]}`, { length_bytes: 1 })
      .then(
        () => false,
        (error: unknown) => hasCode(error, "STORE_ARCHIVED"),
      );
    if (archived) return true;
    // What is readable at once needs no asking; of the rest the storage says how far it is, and that it is to stay.
    const state = await thawPacks(repository, packs, KEEP_HOURS_DEFAULT * HOUR_MS);
    return state.packs_ready < state.packs;
  };
  // What else is wrong with the backup or its storage, whoever asked finds and tells.
  return repositories.use(row, look).catch(() => false);
}

/**
 * For whoever reads a backup while somebody looks on, and cannot wait for hours: what a thaw would take, or how far the
 * one under way is. Nothing is asked for: that may cost money. @returns BACKUP_COLD
 */
export async function coldBackup(
  { backup_id, region_id }: { readonly backup_id: string; readonly region_id: string },
  ports: TieringPorts,
  cause?: unknown,
): Promise<HoldfastError> {
  const { packs, bytes, region, ...estimate } = await estimateThaw({ backup_id, region: region_id }, ports);
  const running = (await listThaws(ports.db, { backup_id })).find(
    (thaw) => thaw.region_id === region_id && thaw.state === "THAWING",
  );
  const expected_at = running?.expected_at?.toISOString() ?? estimate.expected_at;
  const cost = estimate.cost === null ? "" : `, and cost ${estimate.cost.toFixed(2)}`;
  const what =
    running === undefined
      ? `a thaw of ${counted(packs, "pack")} (${bytes} bytes) would be ready about ${expected_at}${cost}`
      : `thaw ${running.id} is under way, until about ${expected_at}`;
  const context = { backup_id, region, packs, bytes, expected_at, cost: estimate.cost, thaw_id: running?.id ?? null };
  return tieringError("BACKUP_COLD", `backup ${backup_id} lies in the cold tier of ${region}: ${what}`, context, cause);
}

/** When to look again at a thaw that is expected to end then. */
export function nextLook(now_ms: number, ready_ms: number): number {
  return Math.min(Math.max(ready_ms, now_ms + ASK_SOONEST_MS), now_ms + ASK_EVERY_MS);
}

/** Newest first. */
export function listThaws(db: Db, filter: { readonly backup_id?: string }): Promise<(ThawRow & { region: string })[]> {
  let query = db
    .selectFrom("thaws")
    .innerJoin("regions", "regions.id", "thaws.region_id")
    .selectAll("thaws")
    .select("regions.name as region")
    .orderBy("thaws.id", "desc")
    .limit(1000);
  if (filter.backup_id !== undefined) query = query.where("thaws.backup_id", "=", filter.backup_id);
  return query.execute();
}

function iso(at_ms: number): string {
  return new Date(at_ms).toISOString();
}
