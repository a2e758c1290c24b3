import { duration_ms } from "../../model/index.ts";
import type { JobSpec, Source } from "../../model/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { getWorkload } from "../inventory/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { Enqueued } from "../jobs/index.ts";
import { getPolicy, loadSelection } from "../policy/index.ts";
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
    const resolution = (await loadSelection(tx)).resolve(workload, ports.clock.now_ms());
    if (resolution.state === "excluded") {
      const why = resolution.exclusion?.reason ?? "no reason given";
      throw protectError("WORKLOAD_EXCLUDED", `workload ${workload.name} is not protected on purpose: ${why}`, {
        workload: workload.id,
      });
    }
    const policy =
      request.policy === undefined ? (resolution.effective?.primary ?? null) : await getPolicy(tx, request.policy);
    return enqueueJob(
      tx,
      {
        kind: "backup",
        project_id: workload.project_id,
        workload_id: workload.id,
        ...(policy === null ? {} : { policy_id: policy.id, policy_version: policy.version }),
        input: {
          trigger: "manual",
          region_id: workload.region_id,
          only_policy: request.policy !== undefined,
          ...agentInput(workload.source),
        },
        max_attempts: MANUAL_ATTEMPTS,
        retry_backoff_ms: MANUAL_BACKOFF_MS,
        ...(policy === null
          ? {}
          : { complete_until: new Date(ports.clock.now_ms() + duration_ms(policy.spec.complete_within)) }),
      },
      ports,
    );
  });
}
