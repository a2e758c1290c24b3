import { withTransaction } from "../../../platform/db/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import type { Clock, Random } from "../../../base/index.ts";
import type { Repository } from "../../../engine/repository/index.ts";
import type { Workload } from "../../../model/index.ts";
import { copyRegions } from "../../archiving/index.ts";
import type { Repositories } from "../../repositories/index.ts";
import { applicationError } from "../errors.ts";
import { appendEntries, digestOf, readEntries, type Suppression } from "./log.ts";

export interface SuppressionPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly repositories: Repositories;
}

export interface NewSuppression {
  readonly address: string;
  readonly scope?: string | null | undefined;
  readonly reason?: string | undefined;
  readonly at?: string | null | undefined;
}

const CHUNK = 5000;

/**
 * Adds to an application's log what it has not yet: durable when it resolves.
 * @param by who says so, e.g. `api: alice`
 * @throws SUPPRESSION_INVALID, STORE_*
 */
export async function recordSuppressions(
  application: Pick<Workload, "id" | "project_id" | "region_id">,
  entries: readonly NewSuppression[],
  by: string,
  ports: SuppressionPorts,
): Promise<{ readonly recorded: number; readonly known: number }> {
  const { db, clock, repositories } = ports;
  const workload_id = application.id;
  const recorded_at = new Date(clock.now_ms()).toISOString();
  const fresh = new Map<string, Suppression>();
  for (const { address: given, scope, reason = "", at } of entries) {
    const address = given.trim();
    if (address === "" || address.length > 320 || /\s/.test(address))
      throw applicationError("SUPPRESSION_INVALID", `${JSON.stringify(given)} is no address`, { address: given });
    const entry = { address, scope: scope === "" ? null : (scope ?? null), reason, at: at ?? null, recorded_at, by };
    fresh.set(digestOf(entry), entry);
  }
  const asked = fresh.size;
  const digests = [...fresh.keys()];
  for (let at = 0; at < digests.length; at += CHUNK) {
    const rows = await db
      .selectFrom("suppression_seen")
      .select("digest")
      .where("workload_id", "=", workload_id)
      .where("digest", "in", digests.slice(at, at + CHUNK))
      .execute();
    for (const { digest } of rows) fresh.delete(digest);
  }
  if (fresh.size > 0) {
    const row = await repositories.ensure(application.project_id, application.region_id);
    const all = [...fresh.entries()];
    for (let at = 0; at < all.length; at += CHUNK) {
      const some = all.slice(at, at + CHUNK);
      // The log first: an entry that is noted as seen and is not in it would be lost.
      await repositories.use(row, (repository) =>
        appendEntries(
          repository,
          workload_id,
          some.map(([, each]) => each),
          ports,
        ),
      );
      await noteSeen(
        application,
        some.map(([digest]) => digest),
        ports,
      );
    }
  }
  return { recorded: fresh.size, known: asked - fresh.size };
}

async function noteSeen(
  { id: workload_id, project_id, region_id }: Pick<Workload, "id" | "project_id" | "region_id">,
  digests: readonly string[],
  { db, clock }: SuppressionPorts,
): Promise<void> {
  await withTransaction(db, async (tx) => {
    const added = await tx
      .insertInto("suppression_seen")
      .values(digests.map((digest) => ({ workload_id, digest })))
      .onConflict((conflict) => conflict.doNothing())
      .returning("digest")
      .execute();
    const now = new Date(clock.now_ms());
    await tx
      .insertInto("suppression_logs")
      .values({ workload_id, project_id, region_id, entries: added.length, last_recorded_at: now, updated_at: now })
      .onConflict((conflict) =>
        conflict.column("workload_id").doUpdateSet((eb) => ({
          entries: eb("suppression_logs.entries", "+", added.length),
          last_recorded_at: now,
          updated_at: now,
        })),
      )
      .execute();
  });
}

/**
 * The whole log of an application, from its region and, when that cannot be read, from those that have copies.
 * @throws STORE_*, LOG_DAMAGED when no region has it whole
 */
export async function loadSuppressions(
  application: Pick<Workload, "id" | "project_id" | "region_id">,
  { db, repositories }: Pick<SuppressionPorts, "db" | "repositories">,
): Promise<{ readonly entries: readonly Suppression[]; readonly region_id: string }> {
  let failed: unknown;
  for (const region_id of new Set([application.region_id, ...(await copyRegions(db, application.id))])) {
    try {
      const row = await repositories.find(application.project_id, region_id);
      const read = (repository: Repository) => readEntries([repository], application.id);
      return { entries: await repositories.use(row, read), region_id };
    } catch (error) {
      failed ??= error;
    }
  }
  throw failed;
}

/** Entries of an address, or all of them, newest first. */
export async function findSuppressions(
  application: Pick<Workload, "id" | "project_id" | "region_id">,
  filter: { readonly address?: string | undefined; readonly limit: number },
  ports: Pick<SuppressionPorts, "db" | "repositories">,
): Promise<{ readonly total: number; readonly items: readonly Suppression[] }> {
  const { entries } = await loadSuppressions(application, ports);
  const wanted = filter.address?.trim().toLowerCase();
  const found = entries.filter(({ address }) => wanted === undefined || address.toLowerCase() === wanted);
  const sorted = found.sort((a, b) => (a.recorded_at < b.recorded_at ? 1 : -1));
  return { total: found.length, items: sorted.slice(0, filter.limit) };
}
