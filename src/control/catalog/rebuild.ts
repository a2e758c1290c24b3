import type { Clock } from "../../base/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Tx } from "../../platform/db/index.ts";
import { derivedId, projectPrefix } from "../repositories/index.ts";
import { applyInventory, applyVerdicts, isFresh } from "./apply-snapshot.ts";
import { backupRow, copyRow } from "./rows.ts";
import { setLineage } from "./snapshot.ts";
import { walkRegions } from "./walk.ts";
import type { FoundManifest, RegionPlace, Skipped, Walk, WalkPorts } from "./walk.ts";

export interface RebuildPorts extends WalkPorts {
  readonly db: Db;
}

export interface RebuildReport {
  readonly regions: number;
  readonly projects: number;
  readonly workloads: number;
  readonly policies: number;
  /** Found in the stores. */
  readonly backups: number;
  readonly copies: number;
  /** Rows that were missing and are there now. */
  readonly backups_added: number;
  readonly copies_added: number;
  /** Known as failed or as damaged, and found whole: a manifest that its job could not report any more. */
  readonly backups_adopted: number;
  /** Backups the catalog lists as available whose manifest their region no longer has. */
  readonly missing: readonly string[];
  readonly skipped: readonly Skipped[];
  /**
   * When the newest snapshot was taken: attachments, exceptions and verdicts are as they were then. Null: there is
   * none.
   */
  readonly snapshot_at: string | null;
}

/**
 * Brings the catalog in line with what the regions hold: after the loss of the database, from nothing; on a running
 * installation, adding what is missing. Takes nothing away, and changes no row that somebody may have edited since.
 */
export async function rebuildCatalog(
  places: readonly RegionPlace[],
  ports: RebuildPorts,
  options: { readonly signal?: AbortSignal; readonly onManifest?: (found: number) => void } = {},
): Promise<RebuildReport> {
  const walk = await walkRegions(places, ports, options);
  return withTransaction(ports.db, (tx) => applyWalk(tx, walk, ports));
}

async function applyWalk(tx: Tx, walk: Walk, ports: RebuildPorts): Promise<RebuildReport> {
  const fresh = await isFresh(tx);
  const known = await putRegions(tx, walk, ports.clock);
  if (walk.snapshot !== undefined) {
    if (fresh) await applyInventory(tx, walk.snapshot.snapshot, known);
    await setLineage(tx, walk.snapshot.lineage, new Date(ports.clock.now_ms()));
  }
  // Oldest first, so that what is written last is what was true last.
  const found = walk.manifests
    .map((each) => settle(each, known))
    .sort((a, b) => (a.manifest.backup_id < b.manifest.backup_id ? -1 : 1));
  const projects = await putProjects(tx, found);
  const workloads = await putWorkloads(tx, found);
  const policy_ids = await putPolicies(tx, found);
  const repositories = await putRepositories(tx, walk, ports.clock);
  const backups = await putBackups(tx, found, repositories, policy_ids);
  const copies_added = await putCopies(tx, found, repositories);
  if (walk.snapshot !== undefined) await applyVerdicts(tx, walk.snapshot.snapshot);
  const missing = await missingManifests(tx, walk);
  const report: RebuildReport = {
    regions: walk.regions.length,
    projects,
    workloads,
    policies: policy_ids.size,
    backups: backups.total,
    copies: found.filter(isCopy).length,
    backups_added: backups.added,
    backups_adopted: backups.adopted,
    copies_added,
    missing,
    skipped: walk.skipped,
    snapshot_at: walk.snapshot === undefined ? null : new Date(walk.snapshot.taken_at_ms).toISOString(),
  };
  const data = { ...report, missing: missing.length, skipped: walk.skipped.length };
  await appendEvent(tx, { type: "holdfast.catalog.rebuilt", subject: "catalog", data }, ports);
  return report;
}

function isCopy(found: FoundManifest): boolean {
  return found.region.id !== found.labels.region.id;
}

/** A region that is gone for good: what lies in this one has its home here now. */
function settle(found: FoundManifest, known: ReadonlySet<string>): FoundManifest {
  const { labels, region } = found;
  const here = (region_id: string) => (known.has(region_id) ? region_id : region.id);
  return {
    ...found,
    labels: {
      ...labels,
      region: known.has(labels.region.id) ? labels.region : region,
      project: { ...labels.project, region_id: here(labels.project.region_id) },
      workload: { ...labels.workload, region_id: here(labels.workload.region_id) },
    },
  };
}

