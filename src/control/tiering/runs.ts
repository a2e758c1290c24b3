import type { Clock, Random } from "../../base/index.ts";
import type { TierOptions, TierPlan } from "../../engine/tier/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { getRegion } from "../inventory/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { Enqueued, JobHandler } from "../jobs/index.ts";
import type { Engine, Repositories } from "../repositories/index.ts";
import { desiredTiers } from "./desired.ts";
import { tieringError } from "./errors.ts";
import { readTierSettings } from "./settings.ts";

const DAY_MS = 86_400_000;

export interface TieringPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly engine: Engine;
  readonly repositories: Repositories;
}

export interface TierPlace {
  readonly project_id: string;
  readonly region_id: string;
}

/** Asks for a run of one project's packs in one region. @throws TIERS_OFF */
export async function requestTierRun(tx: Tx, place: TierPlace, ports: Ports, key?: string): Promise<Enqueued> {
  const { project_id, region_id } = place;
  await assertOn(tx, region_id);
  const idempotency_key = key === undefined ? {} : { idempotency_key: key };
  return enqueueJob(tx, { kind: "tier", project_id, input: { region_id }, ...idempotency_key }, ports);
}

async function assertOn(db: Db, region_id: string): Promise<void> {
  const region = await getRegion(db, region_id);
  if ((await readTierSettings(db, region)).enabled) return;
  throw tieringError("TIERS_OFF", `the tiers of region ${region.name} are off`, { region: region.name });
}

/**
 * Once a day for each repository that has a backup older than a day, in regions whose tiers are on. @returns how many
 */
export async function planTierRuns(db: Db, ports: Ports): Promise<number> {
  const now_ms = ports.clock.now_ms();
  const day = Math.floor(now_ms / DAY_MS);
  const rows = await db
    .selectFrom("repositories")
    .select(["project_id", "region_id"])
    .where((where) =>
      where.exists(
        where
          .selectFrom("backups")
          .select("backups.id")
          .whereRef("backups.project_id", "=", "repositories.project_id")
          .where("backups.state", "=", "AVAILABLE")
          .where("backups.created_at", "<", new Date(now_ms - DAY_MS)),
      ),
    )
    .orderBy("id")
    .execute();
  let asked = 0;
  for (const place of rows) {
    if (!(await readTierSettings(db, await getRegion(db, place.region_id))).enabled) continue;
    const key = `tier:${place.project_id}:${place.region_id}:${day}`;
    const { created } = await withTransaction(db, (tx) => requestTierRun(tx, place, ports, key));
    if (created) asked++;
  }
  return asked;
}

/** What a run would move now, why what stays stays, and what it would save. @throws TIERS_OFF, REPOSITORY_NOT_THERE */
export async function previewTiers(place: TierPlace, ports: TieringPorts): Promise<Omit<TierPlan, "moves">> {
  await assertOn(ports.db, place.region_id);
  return withOptions(place, ports, async (options) => {
    const { moves: _, ...plan } = await ports.engine.planTiers(options);
    return plan;
  });
}

async function withOptions<T>(
  { project_id, region_id }: TierPlace,
  { db, clock, repositories }: TieringPorts,
  work: (options: TierOptions) => Promise<T>,
): Promise<T> {
  const rules = await readTierSettings(db, await getRegion(db, region_id));
  const backups = await desiredTiers(db, project_id, clock.now_ms());
  const row = await repositories.find(project_id, region_id);
  return repositories.use(row, (repository) => work({ repository, rules, backups }));
}

/** The `tier` job: one repository in one region. */
export function tierHandler(ports: TieringPorts): JobHandler {
  return {
    kind: "tier",
    steps: ["run"],
    async run({ job, step, signal, progress }) {
      const place = { project_id: job.project_id ?? "", region_id: String(job.input["region_id"]) };
      const result = await step("run", () =>
        withOptions(place, ports, async (options) => {
          const { plan, ...counts } = await ports.engine.runTiers({ ...options, signal, onProgress: progress });
          const { moves: _, ...figures } = plan;
          return { ...counts, ...figures };
        }),
      );
      return { state: "SUCCEEDED", result };
    },
  };
}

export interface TierStatus extends TierPlace {
  readonly region: string;
  readonly project: string;
  readonly enabled: boolean;
  readonly last_run_at: string | null;
  /** Of the last run: bytes in each tier when it had ended. */
  readonly tiers: Readonly<Record<string, unknown>> | null;
  readonly packs_moved: number | null;
  readonly packs_thawing: number | null;
}

/** The last run of each repository. */
export async function tierStatus(db: Db): Promise<TierStatus[]> {
  const rows = await db
    .selectFrom("repositories")
    .innerJoin("projects", "projects.id", "repositories.project_id")
    .innerJoin("regions", "regions.id", "repositories.region_id")
    .select(["repositories.project_id", "repositories.region_id", "projects.name as project", "regions.name as region"])
    .orderBy("projects.name")
    .orderBy("regions.name")
    .execute();
  return Promise.all(
    rows.map(async (row) => {
      const { enabled } = await readTierSettings(db, await getRegion(db, row.region_id));
      const last = await db
        .selectFrom("jobs")
        .select(["finished_at", "result"])
        .where("kind", "=", "tier")
        .where("state", "=", "SUCCEEDED")
        .where("project_id", "=", row.project_id)
        .where((where) => where(where.ref("input", "->>").key("region_id"), "=", row.region_id))
        .orderBy("created_at", "desc")
        .executeTakeFirst();
      const number = (name: string) => (last === undefined ? null : Number(last.result?.[name] ?? 0));
      return {
        ...row,
        enabled,
        last_run_at: last?.finished_at?.toISOString() ?? null,
        tiers: (last?.result?.["after"] as Readonly<Record<string, unknown>> | undefined) ?? null,
        packs_moved: number("packs_moved"),
        packs_thawing: number("packs_thawing"),
      };
    }),
  );
}
