import { sql } from "kysely";
import type { Db } from "../../platform/db/index.ts";
import { everyWorkload } from "../inventory/index.ts";
import { loadSelection } from "../policy/index.ts";
import { classOf, listDrillClasses } from "./classes.ts";
import type { DrillClass } from "./classes.ts";
import { measuredGroups, type MeasuredGroup } from "./measured.ts";
import { agentVersionNow, sourceHash, versionOf, withParts } from "./subject.ts";
import type { ProofSubject } from "./subject.ts";

export interface Proof {
  readonly drill_id: string;
  readonly proven_at: string;
  readonly age_seconds: number;
  readonly state: "proven" | "old" | "void";
  readonly void_reasons: readonly string[];
  readonly rto_seconds: number | null;
  readonly rpo_seconds: number | null;
}

/** What is so now, to be compared with what was drilled. */
export interface Current {
  readonly workload_id: string;
  readonly project_id: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly source: unknown;
  /** Policy in force; null for none. */
  readonly policy: { readonly id: string; readonly version: number } | null;
}

/** Of every workload that was ever drilled well, in a fixed number of queries, and two more for each application. */
export async function loadProofs(
  db: Db,
  now_ms: number,
  workload_ids?: readonly string[],
): Promise<(current: Current) => Proof | null> {
  const asked =
    workload_ids === undefined ? sql<boolean>`true` : sql<boolean>`workload_id = any(${[...workload_ids]}::text[])`;
  const good = await db
    .selectFrom("drills")
    .distinctOn("workload_id")
    .select(["id", "workload_id", "functional_at", "subject", "rto_seconds", "rpo_seconds"])
    .where(asked)
    .where("state", "in", ["PASSED", "MISSED_TARGET"])
    .orderBy("workload_id")
    .orderBy("functional_at", "desc")
    .execute();
  const ids = good.map(({ workload_id }) => workload_id);
  const failed = await db
    .selectFrom("drills")
    .select((eb) => ["workload_id", eb.fn.max("finished_at").as("at")])
    .where("state", "=", "FAILED")
    .where(sql<boolean>`workload_id = any(${ids}::text[])`)
    .groupBy("workload_id")
    .execute();
  const newest = await db
    .selectFrom("backups")
    .distinctOn("workload_id")
    .select(["workload_id", "details"])
    .where(sql<boolean>`workload_id = any(${ids}::text[])`)
    .where("state", "=", "AVAILABLE")
    .orderBy("workload_id")
    .orderBy("created_at", "desc")
    .execute();
  const epochs = await db
    .selectFrom("rotations")
    .select((eb) => ["project_id", eb.fn.max("epoch").as("epoch")])
    .groupBy("project_id")
    .execute();
  const classes = await listDrillClasses(db);
  const drills = new Map(good.map((row) => [row.workload_id, row]));
  const failures = new Map(failed.map((row) => [row.workload_id, row.at?.getTime() ?? 0]));
  const versions = new Map<string, string | null>();
  for (const row of newest) versions.set(row.workload_id, await versionOf(db, row.details));
  const sources = await applicationSources(db, ids);
  const agents = new Map(
    (await db.selectFrom("agents").select(["id", "version"]).execute()).map((row) => [row.id, row.version]),
  );
  const epochOf = new Map(epochs.map((row) => [row.project_id, row.epoch === null ? 1 : Number(row.epoch)]));
  return (current) => {
    const drill = drills.get(current.workload_id);
    if (drill?.functional_at === null || drill === undefined) return null;
    const subject = drill.subject as unknown as ProofSubject;
    const void_reasons = voidReasons(
      subject,
      { ...current, source: sources.get(current.workload_id) ?? current.source },
      epochOf.get(current.project_id) ?? 1,
    );
    const version = versions.get(current.workload_id) ?? null;
    if (version !== (subject.source_version ?? null)) {
      void_reasons.push(
        `the source is now version ${version ?? "unknown"}, and was ${subject.source_version ?? "unknown"}`,
      );
    }
    const agent_version = agentVersionNow(sources.get(current.workload_id) ?? current.source, agents);
    if (agent_version !== null && agent_version !== (subject.agent_version ?? null)) {
      const was = subject.agent_version ?? "not written down";
      void_reasons.push(`the agent is now version ${agent_version}, and when it backed up it was ${was}`);
    }
    if ((failures.get(current.workload_id) ?? 0) > drill.functional_at.getTime())
      void_reasons.push("a later drill failed");
    const age_seconds = Math.max(0, Math.round((now_ms - drill.functional_at.getTime()) / 1000));
    const old = age_seconds > classOf(current.tags, classes).proof_seconds;
    return {
      drill_id: drill.id,
      proven_at: drill.functional_at.toISOString(),
      age_seconds,
      state: void_reasons.length > 0 ? "void" : old ? "old" : "proven",
      void_reasons,
      rto_seconds: drill.rto_seconds,
      rpo_seconds: drill.rpo_seconds,
    };
  };
}

/** Of the applications among the workloads, with what their parts are now; applications are few. */
async function applicationSources(db: Db, ids: readonly string[]): Promise<Map<string, unknown>> {
  const rows = await db
    .selectFrom("workloads")
    .select(["id", "source"])
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .where(sql<boolean>`source ->> 'kind' = 'application'`)
    .execute();
  const found = new Map<string, unknown>();
  for (const { id, source } of rows) found.set(id, await withParts(db, source));
  return found;
}