/** Ids of all regions there are now. */
async function putRegions(tx: Tx, walk: Walk, clock: Clock): Promise<ReadonlySet<string>> {
  for (const { id, name, country, store, own_keys = false } of walk.regions) {
    const rows = await tx.selectFrom("regions").select(["id", "name"]).execute();
    if (rows.some((row) => row.id === id)) continue;
    const free_name = rows.some((row) => row.name === name) ? `${name}-${id.slice(-6)}` : name;
    await tx
      .insertInto("regions")
      .values({
        id,
        name: free_name,
        country,
        store: JSON.stringify(store),
        own_keys,
        created_at: new Date(clock.now_ms()),
      })
      .execute();
  }
  return new Set((await tx.selectFrom("regions").select("id").execute()).map((row) => row.id));
}

async function putProjects(tx: Tx, found: readonly FoundManifest[]): Promise<number> {
  const newest = new Map(found.map(({ labels }) => [labels.project.id, labels.project]));
  for (const project of newest.values()) {
    // A project made by the first start of the empty installation gives way, as long as nothing is in it.
    await tx
      .deleteFrom("projects")
      .where("name", "=", project.name)
      .where("id", "<>", project.id)
      .where("id", "not in", tx.selectFrom("workloads").select("project_id"))
      .execute();
    await tx
      .insertInto("projects")
      .values({ id: project.id, name: project.name, region_id: project.region_id, created_at: project.created_at })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
  }
  return newest.size;
}

async function putWorkloads(tx: Tx, found: readonly FoundManifest[]): Promise<number> {
  const newest = new Map(found.map((each) => [each.labels.workload.id, each]));
  const holders = new Map(
    [...newest.values()].map(({ labels }) => [`${labels.project.id}/${labels.workload.name}`, labels.workload.id]),
  );
  for (const { labels, manifest } of newest.values()) {
    const { workload, project } = labels;
    const replaced = holders.get(`${project.id}/${workload.name}`) !== workload.id;
    await tx
      .insertInto("workloads")
      .values({
        id: workload.id,
        project_id: project.id,
        name: workload.name,
        type: workload.type as "host",
        region_id: workload.region_id,
        source: JSON.stringify(workload.source),
        tags: JSON.stringify(workload.tags),
        created_at: workload.created_at,
        updated_at: new Date(manifest.created_at_ms),
        // Two workloads had this name one after the other: the later one has it now.
        removed_at: replaced ? new Date(manifest.created_at_ms) : null,
      })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
  }
  return newest.size;
}

/**
 * Returns, for each policy id of the labels, the id its row has: another one only when users have made that name anew.
 */
