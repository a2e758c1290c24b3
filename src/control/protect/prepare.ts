import { isId, newId } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { Policy, Workload } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { BackupLabels } from "../catalog/index.ts";
import { getProject, getRegion, getWorkload, listRegions } from "../inventory/index.ts";
import type { JobRow } from "../jobs/index.ts";
import { effectivePolicy, getPolicy, getPolicyVersion, loadSelection } from "../policy/index.ts";
import { packLockUntil } from "../repositories/index.ts";
import type { EffectivePolicy } from "../policy/index.ts";
import { asExisting, classify, loadRetained } from "../retention/index.ts";
import type { RetentionRule } from "../retention/index.ts";

export interface PreparePorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
}

/** What is decided before the first byte is read; the same for every attempt of the job. */
export type Prepared =
  | { readonly skip: string }
  | {
      readonly skip: null;
      readonly backup_id: string;
      /** Without what is promised, which is decided when the data is read. */
      readonly labels: Omit<BackupLabels, "gfs" | "lock">;
      readonly terms: RetentionRule | null;
      readonly copy_to: readonly { readonly id: string; readonly name: string }[];
      /** Regions the policy copies to, and nobody has set up. */
      readonly unknown_regions: readonly string[];
    };

/** Looks up workload and policy as they are now, and decides what this backup will promise. */
export async function prepareBackup(job: JobRow, ports: PreparePorts): Promise<Prepared> {
  const { db, clock, random } = ports;
  const found = await findWorkload(job, db);
  if (found === undefined) return { skip: "the workload was removed" };
  const resolution = (await loadSelection(db)).resolve(found, clock.now_ms());
  if (resolution.state === "excluded") {
    return { skip: `not protected on purpose: ${resolution.exclusion?.reason ?? "no reason given"}` };
  }
  const named = job.policy_id === null ? null : await namedPolicy(job.policy_id, job.policy_version, db);
  const effective =
    job.input["only_policy"] === true && named !== null
      ? effectivePolicy([named])
      : (resolution.effective ?? (named === null ? null : effectivePolicy([named])));
  const [project, region] = [await getProject(db, found.project_id), await getRegion(db, found.region_id)];
  const policy = named ?? effective?.primary ?? null;
  const regions = await listRegions(db);
  const wanted = effective?.cross_regions ?? [];
  const offline = job.input["offline_backup_id"];
  return {
    skip: null,
    // One that a host made on its own has its id already.
    backup_id: typeof offline === "string" && isId("bkp", offline) ? offline : newId("bkp", clock, random),
    terms: effective === null ? null : termsOf(effective),
    copy_to: regions
      .filter((each) => wanted.includes(each.name) && each.id !== region.id)
      .map(({ id, name }) => ({ id, name })),
    unknown_regions: wanted.filter((name) => !regions.some((each) => each.name === name)),
    labels: {
      project: { id: project.id, name: project.name, region_id: project.region_id, created_at: project.created_at },
      workload: {
        id: found.id,
        name: found.name,
        type: found.type,
        region_id: found.region_id,
        created_at: found.created_at,
        source: found.source,
        tags: found.tags,
      },
      policy:
        policy === null
          ? null
          : {
              id: policy.id,
              version: policy.version,
              template: policy.template,
              created_at: policy.created_at,
              spec: policy.spec,
            },
      region: { id: region.id, name: region.name },
      job_id: job.id,
      trigger: job.input["trigger"] === "schedule" ? "schedule" : "manual",
    },
  };
}

function termsOf({ retention, keep_last, keep_within_ms, zone, lock }: EffectivePolicy): RetentionRule {
  return { retention, keep_last, keep_within_ms, zone, lock };
}

/** The labels with what a backup made now promises, and its expiry. */
export async function promise(
  ready: Extract<Prepared, { readonly skip: null }>,
  ports: PreparePorts,
): Promise<{ readonly labels: BackupLabels; readonly expires_at_ms: number | null }> {
  const { labels, terms } = ready;
  const existing = asExisting(await loadRetained(ports.db, labels.workload.id));
  const born = { created_at_ms: ports.clock.now_ms(), on_demand: labels.trigger === "manual" };
  const { gfs, retain_until_ms, lock } = classify(born, existing, terms);
  const iso = (at_ms: number) => new Date(at_ms).toISOString();
  const packs_until_ms = lock === null ? 0 : packLockUntil(born.created_at_ms, lock.until_ms);
  const locked = lock && { mode: lock.mode, until: iso(lock.until_ms), packs_until: iso(packs_until_ms) };
  return {
    labels: { ...labels, gfs, lock: locked },
    expires_at_ms: retain_until_ms,
  };
}

async function findWorkload(job: JobRow, db: Db): Promise<Workload | undefined> {
  const live = await db
    .selectFrom("workloads")
    .select("id")
    .where("id", "=", job.workload_id ?? "")
    .where("removed_at", "is", null)
    .executeTakeFirst();
  return live === undefined ? undefined : getWorkload(db, live.id);
}

/** The policy in the version the job was enqueued under, even when it has been edited or deleted since. */
async function namedPolicy(policy_id: string, version: number | null, db: Db): Promise<Policy> {
  const row = await db.selectFrom("policies").selectAll().where("id", "=", policy_id).executeTakeFirst();
  if (row === undefined) return getPolicy(db, policy_id); // says that it is not there
  const spec = await getPolicyVersion(db, policy_id, version ?? row.version);
  return {
    id: row.id,
    name: row.name,
    version: version ?? row.version,
    template: row.template,
    spec,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