function voidReasons(subject: ProofSubject, current: Current, epoch: number): string[] {
  const reasons: string[] = [];
  const { policy } = current;
  // A backup made by hand, of a workload without a policy, is proof of what it is.
  if (policy !== null && (policy.id !== subject.policy_id || policy.version !== subject.policy_version)) {
    reasons.push(`the policy in force is another one (version ${policy.version})`);
  }
  // Proofs are read as they were written, and what wrote the oldest did not know all of this.
  const was = (subject as Partial<ProofSubject>).key_epoch;
  if (epoch !== was) {
    const then = was === undefined ? "and of which it was then is not written down" : `and was of ${was}`;
    reasons.push(`the key in use is of epoch ${epoch}, ${then}`);
  }
  if (sourceHash(current.source) !== subject.source) reasons.push("what is backed up was changed");
  return reasons;
}

export interface ProofClass {
  readonly class: string;
  readonly title: string;
  readonly workloads: number;
  readonly proven: number;
  readonly drills: number;
  readonly failed: number;
  readonly rto_target_seconds: number;
  readonly rpo_target_seconds: number;
  readonly rto_p50_seconds: number | null;
  readonly rto_p95_seconds: number | null;
  readonly rpo_p50_seconds: number | null;
  readonly rpo_p95_seconds: number | null;
}

export interface ProofSummary {
  readonly generated_at: string;
  readonly workloads: number;
  readonly proven: number;
  readonly proven_share: number;
  readonly classes: readonly ProofClass[];
  readonly groups: readonly MeasuredGroup[];
}

/** How much of what is protected is proven to restore; RTO and RPO as measured by drills since `from_ms`. */
export async function proofSummary(
  db: Db,
  now_ms: number,
  options: { readonly from_ms: number; readonly until_ms?: number; readonly project_id?: string },
): Promise<ProofSummary> {
  const selection = await loadSelection(db);
  const proofOf = await loadProofs(db, now_ms);
  const classes = await listDrillClasses(db);
  const counts = new Map(classes.map(({ name }) => [name, { workloads: 0, proven: 0 }]));
  const sandboxes = await sandboxIds(db);
  const filter = options.project_id === undefined ? {} : { project_id: options.project_id };
  for await (const workload of everyWorkload(db, filter)) {
    const { effective } = selection.resolve(workload, now_ms);
    if (effective === null || sandboxes.has(workload.project_id)) continue;
    const count = counts.get(classOf(workload.tags, classes).name);
    const { id, version } = effective.primary;
    const proof = proofOf({ ...workload, workload_id: workload.id, policy: { id, version } });
    if (count === undefined) continue;
    count.workloads++;
    if (proof?.state === "proven") count.proven++;
  }
  const measured = await measuredByClass(db, options);
  const rows = classes.map((each) => ({
    ...(counts.get(each.name) ?? { workloads: 0, proven: 0 }),
    ...described(each),
    ...measured(each.name),
  }));
  const workloads = rows.reduce((sum, row) => sum + row.workloads, 0);
  const proven = rows.reduce((sum, row) => sum + row.proven, 0);
  return {
    generated_at: new Date(now_ms).toISOString(),
    workloads,
    proven,
    proven_share: workloads === 0 ? 0 : proven / workloads,
    classes: rows,
    groups: await measuredGroups(db, options),
  };
}

export async function sandboxIds(db: Db): Promise<Set<string>> {
  const rows = await db.selectFrom("projects").select("id").where("sandbox", "=", true).execute();
  return new Set(rows.map(({ id }) => id));
}

function described({ name, title, rto_seconds, rpo_seconds }: DrillClass) {
  return { class: name, title, rto_target_seconds: rto_seconds, rpo_target_seconds: rpo_seconds };
}

async function measuredByClass(
  db: Db,
  {
    from_ms,
    until_ms,
    project_id,
  }: { readonly from_ms: number; readonly until_ms?: number; readonly project_id?: string },
) {
  const rank = (share: number, column: "rto_seconds" | "rpo_seconds") =>
    sql<number | null>`percentile_cont(${sql.lit(share)}) within group (order by ${sql.ref(column)})`;
  let query = db
    .selectFrom("drills")
    .select((eb) => [
      "class",
      eb.fn.countAll<number>().as("drills"),
      eb.fn.countAll<number>().filterWhere("state", "=", "FAILED").as("failed"),
      rank(0.5, "rto_seconds").as("rto_p50_seconds"),
      rank(0.95, "rto_seconds").as("rto_p95_seconds"),
      rank(0.5, "rpo_seconds").as("rpo_p50_seconds"),
      rank(0.95, "rpo_seconds").as("rpo_p95_seconds"),
    ])
    .where("state", "in", ["PASSED", "MISSED_TARGET", "FAILED"])
    .where("finished_at", ">=", new Date(from_ms))
    .groupBy("class");
  if (until_ms !== undefined) query = query.where("finished_at", "<", new Date(until_ms));
  if (project_id !== undefined) query = query.where("project_id", "=", project_id);
  const found = new Map((await query.execute()).map((row) => [row.class, row]));
  return (name: string) => {
    const row = found.get(name);
    return {
      drills: Number(row?.drills ?? 0),
      failed: Number(row?.failed ?? 0),
      rto_p50_seconds: row?.rto_p50_seconds ?? null,
      rto_p95_seconds: row?.rto_p95_seconds ?? null,
      rpo_p50_seconds: row?.rpo_p50_seconds ?? null,
      rpo_p95_seconds: row?.rpo_p95_seconds ?? null,
    };
  };
}