async function putPolicies(tx: Tx, found: readonly FoundManifest[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const newest = new Map(
    found.flatMap(({ labels }) => (labels.policy === null ? [] : [[labels.policy.id, labels.policy] as const])),
  );
  for (const { labels } of found) {
    const policy = labels.policy;
    if (policy === null) continue;
    if (!ids.has(policy.id)) ids.set(policy.id, await putPolicy(tx, newest.get(policy.id) ?? policy));
    await tx
      .insertInto("policy_versions")
      .values({
        policy_id: ids.get(policy.id) ?? policy.id,
        version: policy.version,
        spec: JSON.stringify(policy.spec),
        created_at: policy.created_at,
      })
      .onConflict((conflict) => conflict.columns(["policy_id", "version"]).doNothing())
      .execute();
  }
  return ids;
}

async function putPolicy(tx: Tx, policy: NonNullable<FoundManifest["labels"]["policy"]>): Promise<string> {
  const known = await tx.selectFrom("policies").select("id").where("id", "=", policy.id).executeTakeFirst();
  if (known !== undefined) return known.id;
  const namesake = await tx
    .selectFrom("policies")
    .select("id")
    .where("name", "=", policy.spec.name)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  if (namesake !== undefined) {
    if (await isUsed(tx, namesake.id)) return namesake.id;
    // A template that the first start of the empty installation has just put in.
    await tx.deleteFrom("schedule_cursors").where("policy_id", "=", namesake.id).execute();
    await tx.deleteFrom("policy_versions").where("policy_id", "=", namesake.id).execute();
    await tx.deleteFrom("policies").where("id", "=", namesake.id).execute();
  }
  await tx
    .insertInto("policies")
    .values({
      id: policy.id,
      name: policy.spec.name,
      version: policy.version,
      template: policy.template,
      created_at: policy.created_at,
      updated_at: policy.created_at,
    })
    .execute();
  return policy.id;
}

async function isUsed(tx: Tx, policy_id: string): Promise<boolean> {
  for (const table of ["attachments", "backups", "schedule_slots", "jobs"] as const) {
    const row = await tx.selectFrom(table).select("id").where("policy_id", "=", policy_id).limit(1).executeTakeFirst();
    if (row !== undefined) return true;
  }
  return false;
}

/** Row ids by `region/project`. */
async function putRepositories(tx: Tx, walk: Walk, clock: Clock): Promise<Map<string, string>> {
  const rows = new Map<string, string>();
  const projects = new Set((await tx.selectFrom("projects").select("id").execute()).map((row) => row.id));
  for (const { region_id, project_id, repository_id, cmk_id } of walk.repositories) {
    if (!projects.has(project_id)) continue; // a repository without a single backup: its project's name is not known
    const id = derivedId("rpo", repository_id, region_id);
    rows.set(`${region_id}/${project_id}`, id);
    await tx
      .insertInto("repositories")
      .values({
        id,
        project_id,
        region_id,
        repository_id,
        store_prefix: projectPrefix(project_id),
        cmk_id,
        created_at: new Date(clock.now_ms()),
      })
      .onConflict((conflict) => conflict.columns(["project_id", "region_id"]).doNothing())
      .execute();
  }
  return rows;
}

async function putBackups(
  tx: Tx,
  found: readonly FoundManifest[],
  repositories: ReadonlyMap<string, string>,
  policy_ids: ReadonlyMap<string, string>,
): Promise<{ total: number; added: number; adopted: number }> {
  const by_backup = new Map<string, FoundManifest>();
  for (const each of found) {
    if (!by_backup.has(each.manifest.backup_id) || !isCopy(each)) by_backup.set(each.manifest.backup_id, each);
  }
  const known = new Map(
    (await tx.selectFrom("backups").select(["id", "state"]).execute()).map((row) => [row.id, row.state]),
  );
  let [added, adopted] = [0, 0];
  for (const each of by_backup.values()) {
    const { manifest, labels } = each;
    const state = known.get(manifest.backup_id);
    if (state !== undefined && state !== "FAILED") continue;
    const repository_id =
      repositories.get(`${labels.region.id}/${labels.project.id}`) ??
      repositories.get(`${each.region.id}/${labels.project.id}`);
    if (repository_id === undefined) continue; // unreachable: the manifest came from that repository
    const row = backupRow(manifest, labels, repository_id);
    const policy_id = labels.policy === null ? null : (policy_ids.get(labels.policy.id) ?? labels.policy.id);
    // Only the copy is there: the backup lives on in the other region, and says that its own has lost it.
    const lost = isCopy(each) ? { state: "DAMAGED" as const, status_reason: "StorageUnavailable" } : {};
    const until_ms = each.recoverable_until_ms;
    const deleted = until_ms === null ? {} : { state: "DELETED" as const, recoverable_until: new Date(until_ms) };
    const values = { ...row, policy_id, ...lost, ...deleted };
    if (state === undefined) {
      await tx.insertInto("backups").values(values).execute();
      added++;
    } else {
      await tx.updateTable("backups").set(values).where("id", "=", manifest.backup_id).execute();
      adopted++;
    }
  }
  return { total: by_backup.size, added, adopted };
}

async function putCopies(
  tx: Tx,
  found: readonly FoundManifest[],
  repositories: ReadonlyMap<string, string>,
): Promise<number> {
  let added = 0;
  for (const { region, manifest, labels, durable_at_ms, recoverable_until_ms } of found.filter(isCopy)) {
    const repository_id = repositories.get(`${region.id}/${labels.project.id}`);
    if (repository_id === undefined) continue; // unreachable: the manifest came from that repository
    const row = copyRow(manifest, { region_id: region.id, repository_id }, durable_at_ms);
    const inserted = await tx
      .insertInto("copies")
      .values(recoverable_until_ms === null ? row : { ...row, state: "DELETED" })
      .onConflict((conflict) => conflict.columns(["backup_id", "region_id"]).doNothing())
      .returning("id")
      .executeTakeFirst();
    if (inserted !== undefined) added++;
  }
  return added;
}

/** Of the regions walked: backups that the catalog calls available and that have no manifest there. */
async function missingManifests(tx: Tx, walk: Walk): Promise<string[]> {
  const regions = walk.regions.map((region) => region.id);
  if (regions.length === 0) return [];
  const there = new Set(walk.manifests.map(({ region, manifest }) => `${region.id}/${manifest.backup_id}`));
  const rows = await tx
    .selectFrom("backups")
    .select(["id", "region_id"])
    .where("state", "=", "AVAILABLE")
    .where("region_id", "in", regions)
    .orderBy("id")
    .execute();
  return rows.filter((row) => !there.has(`${row.region_id}/${row.id}`)).map((row) => row.id);
}
