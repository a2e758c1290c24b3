import type { Policy, Workload } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { listProjects, listRegions } from "../inventory/index.ts";
import { loadSelection } from "../policy/index.ts";
import type { Resolution, Selection } from "../policy/index.ts";
import { nextRuns } from "../schedule/index.ts";
import { copiedTo, knownWorkloads } from "./facts.ts";
import type { Facts } from "./facts.ts";
import { loadProofs } from "../drill/index.ts";
import type { Proof } from "../drill/index.ts";

export type CoverageStatus = "protected" | "excepted" | "at_risk";

export interface Finding {
  readonly code: FindingCode;
  /** `risk` makes the workload at risk; `warning` does not. */
  readonly level: "risk" | "warning";
  readonly message: string;
  /** What to do, as a sentence or a command. */
  readonly fix: string;
}

export type FindingCode =
  | "NO_POLICY"
  | "UNKNOWN_POLICY"
  | "OPT_OUT_WITHOUT_REASON"
  | "EXCEPTION_EXPIRED"
  | "NO_BACKUP_YET"
  | "RPO_MISSED"
  | "LAST_RUN_FAILED"
  | "LAST_BACKUP_DAMAGED"
  | "COPY_REGION_UNKNOWN"
  | "COPY_BEHIND";

export interface WorkloadCoverage {
  readonly workload_id: string;
  readonly name: string;
  readonly type: Workload["type"];
  readonly project: string;
  readonly tags: Workload["tags"];
  readonly status: CoverageStatus;
  readonly policies: readonly { readonly name: string; readonly reasons: readonly string[] }[];
  readonly rpo_seconds: number | null;
  readonly last_good_backup: { readonly id: string; readonly created_at: string; readonly age_seconds: number } | null;
  /** Null when no policy sets one. */
  readonly rpo_met: boolean | null;
  readonly next_run_at: string | null;
  readonly exception: {
    readonly owner: string | null;
    readonly reason: string | null;
    readonly expires_at: string | null;
  } | null;
  readonly findings: readonly Finding[];
  /** The last drill that restored it; null: never. */
  readonly proof: Proof | null;
}

export interface CoverageReport {
  readonly generated_at: string;
  /** Name; null for all projects. */
  readonly project: string | null;
  readonly totals: {
    readonly workloads: number;
    readonly protected: number;
    readonly excepted: number;
    readonly at_risk: number;
    /** Of those under a policy: how many a drill has proven to restore as they are now. */
    readonly proven: number;
  };
  /** Tagged workloads that no policy matches: the figure behind `baas.policy.workloads_uncovered`. */
  readonly uncovered: readonly string[];
  readonly workloads: readonly WorkloadCoverage[];
}

/** A run that is busy may finish what the age of the last backup asks for; for one more RPO that is no miss. */
const RUNNING_GRACE_FACTOR = 2;
/** The published alert bound for the lag of copies. */
const COPY_LAG_ALERT_MS = 7_200_000;

export interface CoverageOptions {
  readonly project_id?: string;
  /** Only these workloads, at least one. */
  readonly workload_ids?: readonly string[];
  /** What would select and promise instead of what is stored: for a change that is looked at. */
  readonly selection?: Selection;
}

