import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../base/index.ts";
import type { Manifest } from "../../engine/repository/index.ts";
import type { Source } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { agentError, delegate, ordersFor } from "../agents/index.ts";
import type { JobContext, JobRow } from "../jobs/index.ts";
import { isStandingOrder } from "./standing-orders.ts";

interface Ports {
  readonly db: Db;
  readonly clock: Clock;
}

interface Promised {
  readonly backup_id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly expires_at_ms?: number;
  /** Its packs will be locked once it is there. */
  readonly locked: boolean;
}

/** Reading, compressing and encrypting happen on the host; here is told what the backup promises. */
export async function runOnAgent(
  { job, signal, progress }: JobContext,
  source: Extract<Source, { kind: "agent" }>,
  region_id: string,
  { backup_id, labels, expires_at_ms, locked }: Promised,
  ports: Ports,
): Promise<{ readonly problems: number }> {
  const workload_id = job.workload_id ?? "";
  const offline = job.input["offline_backup_id"] !== undefined;
  const input = {
    workload_id,
    labels,
    expires_at_ms: expires_at_ms ?? null,
    locked,
    source: source.source,
    hooks: source.hooks,
    offline,
  };
  const task = { agent_id: source.agent, job, kind: "backup" as const, region_id, backup_id, input };
  const { problems } = await delegate(ports, task, { signal, onProgress: progress });
  return { problems: typeof problems === "number" ? problems : 0 };
}

/**
 * A host signs its manifests itself: retention, lock and whose backup it is must be what it was told.
 * @throws AGENT_MANIFEST_WRONG
 */
export async function requireOrdered(job: JobRow, manifest: Manifest, ports: Ports): Promise<void> {
  const said = { labels: { ...manifest.labels }, expires_at_ms: manifest.expires_at_ms };
  const offline = job.input["offline_backup_id"] !== undefined;
  if (offline && (await isStandingOrder(ports, job.workload_id ?? "", manifest))) return;
  const orders = await ordersFor(ports.db, job.id);
  if (orders.some(({ labels, expires_at_ms }) => isDeepStrictEqual(said, { labels, expires_at_ms }))) return;
  const { backup_id } = manifest;
  const message = `the manifest of ${backup_id} does not say what its agent was told to write`;
  throw agentError("AGENT_MANIFEST_WRONG", message, { backup_id });
}
