import { asHoldfastError } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import { pruneAudit } from "../../control/audit/index.ts";
import { createSnapshotWriter } from "../../control/catalog/index.ts";
import type { SnapshotPorts } from "../../control/catalog/index.ts";
import { planDrills, removeLeftovers } from "../../control/drill/index.ts";
import { deleteHistory } from "../../control/jobs/index.ts";
import type { HistoryLimits } from "../../control/jobs/index.ts";
import { enqueueSlotBackup } from "../../control/protect/index.ts";
import { repeatFailedCopies } from "../../control/replication/index.ts";
import { deliverReports, planReports } from "../../control/report/index.ts";
import { applySubscriptions } from "../../control/billing/index.ts";
import { measureUsageHour } from "../../control/metering/index.ts";
import type { Repositories } from "../../control/repositories/index.ts";
import { applyRetention, planAudit, planHolds, planSweeps } from "../../control/retention/index.ts";
import { planReseals, planRetirements, planRotations } from "../../control/rotation/index.ts";
import { planTierRuns } from "../../control/tiering/index.ts";
import { createTickMemory, tick } from "../../control/schedule/index.ts";
import type { KeyAdmin } from "../../engine/keys/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { ProcessMetrics } from "../../platform/metrics/index.ts";

export interface Scheduler {
  stop(): Promise<void>;
}

const SNAPSHOT_EVERY_MS = 60_000;
/** Several times an hour, so that a store that does not answer for a while is measured all the same. */
const METER_EVERY_MS = 600_000;
const HISTORY_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Looks every `interval_ms` for what is due. What fails in a pass is told and tried again; passes never overlap. */
export function startScheduler(
  interval_ms: number,
  ports: SnapshotPorts & {
    readonly db: Db;
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly key_admin: KeyAdmin;
    readonly history: HistoryLimits & { readonly audit_days: number };
    readonly repositories: Repositories;
    readonly metrics?: ProcessMetrics;
    readonly restore_dir: string;
  },
): Scheduler {
  const { db, clock, random, log } = ports;
  const snapshots = createSnapshotWriter(ports);
  const memory = createTickMemory();
  const stopping = new AbortController();
  let saved_ms = Number.NEGATIVE_INFINITY;
  let cleaned_ms = Number.NEGATIVE_INFINITY;
  let metered_ms = Number.NEGATIVE_INFINITY;
  const pass = async () => {
    const failed: unknown[] = [];
    // One that fails is no reason for the others not to be looked at.
    const duty = async (work: () => Promise<unknown>) => {
      await work().catch((error: unknown) => failed.push(error));
    };
    await duty(() =>
      tick(db, { clock, random, log, memory, enqueue: (tx, spec) => enqueueSlotBackup(tx, spec, ports) }),
    );
    await duty(() => repeatFailedCopies(db, ports));
    await duty(() => planReseals(db, ports));
    await duty(async () => {
      const drills = await planDrills(db, ports);
      if (drills > 0) log.info({ drills }, "drills started");
    });
    await duty(async () => {
      const left = await removeLeftovers(db, ports);
      if (left > 0) log.warn({ sandboxes: left }, "what ended drills had left was taken away");
    });
    await duty(() => planReports(db, ports));
    await duty(() => deliverReports(db, ports));
    if (clock.monotonic_ms() - cleaned_ms >= HISTORY_EVERY_MS) {
      cleaned_ms = clock.monotonic_ms();
      await duty(async () => {
        const expired = await applyRetention(db, ports);
        const sweeps = await planSweeps(db, ports);
        if (expired + sweeps > 0) log.info({ expired, sweeps }, "retention applied");
      });
      for (const plan of [planHolds, planTierRuns, planAudit]) await duty(() => plan(db, ports));
      await duty(() => planRotations(db, ports));
      await duty(() => planRetirements(db, ports));
      await duty(async () => {
        const audit_until = new Date(clock.now_ms() - ports.history.audit_days * DAY_MS);
        const audited = await pruneAudit(db, audit_until, ports.clock);
        if (audited > 0) log.info({ entries: audited }, "old audit entries deleted");
      });
      await duty(async () => {
        const deleted = await deleteHistory(db, clock.now_ms(), ports.history);
        if (deleted.jobs + deleted.slots + deleted.events > 0) log.info(deleted, "old history deleted");
      });
    }
    if (clock.monotonic_ms() - metered_ms >= METER_EVERY_MS) {
      metered_ms = clock.monotonic_ms();
      await duty(() => measureUsageHour(ports));
      await duty(() => applySubscriptions(db, ports));
    }
    if (clock.monotonic_ms() - saved_ms >= SNAPSHOT_EVERY_MS) {
      saved_ms = clock.monotonic_ms();
      await duty(() => snapshots.save());
    }
    for (const error of failed.slice(1)) log.error({ error: asHoldfastError(error) }, "a part of the schedule failed");
    if (failed.length > 0) throw failed[0];
  };
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      const started_ms = clock.monotonic_ms();
      try {
        await pass();
        ports.metrics?.tick((clock.monotonic_ms() - started_ms) / 1000, clock.now_ms());
      } catch (error) {
        log.error({ error: asHoldfastError(error) }, "the schedule could not be looked at");
      }
      await clock.sleep(interval_ms, stopping.signal).catch(() => undefined); // stopped
    }
  })();
  return {
    async stop() {
      stopping.abort(new Error("stopping"));
      await loop;
      await snapshots.save();
    },
  };
}
