import { HoldfastError } from "../../base/index.ts";
import { duration_ms } from "../../model/index.ts";
import type { JobSpec, Policy, Source, Workload } from "../../model/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { everyWorkload, getWorkload, inventoryError } from "../inventory/index.ts";
import { enqueueJob, enqueueJobs } from "../jobs/index.ts";
import type { Enqueued, UnkeyedSpec } from "../jobs/index.ts";
import { getPolicy, loadSelection } from "../policy/index.ts";
import type { Selection } from "../policy/index.ts";
import { protectError } from "./errors.ts";

/**
 * Enqueues the backup that a slot of a schedule asks for, in the transaction that decides about the slot. Asking twice
 * for the same slot gives the same job.
 */
export async function enqueueSlotBackup(tx: Tx, spec: JobSpec, ports: Ports): Promise<string> {
  const { workload_id } = spec;
  const workload = workload_id === undefined ? undefined : await findPlace(tx, workload_id);
  const { job_id } = await enqueueJob(
    tx,
    {
      ...spec,
      kind: "backup",
      ...(workload === undefined ? {} : { project_id: workload.project_id }),
      ...(spec.slot_id === undefined ? {} : { idempotency_key: spec.idempotency_key ?? `slot:${spec.slot_id}` }),
      input: {
        ...spec.input,
        trigger: "schedule",
        ...(workload === undefined ? {} : { region_id: workload.region_id, ...agentInput(workload.source) }),
      },
    },
    ports,
  );
  return job_id;
}

/** Whose host does it: such jobs are claimed while that agent is there. */
function agentInput(source: Source): { readonly agent_id?: string } {
  return source.kind === "agent" ? { agent_id: source.agent } : {};
}

function findPlace(tx: Tx, workload_id: string) {
  return tx
    .selectFrom("workloads")
    .select(["project_id", "region_id", "source"])
    .where("id", "=", workload_id)
    .executeTakeFirst();
}

export interface BackupRequest {
  /** Id or name. */
  readonly workload: string;
  /** Id or name, when the workload's name alone is not enough. */
  readonly project_id?: string;
  /** Id or name; without it what is attached to the workload. */
  readonly policy?: string;
}

/** A person waits for this one: it is tried again soon, and not for hours. */
const MANUAL_ATTEMPTS = 2;
const MANUAL_BACKOFF_MS = 2_000;

/**
 * Enqueues a backup now. Without any policy it is made all the same, and kept until someone decides.
 * @throws WORKLOAD_NOT_FOUND, WORKLOAD_AMBIGUOUS, POLICY_NOT_FOUND, WORKLOAD_EXCLUDED
 */
export async function requestBackup(db: Db, request: BackupRequest, ports: Ports): Promise<Enqueued> {
  return withTransaction(db, async (tx) => {
    const workload = await getWorkload(tx, request.workload, request.project_id);
    const effective = effectiveOf(workload, await loadSelection(tx), ports);
    const policy = request.policy === undefined ? effective : await getPolicy(tx, request.policy);
    return enqueueJob(tx, manualSpec(workload, policy, request.policy !== undefined, ports), ports);
  });
}

/** What came of one of many that were asked for. */
export interface BackupOutcome {
  readonly workload_id: string;
  /** Null of one that is not there. */
  readonly name: string | null;
  readonly project_id: string | null;
  /** Null of one that is refused. */
  readonly job_id: string | null;
  readonly error: HoldfastError | null;
}

/**
 * A backup of each now, as if each were asked for by itself: one that is refused (gone, not protected on purpose) is
 * told of and keeps no other from being made. Answers in the order asked, each workload once.
 */
export async function requestBackups(db: Db, workload_ids: readonly string[], ports: Ports): Promise<BackupOutcome[]> {
  const ids = [...new Set(workload_ids)];
  return withTransaction(db, async (tx) => {
    const selection = await loadSelection(tx);
    const found = new Map<string, Workload>();
    for await (const workload of everyWorkload(tx, { ids })) found.set(workload.id, workload);
    const judged = ids.map((id) => judge(id, found.get(id), selection, ports));
    const job_ids = await enqueueJobs(
      tx,
      judged.flatMap(({ spec }) => (spec === null ? [] : [spec])),
      ports,
    );
    let next = 0;
    return judged.map(({ spec, ...outcome }) => ({
      ...outcome,
      job_id: spec === null ? null : (job_ids[next++] ?? null),
    }));
  });
}

function judge(workload_id: string, workload: Workload | undefined, selection: Selection, ports: Ports) {
  if (workload === undefined) {
    const message = `there is no workload ${workload_id}`;
    const error = inventoryError("WORKLOAD_NOT_FOUND", message, { workload: workload_id });
    return { workload_id, name: null, project_id: null, error, spec: null };
  }
  const { name, project_id } = workload;
  try {
    const spec = manualSpec(workload, effectiveOf(workload, selection, ports), false, ports);
    return { workload_id, name, project_id, error: null, spec };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { workload_id, name, project_id, error, spec: null };
  }
}

/** Null: no policy applies. @throws WORKLOAD_EXCLUDED */
function effectiveOf(workload: Workload, selection: Selection, ports: Ports): Policy | null {
  const resolution = selection.resolve(workload, ports.clock.now_ms());
  if (resolution.state !== "excluded") return resolution.effective?.primary ?? null;
  const why = resolution.exclusion?.reason ?? "no reason given";
  throw protectError("WORKLOAD_EXCLUDED", `workload ${workload.name} is not protected on purpose: ${why}`, {
    workload: workload.id,
  });
}

function manualSpec(workload: Workload, policy: Policy | null, only_policy: boolean, ports: Ports): UnkeyedSpec {
  const { project_id, region_id, source } = workload;
  return {
    kind: "backup",
    project_id,
    workload_id: workload.id,
    ...(policy === null ? {} : { policy_id: policy.id, policy_version: policy.version }),
    input: { trigger: "manual", region_id, only_policy, ...agentInput(source) },
    max_attempts: MANUAL_ATTEMPTS,
    retry_backoff_ms: MANUAL_BACKOFF_MS,
    ...(policy === null
      ? {}
      : { complete_until: new Date(ports.clock.now_ms() + duration_ms(policy.spec.complete_within)) }),
  };
}