/** Of one project (id), or all, or some workloads. The state of this moment; nothing is cached. */
export async function coverageReport(db: Db, now_ms: number, options: CoverageOptions = {}): Promise<CoverageReport> {
  const { project_id, workload_ids } = options;
  const selection = options.selection ?? (await loadSelection(db));
  const proofOf = await loadProofs(db, now_ms, workload_ids);
  const nextRunOf = nextRunsOf(now_ms);
  const regions = new Set((await listRegions(db)).map((region) => region.name));
  const projects = new Map((await listProjects(db)).map((project) => [project.id, project.name]));
  const workloads: WorkloadCoverage[] = [];
  for await (const page of knownWorkloads(db, now_ms, { project_id, workload_ids })) {
    const resolutions = page.map(({ workload }) => selection.resolve(workload, now_ms));
    const to_be_copied = page.flatMap(({ facts }, at) =>
      (resolutions[at]?.effective?.cross_regions.length ?? 0) > 0 ? (facts.last_good?.id ?? []) : [],
    );
    const copied = await copiedTo(db, to_be_copied);
    for (const [at, { workload, facts }] of page.entries()) {
      const resolution = resolutions[at] as Resolution;
      const { id: workload_id, project_id: of, tags, source } = workload;
      const primary = resolution.effective?.primary;
      const policy = primary === undefined ? null : { id: primary.id, version: primary.version };
      const around = {
        project: projects.get(of) ?? of,
        selection,
        regions,
        nextRunOf,
        now_ms,
        copied_to: copied.get(facts.last_good?.id ?? "") ?? [],
        proof: proofOf({ workload_id, project_id: of, tags, source, policy }),
      };
      workloads.push(coverageOf(workload, resolution, facts, around));
    }
  }
  const count = (status: CoverageStatus) => workloads.filter((it) => it.status === status).length;
  const is_uncovered = (it: WorkloadCoverage) =>
    Object.keys(it.tags).length > 0 && it.findings.some((finding) => finding.code === "NO_POLICY");
  return {
    generated_at: iso(now_ms),
    project: options.project_id === undefined ? null : (projects.get(options.project_id) ?? options.project_id),
    totals: {
      workloads: workloads.length,
      protected: count("protected"),
      excepted: count("excepted"),
      at_risk: count("at_risk"),
      proven: workloads.filter((it) => it.policies.length > 0 && it.proof?.state === "proven").length,
    },
    uncovered: workloads.filter(is_uncovered).map((it) => it.name),
    workloads,
  };
}

interface Around {
  readonly project: string;
  readonly selection: Selection;
  readonly regions: ReadonlySet<string>;
  readonly nextRunOf: (policy: Policy) => NextRun;
  readonly now_ms: number;
  /** Names of other regions that have a complete copy of the last good backup, where its policy wants any. */
  readonly copied_to: readonly string[];
  readonly proof: Proof | null;
}

/** Infinite: never. */
interface NextRun {
  readonly at_ms: number;
  readonly at: string | null;
}

function coverageOf(workload: Workload, resolution: Resolution, facts: Facts, around: Around): WorkloadCoverage {
  const { project, selection, nextRunOf, now_ms, proof } = around;
  const { effective, exclusion } = resolution;
  const { last_good } = facts;
  const age_ms = last_good === null ? null : now_ms - last_good.created_at_ms;
  const rpo_met = effective === null ? null : isRpoMet(age_ms, effective.rpo_ms, facts.open_job_id !== null);
  const findings = [
    ...selectionFindings(workload, resolution, selection, now_ms),
    ...backupFindings(workload, resolution, facts, around, rpo_met),
  ];
  const at_risk = findings.some((finding) => finding.level === "risk");
  let next: NextRun = NEVER;
  for (const policy of effective?.policies ?? []) {
    const run = nextRunOf(policy);
    if (run.at_ms < next.at_ms) next = run;
  }
  return {
    workload_id: workload.id,
    name: workload.name,
    type: workload.type,
    project,
    tags: workload.tags,
    status: at_risk ? "at_risk" : exclusion === null ? "protected" : "excepted",
    policies: resolution.bindings.map(({ policy, reasons }) => ({ name: policy.name, reasons })),
    rpo_seconds: effective === null ? null : effective.rpo_ms / 1000,
    last_good_backup:
      last_good === null || age_ms === null
        ? null
        : { id: last_good.id, created_at: iso(last_good.created_at_ms), age_seconds: Math.round(age_ms / 1000) },
    rpo_met,
    next_run_at: next.at,
    exception:
      exclusion === null
        ? null
        : { owner: exclusion.owner, reason: exclusion.reason, expires_at: exclusion.expires_at },
    findings,
    proof,
  };
}

const NEVER: NextRun = { at_ms: Number.POSITIVE_INFINITY, at: null };

/** When a policy runs next, computed once for all its workloads. */
function nextRunsOf(now_ms: number): (policy: Policy) => NextRun {
  const known = new Map<string, NextRun>();
  return ({ id, spec }) => {
    let next = known.get(id);
    if (next === undefined) {
      const at_ms = nextRuns(spec, now_ms, 1)[0]?.at_ms;
      known.set(id, (next = at_ms === undefined ? NEVER : { at_ms, at: iso(at_ms) }));
    }
    return next;
  };
}

function isRpoMet(age_ms: number | null, rpo_ms: number, running: boolean): boolean {
  if (age_ms === null) return false;
  return age_ms <= rpo_ms || (running && age_ms <= rpo_ms * RUNNING_GRACE_FACTOR);
}

function selectionFindings(
  workload: Workload,
  resolution: Resolution,
  selection: Selection,
  now_ms: number,
): Finding[] {
  const { name, exception } = workload;
  const { state, exclusion, problems } = resolution;
  if (exclusion !== null) {
    if (exclusion.reason !== null) return [];
    const fix = `Say why: baas workload tag ${name} backup-opt-out=REASON, or remove the tag backup=none.`;
    return [risk("OPT_OUT_WITHOUT_REASON", "it is opted out by tag, and nobody said why", fix)];
  }
  const findings = problems.map((problem) =>
    risk(
      "UNKNOWN_POLICY",
      problem,
      `Create that policy, or tag one of ${selection.policies.map((it) => it.name).join(", ")}.`,
    ),
  );
  if (state === "bound") return findings;
  if (exception !== null && Date.parse(exception.expires_at) <= now_ms) {
    const message = `its exception (${exception.reason}, ${exception.owner}) ended on ${exception.expires_at}`;
    findings.push(risk("EXCEPTION_EXPIRED", message, `Attach a policy, or renew the exception.`));
  }
  const near = selection.nearMiss(workload);
  const tag_fix = `baas workload tag ${name} backup-policy=${near?.policy.name ?? "standard-daily"}`;
  const why =
    near === null
      ? "no policy selects it"
      : `no policy selects it; ${near.policy.name} would, but for ${near.missing.join(" and ")}`;
  return [...findings, risk("NO_POLICY", why, tag_fix)];
}

function backupFindings(
  workload: Workload,
  { effective }: Resolution,
  facts: Facts,
  { regions, copied_to, now_ms }: Around,
  rpo_met: boolean | null,
): Finding[] {
  if (effective === null) return [];
  const { last_good, last_job, newer_damaged_id } = facts;
  const run = `baas backup run --workload ${workload.name}`;
  const findings: Finding[] = [];
  if (last_good === null) {
    findings.push(risk("NO_BACKUP_YET", "it has no good backup yet", `Wait for its next run, or: ${run}`));
  } else if (rpo_met === false) {
    const message = `its last good backup is ${span(now_ms - last_good.created_at_ms)} old, more than the RPO of ${span(effective.rpo_ms)}`;
    findings.push(risk("RPO_MISSED", message, run));
  }
  if (last_job !== null && (last_job.state === "FAILED" || last_job.state === "EXPIRED")) {
    const reason = last_job.status_reason === null ? "" : `: ${last_job.status_reason}`;
    findings.push(
      warning(
        "LAST_RUN_FAILED",
        `its last run ${last_job.state === "FAILED" ? "failed" : "missed its window"}${reason}`,
        `baas job show ${last_job.id}`,
      ),
    );
  }
  if (newer_damaged_id !== null) {
    findings.push(warning("LAST_BACKUP_DAMAGED", `backup ${newer_damaged_id} is damaged; restore an earlier one`, run));
  }
  for (const region of effective.cross_regions) {
    if (!regions.has(region)) {
      findings.push(
        risk(
          "COPY_REGION_UNKNOWN",
          `its policy copies to ${region}, and there is no such region`,
          `Add the region, or change copy.cross_region.`,
        ),
      );
    } else if (
      last_good !== null &&
      !copied_to.includes(region) &&
      now_ms - last_good.completed_at_ms > COPY_LAG_ALERT_MS
    ) {
      const message = `its last backup is not in ${region} after ${span(now_ms - last_good.completed_at_ms)}`;
      findings.push(warning("COPY_BEHIND", message, `baas replication status --policy ${effective.primary.name}`));
    }
  }
  return findings;
}

function risk(code: FindingCode, message: string, fix: string): Finding {
  return { code, level: "risk", message, fix };
}

function warning(code: FindingCode, message: string, fix: string): Finding {
  return { code, level: "warning", message, fix };
}

/** `3d 4h`, `5h 10m`, `12m`. */
function span(span_ms: number): string {
  const minutes = Math.floor(span_ms / 60_000);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days > 0) return hours === 0 ? `${days}d` : `${days}d ${hours}h`;
  return hours > 0 ? `${hours}h ${minutes % 60}m` : `${minutes}m`;
}

function iso(instant_ms: number): string {
  return new Date(instant_ms).toISOString();
}
